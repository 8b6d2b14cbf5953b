"""The organisations that may send to the hub: a row of `[[webhooks]]` each, and a secret of its own among the keys."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.errors import RequestRefused, StartRefused
from hub.ingest import SOURCES, read_organisations, source_keys, source_roles
from hub.intake.sender_settings import SenderSettings
from infra.keys import Keys, sender_key
from schema.overlapping_keys import accepted
from subgraphs.kit.ingest.ingestion_report import Refused
from subgraphs.kit.ingest.sender_scope import SenderScope
from subgraphs.kit.ingest.unit_of_work import Options
from subgraphs.kit.ingest.webhook import Webhook

EARLY = timedelta(minutes=5)
"""How far the clock of a sender may be ahead of ours."""
DECOY = secrets.token_urlsafe(32).encode()
"""The secret with which the proof of an unknown sender is tried, in the time that a known one takes."""


def intake_keys(rows: Sequence[SenderSettings]) -> tuple[str, ...]:
    """The keys of a process that takes what these senders send; raises StartRefused."""
    _check(rows)
    own = [sender_key(row.source, row.organisation) for row in rows]
    shared = [name for row in rows for name in source_keys(row.source) if not name.startswith("webhook-")]
    return tuple(dict.fromkeys((*shared, *own)))


def intake_roles(rows: Sequence[SenderSettings]) -> tuple[str, ...]:
    """The database roles that write what these senders send."""
    return tuple(dict.fromkeys(role for row in rows for role in source_roles(row.source)))


def _check(rows: Sequence[SenderSettings]) -> None:
    if not rows:
        raise StartRefused(
            "WEBHOOKS_MISSING",
            "Aucun expéditeur n'est réglé : donnez dans « --settings » un fichier qui en nomme dans [[webhooks]].",
            "no row of [[webhooks]]",
        )
    for row in rows:
        check_sends(row.source)
        webhook = SOURCES[row.source].webhook
        if webhook is not None and webhook.is_local and None in (row.department, row.organisations):
            raise StartRefused(
                "WEBHOOKS_UNBOUNDED",
                f"Rien ne dit de qui « {row.organisation} » ({row.source}) peut parler : donnez à sa ligne de "
                "[[webhooks]] son « department » et le fichier de ses « organisations ».",
                "a row of [[webhooks]] without department or organisations",
            )


def check_sends(source: str) -> None:
    """Raise StartRefused (SOURCE_UNKNOWN, WEBHOOKS_UNSUPPORTED) unless this source sends notifications."""
    source_roles(source)
    if SOURCES[source].webhook is None:
        names = ", ".join(sorted(kind.name for kind in SOURCES.values() if kind.webhook is not None))
        raise StartRefused(
            "WEBHOOKS_UNSUPPORTED",
            f"La source « {source} » n'envoie pas de notifications au hub. Celles qui en envoient : {names}.",
            "the source declares no webhook",
        )


@dataclass(frozen=True, slots=True, repr=False)
class Sender:
    """An organisation that may send: what proves its notifications, and with what options its source reads them."""

    source: str
    organisation: str
    proof: Webhook
    secret: bytes
    options: Options
    window: timedelta
    waiting: int


class Senders:
    """The senders by address."""

    def __init__(self, rows: Sequence[SenderSettings], keys: Keys) -> None:
        self.by_address: Mapping[tuple[str, str], Sender] = {
            (row.source, row.organisation): _sender(row, keys) for row in rows
        }

    def prove(
        self, source: str, organisation: str, body: bytes, headers: Mapping[str, str], now: datetime
    ) -> tuple[Sender, bytes]:
        """The sender of this notification, and the document that its source reads.

        Raises RequestRefused: WEBHOOK_REFUSED, the same whether the sender or the proof is wrong; WEBHOOK_TOO_OLD and
        WEBHOOK_EARLY; or the code of what is malformed.
        """
        sender = self.by_address.get((source, organisation))
        proof = sender.proof if sender is not None else _usual_proof(source)
        for secret in accepted(sender.secret if sender is not None else DECOY):
            try:
                proven = proof.prove(body, headers, secret)
            except Refused:
                continue
            if sender is not None:
                _check_age(sender, proven, now)
                return sender, _document(proof, proven)
        raise RequestRefused(
            "WEBHOOK_REFUSED",
            "Cette notification n'est pas admise : vérifiez l'adresse et le secret convenus avec le hub.",
            "unknown sender or wrong proof",
            http_status=401,
        )


def _sender(row: SenderSettings, keys: Keys) -> Sender:
    proof = SOURCES[row.source].webhook
    assert proof is not None
    organisations = read_organisations(row.organisations)
    sirets = frozenset(organisation.siret for organisation in organisations.values())
    scope = SenderScope(sirets, row.department)
    options = Options(department=row.department, organisations=organisations, scope=scope)
    own = keys.sender(row.source, row.organisation)
    return Sender(row.source, row.organisation, proof, own, options, timedelta(seconds=row.window), row.waiting)


def _usual_proof(source: str) -> Webhook:
    declared = SOURCES[source].webhook if source in SOURCES else None
    return declared or next(kind.webhook for kind in SOURCES.values() if kind.webhook is not None)


def _document(proof: Webhook, proven: bytes) -> bytes:
    try:
        return proof.document(proven)
    except Refused as refused:
        raise malformed(refused.code, refused.path) from None


def _check_age(sender: Sender, proven: bytes, now: datetime) -> None:
    try:
        sent_at = sender.proof.sent_at(proven)
    except Refused as refused:
        raise malformed(refused.code, refused.path) from None
    if sent_at < now - sender.window:
        raise RequestRefused(
            "WEBHOOK_TOO_OLD",
            "Cette notification est trop ancienne : envoyez l'état actuel.",
            "older than the window of its sender",
            http_status=422,
        )
    if sent_at > now + EARLY:
        raise RequestRefused(
            "WEBHOOK_EARLY",
            "Cette notification est datée de l'avenir : réglez l'horloge du système qui l'envoie.",
            "dated later than the clock of this process",
            http_status=422,
        )


def malformed(code: str, path: str) -> RequestRefused:
    """The refusal of a proven notification by its source: the code of docs/sources.md, and the place in the body."""
    text = Refused(code).text
    place = {"path": path} if path else {}
    return RequestRefused(
        code, f"{text.message} {text.mend}", "refused by its source", http_status=422, extensions=place
    )
