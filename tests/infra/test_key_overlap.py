"""Each key that is changed opens what the old one sealed until the stated end, and not after it; a late one is told."""

from __future__ import annotations

import hmac
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from prometheus_client.core import GaugeMetricFamily

from hub.cli.revocations import LONGEST
from hub.errors import StartRefused
from hub.identity.actor import Actor
from hub.observability.key_metrics import key_metrics
from hub.runs.quarantine import Content, Refusal, Seal, Waiting
from hub.subscriptions.terms import Terms, TermsSeal
from infra.errors import SetupRefused
from infra.keys import CHANGES, Keys, derived
from infra.role_names import LOGINS
from schema.context import Context
from schema.overlapping_keys import OverlappingKey, accepted
from schema.residual import Residual
from subgraphs.appointments.sources.rdvi_payload import proven
from subgraphs.kit.cursors import Sealer
from subgraphs.kit.errors import RequestFailed
from subgraphs.kit.ingest.ingestion_report import Refused
from subgraphs.kit.write.outgoing import opened, sealed
from tests.cli.commands import hub

CONTEXT = Context("actor", "referent_cd", None, "suivi", (), "policy", "class", Residual({}, {}, ()), 0)


@dataclass(frozen=True)
class Use:
    """The key of a name: what seals under it, and what tells whether it opens that under another."""

    name: str
    seal: Callable[[bytes], object]
    opens: Callable[[bytes, object], bool]


def _succeeds(opening: Callable[[], object]) -> bool:
    try:
        return opening() is not None
    except (RequestFailed, Refused, StartRefused):
        return False


def _uses() -> Iterator[Use]:
    identifier, item = uuid4(), "item"
    actor = Actor("issuer#sub", "referent_cd", None, None, frozenset({"suivi"}), (), "client", 0)
    terms = Terms(actor, "suivi", None, "{ me { id } }", "https://si.example", b"s" * 32)
    refusal = Refusal("digest", 1, "a.json", "CODE", Content(b"{}", ".json", 0, None, None))
    yield Use(
        "cursors",
        lambda key: Sealer(key, CONTEXT).seal(b"list", 1, "id"),
        lambda key, text: _succeeds(lambda: Sealer(key, CONTEXT).open(b"list", text)),
    )
    yield Use(
        "cursors",
        lambda key: sealed(key, item, "system", CONTEXT, "person"),
        lambda key, author: _succeeds(lambda: opened(key, item, "system", author)),  # type: ignore[arg-type]
    )
    yield Use(
        "subscriptions",
        lambda key: TermsSeal(key).close(identifier, terms),
        lambda key, text: _succeeds(lambda: TermsSeal(key).open(identifier, text)),  # type: ignore[arg-type]
    )
    yield Use(
        "quarantine",
        lambda key: Seal(key).close("source", refusal),
        lambda key, text: _succeeds(
            lambda: Seal(key).open(Waiting(1, "source", "digest", 1, "a.json", "CODE", datetime.now(UTC), text))  # type: ignore[arg-type]
        ),
    )
    yield Use(
        "webhook-rdv-insertion",
        lambda key: hmac.digest(key, b"{}", "sha256").hex(),
        lambda key, signature: _succeeds(lambda: proven(b"{}", {"x-rdvi-signature": str(signature)}, key)),
    )


@pytest.mark.parametrize("use", [*_uses()], ids=lambda use: use.name)
def test_what_the_old_key_sealed_opens_until_the_stated_end_and_the_new_one_seals(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, use: Use
) -> None:
    def key() -> bytes:
        loaded = Keys.load(tmp_path)
        return loaded.webhook("rdv-insertion") if use.name.startswith("webhook") else loaded.values[use.name]

    Keys.create(tmp_path)
    old = key()
    before = use.seal(old)
    assert hub("keys", "rotate", use.name, "--days", "3", "--keys", tmp_path).code == 0
    new = key()
    assert use.opens(new, before)
    assert use.opens(new, use.seal(new))
    assert not use.opens(old, use.seal(new)), "the new key alone seals"
    monkeypatch.setattr("time.time", (datetime.now(UTC) + timedelta(days=3, hours=1)).timestamp)
    assert not use.opens(new, before), "a process that goes on does not accept it after its end"
    assert use.opens(new, use.seal(new))


