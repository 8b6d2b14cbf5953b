"""Settings of `hub serve`: one TOML file, read strictly; only the issuers that it names are trusted.

Each table of the file is a struct (`hub.strict_toml`): an unknown key, or a value of another type, is an error that
names its line.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields, replace
from functools import partial
from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec

from hub.document.limits import Limits
from hub.document.manifest import Manifest, read_manifest
from hub.errors import StartRefused
from hub.federation.client.http1 import Care
from hub.federation.client.tls import client_tls
from hub.federation.execution.execute import Bounds
from hub.http.cross_origin import read_origins
from hub.identity.applications import Client
from hub.identity.issuer import Issuer, Pace, Source
from hub.intake.sender_settings import SenderSettings, SenderTable, sender_settings
from hub.joined.join_settings import Join, joined_subgraph
from hub.joined.joined_subgraph import JoinedSubgraph
from hub.journal.write.outside_copies import Destinations
from hub.observability.log_settings import LogSettings
from hub.observability.metric_settings import MetricSettings, metric_settings
from hub.observability.trace_settings import TraceSettings
from hub.outgoing.settings import OutgoingTable, outgoing_rows
from hub.policy.enforce.enumeration_limit import MissLimit
from hub.request_limit import RequestLimit
from hub.runs.source_settings import Rhythm, check_source, rhythms
from hub.settings_addresses import check_encrypted, read_json, read_text, tls_of
from hub.settings_mistakes import Mistakes, settings_invalid
from hub.settings_tables import (
    TIME,
    AgreementTable,
    CheckpointsTable,
    ClientTable,
    DocumentsTable,
    IssuerTable,
    RemoteTable,
    SettingsFile,
    TlsTable,
    TracesTable,
)
from hub.shared_settings import SharedSettings, shared_settings
from hub.stream_limit import StreamLimit
from hub.strict_toml import InlineTable, TomlFile, TomlForm, TomlRefused, TomlTable
from hub.subscriptions.addresses import networks_of
from hub.subscriptions.notification_settings import NotificationSettings, NotificationsTable, Patience
from hub.sync.link_settings import SyncLink, SyncTable, sync_link
from hub.wording.engine import call_engine

T = TypeVar("T")
NumbersT = TypeVar("NumbersT", Care, Limits, Bounds, MissLimit, Pace, Patience, RequestLimit, StreamLimit)


@dataclass(frozen=True, slots=True)
class Remote:
    """A subgraph in another process: its URL, the limits of calls, the TLS authorities and certificate for HTTPS, and
    for one of other teams what joins it to the graph."""

    url: str
    care: Care
    tls: ssl.SSLContext | None
    joined: JoinedSubgraph | None = None

    @property
    def signed(self) -> bool:
        """Whether it gets the signed context: it is one of the hub's own, or keeps their contract."""
        return self.joined is None or self.joined.contract


@dataclass(frozen=True, slots=True)
class Settings:
    """`agreements`: purposes by SIRET; `names`: what people call the organisation; `clients`: applications of partners.

    `subgraphs`: those in other processes (the others run in this one); `deadline`: time for one request, in seconds;
    `show_plans` lets clients ask for `extensions.plan`; `documents`: the manifest of trusted documents by client;
    `limits` bound a document, `bounds` its execution, `requests` how many are made, `misses` those for people who are
    not there; `override`: percentages of requests by label of a progressive override; `traces`: the collector of
    spans, if any; `logs`: how the log is written; `metrics`: who may read those of each process; `checkpoints`: where
    those of the journal are sent; `sources`: the rhythm that each source is expected to keep; `webhooks`: who may send
    notifications; `sync`: accounts at the APIs of sources; `outgoing`: systems to which what mutations write is sent;
    `origins`: the pages that may ask from a browser; `notifications`: how subscribers to changes are called; `streams`:
    how many queries may stay open; `shared`: how the server of the shared state is reached.
    """

    audience: str
    issuers: Mapping[str, Issuer]
    agreements: Mapping[str, frozenset[str]] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    subgraphs: Mapping[str, Remote] = field(default_factory=dict)
    deadline: float = 10.0
    show_plans: bool = False
    documents: Mapping[str, Manifest] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    bounds: Bounds = field(default_factory=Bounds)
    requests: RequestLimit = field(default_factory=RequestLimit)
    misses: MissLimit = field(default_factory=MissLimit)
    override: Mapping[str, float] = field(default_factory=dict)
    traces: TraceSettings | None = None
    logs: LogSettings = field(default_factory=LogSettings)
    metrics: MetricSettings = field(default_factory=MetricSettings)
    clients: tuple[Client, ...] = ()
    checkpoints: Destinations = field(default_factory=Destinations)
    sources: Mapping[str, Rhythm] = field(default_factory=dict)
    webhooks: tuple[SenderSettings, ...] = ()
    sync: tuple[SyncLink, ...] = ()
    outgoing: tuple[OutgoingTable, ...] = ()
    origins: frozenset[str] = frozenset()
    notifications: NotificationSettings = field(default_factory=NotificationSettings)
    streams: StreamLimit = field(default_factory=StreamLimit)
    shared: SharedSettings = field(default_factory=SharedSettings)

    @property
    def joined(self) -> tuple[JoinedSubgraph, ...]:
        """The subgraphs of other teams."""
        return tuple(remote.joined for remote in self.subgraphs.values() if remote.joined is not None)

    @property
    def signed(self) -> tuple[str, ...]:
        """The names of the subgraphs elsewhere that get the signed context."""
        return tuple(name for name, remote in self.subgraphs.items() if remote.signed)


