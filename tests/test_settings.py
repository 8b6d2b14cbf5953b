"""Settings are read strictly: limits of remote subgraphs, trusted authorities, and no unknown key."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from demo.token_issuer import Issuer as DemoIssuer
from hub.app import hub_app
from hub.document.limits import Limits
from hub.document.manifest import Manifest
from hub.errors import StartRefused
from hub.federation.client.http1 import Care
from hub.federation.execution.execute import Bounds
from hub.identity.issuer import Issuer, Pace
from hub.observability.metric_settings import MetricSettings
from hub.observability.trace_settings import TraceSettings
from hub.settings import Remote, load_settings
from infra.keys import Keys
from tests.federation.authority import Authority
from tests.pinned_graph import graph


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return DemoIssuer(tmp_path).write_settings({})


def offers(path: Path, toml: str) -> Remote:
    """The subgraph `offers` of settings with this entry."""
    path.write_text(f"{path.read_text(encoding='utf-8')}\n[subgraphs]\noffers = {toml}\n", encoding="utf-8")
    return load_settings(path).subgraphs["offers"]


def test_a_subgraph_by_its_address_alone_is_treated_as_documented(path: Path) -> None:
    assert offers(path, '"http://10.0.0.3:8003/graphql"') == Remote("http://10.0.0.3:8003/graphql", Care(), None)


def test_what_the_settings_say_of_a_subgraph_is_what_holds(path: Path) -> None:
    remote = offers(path, '{ url = "http://o/", connections = 3, waiting = 0, retries = 0, failures = 1, pause = 2 }')
    assert remote.care == Care(connections=3, waiting=0, retries=0, failures=1, pause=2)


def test_files_are_found_beside_the_settings(path: Path) -> None:
    authority = Authority(path.parent, "ours")
    authority.issue("hub")
    remote = offers(path, '{ url = "https://o/", authorities = "ours.pem", certificate = "hub.pem", key = "hub.key" }')
    assert remote.tls is not None
    assert [dict(certificate["subject"][0])["commonName"] for certificate in remote.tls.get_ca_certs()] == ["ours"]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "toml",
    [
        '"ftp://o/"',
        '"http://user:word@o/"',
        '"http://o:99999/"',
        '"http://o/a b"',
        "3",
        "{}",
        '{ url = "http://o/", retry = 1 }',
        '{ url = "http://o/", retries = "1" }',
        '{ url = "http://o/", retries = -1 }',
        '{ url = "http://o/", retries = true }',
        '{ url = "http://o/", retries = 1.0 }',
        '{ url = "http://o/", pause = nan }',
        '{ url = "http://o/", connections = 0 }',
        '{ url = "http://o/", failures = 0 }',
        '{ url = "http://o/", authorities = "ca.pem" }',
    ],
)
def test_what_makes_no_remote_subgraph_stops_the_start(path: Path, toml: str) -> None:
    with pytest.raises(StartRefused) as caught:
        offers(path, toml)
    assert caught.value.code == "SETTINGS_INVALID"


def test_bounds_are_the_documented_ones_unless_they_are_set(path: Path) -> None:
    assert (load_settings(path).limits, load_settings(path).bounds) == (Limits(), Bounds())
    text = path.read_text(encoding="utf-8")
    path.write_text(f"{text}\n[limits]\ndepth = 3\n[execution]\nsubgraph_seconds = 2\n", encoding="utf-8")
    settings = load_settings(path)
    assert (settings.limits, settings.bounds) == (Limits(depth=3), Bounds(subgraph_seconds=2))


@pytest.mark.parametrize("toml", ["depth = 1.5", "depth = -1", 'depth = "3"', "depth = true", "deep = 3"])
@pytest.mark.parametrize("table", ["limits", "execution"])
def test_a_bound_that_is_none_stops_the_start(path: Path, table: str, toml: str) -> None:
    path.write_text(f"{path.read_text(encoding='utf-8')}\n[{table}]\n{toml}\n", encoding="utf-8")
    with pytest.raises(StartRefused) as caught:
        load_settings(path)
    assert caught.value.code == "SETTINGS_INVALID"


@pytest.mark.parametrize("value", ["0", "-1", "nan", "inf", "-inf", "1e9"])
def test_a_deadline_that_no_request_could_hold_or_that_never_comes_stops_the_start(path: Path, value: str) -> None:
    path.write_text(f"deadline = {value}\n{path.read_text(encoding='utf-8')}", encoding="utf-8")
    with pytest.raises(StartRefused, match=r"SETTINGS_INVALID.*deadline"):
        load_settings(path)


@pytest.mark.parametrize(
    "toml",
    [
        "[requests]\nseconds = 0",
        "[misses]\nseconds = 0",
        "[misses]\nfound_seconds = 0",
        "[execution]\nsubgraph_seconds = 0",
        "[execution]\nsubgraph_seconds = inf",
    ],
)
def test_a_time_that_is_none_or_has_no_end_stops_the_start(path: Path, toml: str) -> None:
    path.write_text(f"{path.read_text(encoding='utf-8')}\n{toml}\n", encoding="utf-8")
    with pytest.raises(StartRefused, match=r"SETTINGS_INVALID.*seconds"):
        load_settings(path)


def override(path: Path, toml: str) -> Mapping[str, float]:
    """The override shares of settings with this table."""
    path.write_text(f"{path.read_text(encoding='utf-8')}\n[override]\n{toml}\n", encoding="utf-8")
    return load_settings(path).override


def test_labels_of_a_progressive_override_have_their_share_of_the_requests(path: Path) -> None:
    assert override(path, 'new = 12.5\n"other.offer" = 100') == {"new": 12.5, "other.offer": 100.0}


@pytest.mark.parametrize("toml", ["new = 101", "new = -1", 'new = "50"', "new = true", "new = nan", "new = { a = 1 }"])
def test_a_share_that_is_none_stops_the_start(path: Path, toml: str) -> None:
    with pytest.raises(StartRefused) as caught:
        override(path, toml)
    assert caught.value.code == "SETTINGS_INVALID"


def test_a_label_that_the_graph_does_not_have_stops_the_start(path: Path, keys: Keys) -> None:
    override(path, "new = 10")
    with pytest.raises(StartRefused) as caught:
        hub_app(graph(), load_settings(path), keys, lambda role: f"postgresql:///nowhere?user={role}")
    assert caught.value.code == "OVERRIDE_LABEL_UNKNOWN"


def manifest(path: Path, toml: str, text: str = '{"a": "{ a }"}') -> Mapping[str, Manifest]:
    """The documents of settings with this TOML, and a manifest of this text."""
    (path.parent / "m.json").write_text(text, encoding="utf-8")
    path.write_text(f"{path.read_text(encoding='utf-8')}\n{toml}\n", encoding="utf-8")
    return load_settings(path).documents


ROW = '[[documents]]\nclient = "c"\nmanifest = "m.json"\n'


def test_a_client_with_a_manifest_sends_nothing_else_unless_that_is_said(path: Path) -> None:
    assert manifest(path, ROW)["c"].only


def test_a_manifest_may_be_a_short_cut_only(path: Path) -> None:
    assert not manifest(path, ROW + "only = false\n")["c"].only


@pytest.mark.parametrize(
    ("toml", "text"),
    [
        (ROW + ROW, '{"a": "{ a }"}'),
        (ROW + "only = 1\n", '{"a": "{ a }"}'),
        (ROW + "other = 1\n", '{"a": "{ a }"}'),
        (ROW.replace("m.json", "absent.json"), '{"a": "{ a }"}'),
        (ROW.replace('"c"', '""'), '{"a": "{ a }"}'),
        (ROW.replace('client = "c"\n', ""), '{"a": "{ a }"}'),
        (ROW, "{}"),
    ],
)
def test_what_makes_no_manifest_of_a_client_stops_the_start(path: Path, toml: str, text: str) -> None:
    with pytest.raises(StartRefused) as caught:
        manifest(path, toml, text)
    assert caught.value.code == "SETTINGS_INVALID"


def test_certificates_that_do_not_read_stop_the_start(path: Path) -> None:
    with pytest.raises(StartRefused) as caught:
        offers(path, '{ url = "https://o/", authorities = "absent.pem" }')
    assert caught.value.code == "TLS_INVALID"


def test_an_issuer_is_admitted_for_the_kinds_that_are_named_else_for_all(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    (issuer,) = load_settings(path).issuers.values()
    assert issuer.kinds is None
    path.write_text(text.replace("[[issuers]]\n", '[[issuers]]\nkinds = ["siae"]\n', 1), encoding="utf-8")
    (issuer,) = load_settings(path).issuers.values()
    assert issuer.kinds == frozenset({"siae"})


@pytest.mark.parametrize(
    ("old", "key"),
    [('clients = ["demo"]', "clients"), ('client = "parcours-partage"', "client"), ("[[documents]]\nclient", "client")],
    ids=["of an issuer", "of a partner", "with a manifest"],
)
def test_no_application_bears_a_name_of_the_hub_s_own(path: Path, old: str, key: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    start, end = text.split(old, 1)
    line, quote, rest = (old + end).partition('"')
    path.write_text(f"{start}{line}{quote}hub send orientations{rest[rest.index(quote) :]}", encoding="utf-8")
    with pytest.raises(StartRefused, match=f"« {key} » n'a pas la forme attendue"):
        load_settings(path)


def issuer(path: Path, toml: str) -> Issuer:
    """The issuer of settings with this source of keys."""
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('keys = "issuer.jwks.json"', toml), encoding="utf-8")
    (loaded,) = load_settings(path).issuers.values()
    return loaded


def test_an_issuer_by_the_address_of_its_keys_is_read_as_documented(path: Path) -> None:
    loaded = issuer(path, 'keys_url = "https://identite.example/jwks"')
    assert loaded.source is not None
    assert (dict(loaded.keys), loaded.source.url, loaded.source.pace) == (
        {},
        "https://identite.example/jwks",
        Pace(),
    )


def test_what_the_settings_say_of_where_keys_are_read_is_what_holds(path: Path) -> None:
    Authority(path.parent, "ours")
    toml = 'keys_url = "https://i/"\nauthorities = "ours.pem"\nrefresh = 60\nleast = 5\nmax_age = 600'
    source = issuer(path, toml).source
    assert source is not None
    assert source.pace == Pace(refresh=60, least=5, max_age=600)
    assert [dict(authority["subject"][0])["commonName"] for authority in source.tls.get_ca_certs()] == ["ours"]  # type: ignore[arg-type]


@pytest.mark.parametrize("host", ["127.0.0.1:3000", "[::1]:3000", "localhost"])
def test_keys_are_read_without_tls_on_this_machine_alone(path: Path, host: str) -> None:
    assert issuer(path, f'keys_url = "http://{host}/jwks"').source is not None


@pytest.mark.parametrize(
    "toml",
    [
        "",
        'keys = "issuer.jwks.json"\nkeys_url = "https://i/"',
        'keys = "issuer.jwks.json"\nmax_age = 600',
        'keys = "issuer.jwks.json"\nauthorities = "ours.pem"',
        'keys_url = "http://identite.example/jwks"',
        'keys_url = "http://127.0.0.1.example/jwks"',
        'keys_url = "http://10.0.0.1/jwks"',
        'keys_url = "http://localhost@identite.example/jwks"',
        'keys_url = "ftp://localhost/jwks"',
        'keys_url = "file:///jwks"',
        'keys_url = "https://user:word@i/"',
        'keys_url = "https://i/a b"',
        "keys_url = 3",
        'keys_url = "http://localhost/"\nauthorities = "ours.pem"',
        'keys_url = "https://i/"\nredirects = true',
        'keys_url = "https://i/"\nmax_age = 0',
        'keys_url = "https://i/"\nmax_age = "600"',
        'keys_url = "https://i/"\nmax_age = 600.0',
        'keys_url = "https://i/"\nmax_age = 604801',
        'keys_url = "https://i/"\nrefresh = 3600',
        'keys_url = "https://i/"\nleast = 0',
        'keys_url = "https://i/"\nleast = 301',
    ],
)
def test_what_makes_no_place_of_keys_stops_the_start(path: Path, toml: str) -> None:
    Authority(path.parent, "ours")
    with pytest.raises(StartRefused) as caught:
        issuer(path, toml)
    assert caught.value.code == "SETTINGS_INVALID"


@pytest.mark.parametrize(
    ("toml", "remedy"),
    [
        ('networks = ["10.20.0.1/16"]', "10.20.0.0/16"),
        ('networks = ["toto"]', "10.20.0.0/16"),
        ("at_once = 0", "entier >= 1"),
        ("retry_seconds = 60\nlongest_retry_seconds = 30", "au moins"),
    ],
)
def test_notifications_that_could_not_be_sent_stop_the_start_at_their_line(path: Path, toml: str, remedy: str) -> None:
    before = path.read_text(encoding="utf-8")
    path.write_text(f"{before}\n[notifications]\n{toml}\n", encoding="utf-8")
    with pytest.raises(StartRefused, match=remedy) as caught:
        load_settings(path)
    key = toml.splitlines()[-1].split()[0]
    line = before.count("\n") + 2 + len(toml.splitlines())
    assert f"{path.name}:{line}: « {key} »" in str(caught.value)


def test_a_pause_that_outlasts_what_it_is_for_stops_the_start_at_its_line(path: Path) -> None:
    before = path.read_text(encoding="utf-8")
    row = '[[outgoing]]\nsystem = "emplois"\nurl = "https://emplois.exemple.fr"\ngive_up = 60.0\nlongest_pause = 61.0\n'
    path.write_text(f"{before}\n{row}", encoding="utf-8")
    with pytest.raises(StartRefused, match="give_up") as caught:
        load_settings(path)
    line = before.count("\n") + 6
    assert f"{path.name}:{line}: « longest_pause »" in str(caught.value)


AGREEMENT = '[[agreements]]\norganisation = "99900030800011"\npurposes = {}\n'


@pytest.mark.parametrize("table", ["issuers", "agreements"])
def test_what_is_named_twice_is_refused_rather_than_replaced(path: Path, table: str) -> None:
    text = path.read_text(encoding="utf-8")
    again = (
        text[text.index("[[issuers]]") :]
        if table == "issuers"
        else AGREEMENT.format("[]") + AGREEMENT.format('["iae"]')
    )
    path.write_text(f"{text}\n{again}", encoding="utf-8")
    with pytest.raises(StartRefused, match="vient deux fois"):
        load_settings(path)


def test_an_agreement_may_say_what_people_call_the_organisation(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    path.write_text(f'{text}\n{AGREEMENT.format("[]")}name = "Les Ateliers"\n', encoding="utf-8")
    assert load_settings(path).names == {"99900030800011": "Les Ateliers"}
    for wrong in ('""', '" "', "3", '"a\\u0007b"'):
        path.write_text(f"{text}\n{AGREEMENT.format('[]')}name = {wrong}\n", encoding="utf-8")
        with pytest.raises(StartRefused, match="« name »"):
            load_settings(path)


def traces(path: Path, toml: str) -> TraceSettings | None:
    """The trace settings of a file with this table."""
    path.write_text(f"{path.read_text(encoding='utf-8')}\n[traces]\n{toml}\n", encoding="utf-8")
    return load_settings(path).traces


def test_spans_go_nowhere_unless_the_settings_say_where(path: Path) -> None:
    assert load_settings(path).traces is None
    collector = traces(path, 'endpoint = "http://localhost:4318/"')
    assert collector == TraceSettings("http://localhost:4318/", ratio=0.01)


def test_a_collector_over_https_is_believed_by_the_authorities_of_the_settings(path: Path) -> None:
    Authority(path.parent, "ours")
    collector = traces(path, 'endpoint = "https://o/v1/traces"\nauthorities = "ours.pem"\nratio = 0.1')
    assert collector is not None
    assert (collector.ratio, collector.authorities) == (0.1, path.parent / "ours.pem")


@pytest.mark.parametrize(
    "toml",
    [
        "",
        "ratio = 0.5",
        "endpoint = 3",
        'endpoint = "o:4318"',
        'endpoint = "http://user:word@o/"',
        'endpoint = "http://o/"',
        'endpoint = "http://localhost/"\nauthorities = "ours.pem"',
        'endpoint = "https://o/"\nratio = 0',
        'endpoint = "https://o/"\nratio = 1.5',
        'endpoint = "https://o/"\nratio = true',
        'endpoint = "https://o/"\nheaders = { who = "me" }',
        'endpoint = "https://o/"\nattributes = true',
    ],
)
def test_traces_that_make_no_sense_stop_the_start(path: Path, toml: str) -> None:
    with pytest.raises(StartRefused) as caught:
        traces(path, toml)
    assert caught.value.code == "SETTINGS_INVALID"


@pytest.mark.parametrize(
    ("toml", "problem"),
    [
        ('host = "0.0.0.0"', "« host » hors de cette machine demande « token »"),
        ("ports = { nobody = 1 }", "« ports » nomme « nobody »"),
        ("ports = { hub = 70000 }", "« ports »"),
        ('token = "short.token"', "32 lettres et chiffres"),
        ('token = "absent.token"', "absent.token"),
    ],
)
def test_metrics_that_strangers_could_read_or_that_nobody_serves_stop_the_start(
    path: Path, toml: str, problem: str
) -> None:
    (path.parent / "short.token").write_text("abc\n")
    path.write_text(f"{path.read_text(encoding='utf-8')}\n[metrics]\n{toml}\n", encoding="utf-8")
    with pytest.raises(StartRefused) as caught:
        load_settings(path)
    assert (caught.value.code, problem in caught.value.message) == ("SETTINGS_INVALID", True), caught.value.message


def test_a_token_is_alone_in_its_file_and_opens_the_metrics_to_other_machines(path: Path) -> None:
    (path.parent / "metrics.token").write_text("a1" * 16 + "\n")
    toml = '[metrics]\nhost = "0.0.0.0"\ntoken = "metrics.token"\nports = { hub = 9464 }\n'
    path.write_text(f"{path.read_text(encoding='utf-8')}\n{toml}", encoding="utf-8")
    assert load_settings(path).metrics == MetricSettings("0.0.0.0", "a1" * 16, {"hub": 9464})  # noqa: S104 - as it is set