def test_a_key_that_is_due_or_whose_old_one_has_ended_is_told_by_the_list_and_the_metrics(tmp_path: Path) -> None:
    def late() -> set[str]:
        _, told = key_metrics(Keys.load(tmp_path))
        assert isinstance(told, GaugeMetricFamily)
        return {sample.labels["key"] for sample in told.samples if sample.value}

    keys = Keys.create(tmp_path)
    listed = hub("keys", "list", "--keys", tmp_path)
    assert (listed.code, late()) == (0, set())
    assert all(f"{name} · " in listed.out for name in CHANGES)
    assert not any(text in listed.out for text in ("role-", *(path.read_text().strip() for path in tmp_path.iterdir())))
    assert hub("keys", "rotate", "quarantine", "--keys", tmp_path).code == 0
    listed = hub("keys", "list", "--keys", tmp_path)
    assert (listed.code, "ancienne admise jusqu'au" in listed.out) == (0, True)
    previous = tmp_path / "quarantine.previous"
    previous.write_text(previous.read_text().splitlines()[0] + "\n2020-01-01T00:00:00Z\n")
    os.utime(tmp_path / "cursors", (0, 0))
    listed = hub("keys", "list", "--keys", tmp_path)
    assert listed.code == 3
    assert "hub keys end quarantine" in listed.out
    assert "hub keys rotate cursors" in listed.out
    assert late() == {"quarantine", "cursors"}
    assert Keys.load(tmp_path).overlapped("quarantine").quarantine != keys.quarantine, "an ended one is replaced"
    previous.write_text("damaged\nsoon\n")
    with pytest.raises(SetupRefused, match="KEYS_MALFORMED"):
        Keys.load(tmp_path)


def test_a_key_that_cannot_be_changed_is_refused_with_what_is_done_instead(tmp_path: Path) -> None:
    keys = Keys.create(tmp_path)
    assert hub("keys", "rotate", "cursors", "nir", "--keys", tmp_path).check_refused("KEY_FIXED")
    assert Keys.load(tmp_path) == keys


def test_the_old_key_of_revocations_is_accepted_longer_than_any_of_them_whatever_is_asked(tmp_path: Path) -> None:
    keys = Keys.create(tmp_path)
    hub("keys", "rotate", "cursors", "shared", "--days", "366", "--keys", tmp_path).check_refused("KEY_FIXED")
    assert Keys.load(tmp_path) == keys
    assert hub("keys", "rotate", "shared", "--keys", tmp_path).code == 0
    key = Keys.load(tmp_path).shared
    assert accepted(key) == (key, keys.shared)
    assert isinstance(key, OverlappingKey)
    assert key.until > (datetime.now(UTC) + timedelta(days=LONGEST)).timestamp()
    hub("keys", "end", "shared", "--keys", tmp_path).check_refused("KEY_FIXED")
    old = tmp_path / "shared.previous"
    old.write_text(old.read_text().splitlines()[0] + "\n2020-01-01T00:00:00Z\n")
    assert hub("keys", "end", "shared", "--keys", tmp_path).code == 0
    assert accepted(Keys.load(tmp_path).shared) == (key,)


def test_the_passwords_of_roles_are_changed_with_the_key_from_which_they_are_derived(tmp_path: Path) -> None:
    old = Keys.create(tmp_path)
    assert hub("keys", "rotate", "database", "--keys", tmp_path).code == 0
    new = Keys.load(tmp_path)
    assert new.database != old.database
    assert [new.role(role) for role in LOGINS] == [derived(new.database, role) for role in LOGINS]
    assert new.nir == old.nir