FormT = TypeVar("FormT", bound=TomlForm)


EMPTY_TOP = SettingsFile(audience="", issuers=[])
"""The top of a file that can't be read, while its other mistakes are looked for."""


def load_settings(path: Path) -> Settings:
    """Read a settings file; files in it are relative to it. Raises StartRefused: SETTINGS_INVALID with every mistake,
    or the one that has a code of its own."""
    settings, mistakes = _read(path)
    mistakes.end()
    return settings


def mistakes_of(path: Path) -> list[str]:
    """Every mistake of a settings file, each with its file and line."""
    try:
        return _read(path)[1].lines
    except StartRefused as refused:
        return [refused.detail]


def _read(path: Path) -> tuple[Settings, Mistakes]:
    """The settings, which nobody may use if there are mistakes; raises StartRefused for a file that is no TOML."""
    try:
        file = TomlFile(path)
    except TomlRefused as refused:
        raise settings_invalid(refused.problems) from None
    mistakes = Mistakes()
    return _settings(file, path.parent, mistakes), mistakes


def _settings(file: TomlFile, folder: Path, mistakes: Mistakes) -> Settings:
    whole = TomlTable(file, "", 0, file.values)
    top = mistakes.attempt(whole, lambda: whole.read(SettingsFile), otherwise=EMPTY_TOP)
    rows = partial(_rows, file)
    issuers = mistakes.by_name(rows("issuers"), lambda row: _issuer(row, folder), lambda issuer: issuer.name)
    agreements = mistakes.by_name(rows("agreements"), _agreement, lambda agreement: agreement.organisation)
    documents = mistakes.by_name(rows("documents"), lambda row: _documents(row, folder), lambda document: document[0])
    clients = mistakes.by_name(rows("clients"), lambda row: _client(row, issuers), lambda client: client.name)
    sync = mistakes.by_name(rows("sync"), lambda row: _link(row, folder), lambda link: f"{link.source}/{link.account}")
    webhooks = mistakes.by_name(
        rows("webhooks"), lambda row: _sender(row, folder), lambda sender: f"{sender.source}/{sender.organisation}"
    )

    def table(name: str, make: Callable[[TomlTable], T]) -> T:
        entry = _table(file, name)
        return mistakes.attempt(entry, lambda: make(entry))

    def remote(name: str) -> Remote:
        entry = _subgraph_table(file, name)
        return mistakes.attempt(entry, lambda: _remote(name, entry, folder))

    return Settings(
        audience=top.audience,
        issuers=issuers,
        agreements={organisation: agreement.purposes for organisation, agreement in agreements.items()},
        names={row.organisation: row.name for row in agreements.values() if row.name is not None},
        subgraphs={name: remote(name) for name in _table(file, "subgraphs").values},
        deadline=top.deadline,
        show_plans=top.show_plans,
        origins=mistakes.attempt(whole, lambda: read_origins(whole, top.origins)),
        documents={name: manifest for name, (_, manifest) in documents.items()},
        limits=table("limits", partial(_numbers, Limits)),
        bounds=table("execution", partial(_numbers, Bounds)),
        requests=table("requests", partial(_numbers, RequestLimit)),
        streams=table("streams", partial(_numbers, StreamLimit)),
        shared=table("shared", lambda entry: shared_settings(entry, folder)),
        misses=table("misses", partial(_numbers, MissLimit)),
        override=top.override,
        traces=table("traces", lambda entry: _traces(entry, folder)) if "traces" in file.values else None,
        logs=table("logs", lambda entry: entry.read(LogSettings)),
        metrics=table("metrics", lambda entry: metric_settings(entry, folder)),
        checkpoints=table("checkpoints", lambda entry: _checkpoints(entry, folder)),
        sources=table("sources", lambda entry: rhythms(file, entry.values)),
        clients=tuple(clients.values()),
        outgoing=mistakes.attempt(whole, lambda: outgoing_rows(rows("outgoing"))),
        sync=tuple(sync.values()),
        notifications=table("notifications", lambda entry: _notifications(entry, folder)),
        webhooks=tuple(webhooks.values()),
    )


def _table(file: TomlFile, name: str) -> TomlTable:
    """The table of this name, empty where there is none; one that is no table is a mistake of the whole file."""
    values = file.values.get(name, {})
    return TomlTable(file, f"[{name}]", 0, values if isinstance(values, dict) else {})


def _rows(file: TomlFile, header: str) -> list[TomlTable]:
    """The rows of this list, none where there is none; one that is no list is a mistake of the whole file."""
    try:
        return file.list_of_tables(header)
    except TomlRefused:
        return []


def _issuer(row: TomlTable, folder: Path) -> Issuer:
    table, pace = _split(row, IssuerTable)
    numbers = _numbers(Pace, pace)
    if (table.keys is None) == (table.keys_url is None):
        raise row.refusal("un émetteur a soit « keys », soit « keys_url »")
    if table.keys is None:
        source = _source(row, table, numbers, folder)
        return Issuer(table.issuer, table.algorithm, {}, table.kinds, source, table.clients, table.token_seconds)
    if table.authorities is not None or pace.values:
        key = min(["authorities", *pace.values])
        raise row.refusal(f"« {key} » demande « keys_url »", key)
    jwks = read_json(row, "keys", folder, table.keys)
    issuer = Issuer.from_jwks(table.issuer, table.algorithm, jwks, table.kinds)
    return replace(issuer, clients=table.clients, token_seconds=table.token_seconds)


def _source(row: TomlTable, table: IssuerTable, pace: Pace, folder: Path) -> Source:
    """Where the key set of an issuer is read: an https URL, or any URL of this machine."""
    url = table.keys_url or ""
    check_encrypted(row, "keys_url", url)
    tls = tls_of(row, "keys_url", url, TlsTable(authorities=table.authorities), folder)
    return Source(url, tls or call_engine(client_tls), pace)


def _agreement(row: TomlTable) -> AgreementTable:
    """An agreement; its name is a text that people read."""
    agreement = row.read(AgreementTable)
    if agreement.name is not None and (not agreement.name.strip() or not agreement.name.isprintable()):
        raise row.refusal("« name » est un texte de 1 à 200 caractères", "name")
    return agreement


def _client(row: TomlTable, issuers: Mapping[str, Issuer]) -> Client:
    """The application of a partner. Its name is none of an issuer's own applications: the journal and the manifests use
    names alone."""
    table = row.read(ClientTable)
    if table.issuer not in issuers:
        raise row.refusal(
            f"« issuer » nomme « {table.issuer} », qu'aucune ligne valable de [[issuers]] ne donne", "issuer"
        )
    if issuers[table.issuer].clients is None:
        raise row.refusal(
            f"l'émetteur « {table.issuer} » sert « {table.client} » : il doit lister ses propres applications "
            "(« clients »)",
            "issuer",
        )
    if any(table.client in (issuer.clients or ()) for issuer in issuers.values()):
        raise row.refusal(f"« {table.client} » est déjà une application d'un émetteur", "client")
    if table.subscriptions and not table.scopes:
        raise row.refusal("« subscriptions » demande « scopes » : sans portée, l'application ne reçoit rien", "scopes")
    return Client(table.issuer, table.client, table.organisation, tuple(sorted(table.scopes)), table.subscriptions)


def _sender(row: TomlTable, folder: Path) -> SenderSettings:
    """Who may send notifications of a source that exists."""
    table = row.read(SenderTable)
    check_source(row, table.source, "source")
    return sender_settings(table, folder)


def _link(row: TomlTable, folder: Path) -> SyncLink:
    """An account at the API of a source that exists: an https URL, or any URL of this machine."""
    table = row.read(SyncTable)
    check_source(row, table.source, "source")
    for key, url in (("url", table.url), ("login_url", table.login_url)):
        if url is not None:
            check_encrypted(row, key, url)
    row.check_order(table, "pause", "longest_pause")
    return sync_link(table, folder)


def _documents(row: TomlTable, folder: Path) -> tuple[str, Manifest]:
    """A client and its manifest."""
    table = row.read(DocumentsTable)
    return table.client, read_manifest(read_text(row, "manifest", folder, table.manifest), only=table.only)


def _subgraph_table(file: TomlFile, name: str) -> TomlTable:
    """The table of a subgraph, also where its address alone stands for it."""
    entries = _table(file, "subgraphs")
    entry = entries.values[name]
    if isinstance(entry, dict) and file.has_heading(f"[subgraphs.{name}]"):
        return TomlTable(file, f"[subgraphs.{name}]", 0, entry)
    return InlineTable(entries, name, entry if isinstance(entry, dict) else {"url": entry})


def _remote(name: str, entry: TomlTable, folder: Path) -> Remote:
    """A subgraph in another process: a table of URL, TLS files, numbers of `Care` and, for one of others, what joins
    it."""
    table, care = _split(entry, RemoteTable)
    numbers = _numbers(Care, care)  # before what joins it, whose key may be the one that is mistyped
    joined = joined_subgraph(name, entry, Join(table.url, table.sdl, table.categories, table.contract), folder)
    if joined is not None:
        check_encrypted(entry, "url", table.url)
    return Remote(table.url, numbers, tls_of(entry, "url", table.url, table, folder), joined)


def _traces(entry: TomlTable, folder: Path) -> TraceSettings:
    """The collector: an https URL, or any URL of this machine."""
    table = entry.read(TracesTable)
    check_encrypted(entry, "endpoint", table.endpoint)
    tls_of(entry, "endpoint", table.endpoint, table, folder)  # so that a file that is none is refused here
    authorities, certificate, key = (
        None if file is None else folder / file for file in (table.authorities, table.certificate, table.key)
    )
    return TraceSettings(table.endpoint, authorities, certificate, key, table.ratio)


def _checkpoints(entry: TomlTable, folder: Path) -> Destinations:
    """Where checkpoints are sent: a file, an https URL or any URL of this machine."""
    table = entry.read(CheckpointsTable)
    file = folder / table.file if table.file is not None else None
    if table.webhook is None:
        if table.authorities or table.certificate or table.key:
            raise entry.refusal("les fichiers TLS demandent « webhook »")
        return Destinations(file)
    check_encrypted(entry, "webhook", table.webhook)
    return Destinations(file, table.webhook, tls_of(entry, "webhook", table.webhook, table, folder))


def _notifications(entry: TomlTable, folder: Path) -> NotificationSettings:
    """How subscribers are called: a table of networks, authorities and numbers of `Patience`."""
    table, patience = _split(entry, NotificationsTable)
    try:
        networks = networks_of(table.networks)
    except ValueError:
        raise entry.refusal("« networks » liste des réseaux par leur préfixe, comme 10.20.0.0/16", "networks") from None
    tls = None if table.authorities is None else call_engine(client_tls, folder / table.authorities)
    numbers = _numbers(Patience, patience)
    entry.check_order(numbers, "retry_seconds", "longest_retry_seconds")
    return NotificationSettings(networks, tls, numbers)


def _split(row: TomlTable, form: type[FormT]) -> tuple[FormT, TomlTable]:
    """The keys of a row that are fields of the form, read, and a table of the others."""
    own = {key: value for key, value in row.values.items() if key in form.__struct_fields__}
    rest = {key: value for key, value in row.values.items() if key not in own}
    return (
        TomlTable(row.file, row.header, row.index, own).read(form),
        TomlTable(row.file, row.header, row.index, rest),
    )


def _numbers(kind: type[NumbersT], table: TomlTable) -> NumbersT:
    """The numbers of a table, whose keys are the fields of a dataclass with defaults; each is at least the `least` of
    its metadata, else 0, and those whose name ends with `seconds` are a `TIME`."""
    numbers = [
        (number.name, Annotated[type(number.default), _bounds(number)], number.default) for number in fields(kind)
    ]
    form = msgspec.defstruct(kind.__name__, numbers, bases=(TomlForm,), frozen=True)
    return kind(**msgspec.structs.asdict(table.read(form)))


def _bounds(number: Field[Any]) -> msgspec.Meta:
    return TIME if number.name.endswith("seconds") else msgspec.Meta(ge=number.metadata.get("least", 0))
