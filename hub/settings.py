"""Settings of `hub serve`: one TOML file, read strictly; only the issuers that it names are trusted.

Each table of the file is a struct (`hub.strict_toml`): an unknown key, or a value of another type, is an error that
names its line.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec

from hub.document.limits import Limits
from hub.document.manifest import Manifest, read_manifest
from hub.errors import StartRefused
from hub.federation.client.http1 import LOOPBACK, Care, address
from hub.federation.client.tls import client_tls
from hub.federation.execution.execute import Bounds
from hub.http.cross_origin import read_origins
from hub.identity.applications import Client
from hub.identity.issuer import Issuer, Pace, Source
from hub.intake.sender_settings import SenderSettings, SenderTable, sender_settings
from hub.joined.join_settings import Join, joined_subgraph
from hub.joined.joined_subgraph import JoinedSubgraph
from hub.journal.write.outside_copies import Destinations
from hub.observability.metric_settings import ROLES, TOKEN_LENGTH, MetricSettings
from hub.observability.trace_settings import TraceSettings
from hub.outgoing.settings import OutgoingTable, outgoing_rows
from hub.policy.enforce.enumeration_limit import MissLimit
from hub.request_limit import RequestLimit
from hub.runs.source_settings import Rhythm, check_source, rhythms
from hub.settings_tables import (
    TIME,
    AgreementTable,
    CheckpointsTable,
    ClientTable,
    DocumentsTable,
    IssuerTable,
    MetricsTable,
    RemoteTable,
    SettingsFile,
    TlsTable,
    TracesTable,
)
from hub.stream_limit import StreamLimit
from hub.strict_toml import TomlFile, TomlForm, TomlRefused, TomlTable
from hub.subscriptions.addresses import networks_of
from hub.subscriptions.notification_settings import NotificationSettings, NotificationsTable, Patience
from hub.sync.link_settings import SyncLink, SyncTable, sync_link
from hub.wording.engine import call_engine

RowT = TypeVar("RowT")
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
    spans, if any; `metrics`: who may read those of each process; `checkpoints`: where those of the journal are sent;
    `sources`: the rhythm that each source is expected to keep; `webhooks`: who may send notifications; `sync`: accounts
    at the APIs of sources; `outgoing`: systems to which what mutations write is sent; `origins`: the pages that may ask
    from a browser; `notifications`: how subscribers to changes are called; `streams`: how many queries may stay open.
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

    @property
    def joined(self) -> tuple[JoinedSubgraph, ...]:
        """The subgraphs of other teams."""
        return tuple(remote.joined for remote in self.subgraphs.values() if remote.joined is not None)

    @property
    def signed(self) -> tuple[str, ...]:
        """The names of the subgraphs elsewhere that get the signed context."""
        return tuple(name for name, remote in self.subgraphs.items() if remote.signed)


FormT = TypeVar("FormT", bound=TomlForm)
OfSourceT = TypeVar("OfSourceT", SenderTable, SyncTable)


def load_settings(path: Path) -> Settings:
    """Read a settings file; files in it are relative to it. Raises StartRefused (SETTINGS_INVALID)."""
    try:
        return _settings(TomlFile(path), path.parent)
    except TomlRefused as error:
        detail = " ; ".join(error.problems)
    except KeyError as error:
        detail = f"{path.name} : « {error.args[0]} » manque, ou n'existe pas"
    except (OSError, ValueError, TypeError) as error:
        detail = f"{path.name}: {type(error).__name__} {error}"
    raise StartRefused(
        "SETTINGS_INVALID", f"Le fichier de réglages n'est pas valide, rien ne démarre : {detail}", detail
    )


def _settings(file: TomlFile, folder: Path) -> Settings:
    table = TomlTable(file, "", 0, file.values)
    top = table.read(SettingsFile)
    issuers = _by_name([_issuer(row, folder) for row in file.list_of_tables("issuers")], lambda issuer: issuer.name)
    agreement_rows = [row.read(AgreementTable) for row in file.list_of_tables("agreements")]
    agreements = _by_name(agreement_rows, lambda agreement: agreement.organisation)
    document_rows = [row.read(DocumentsTable) for row in file.list_of_tables("documents")]
    documents = _by_name(document_rows, lambda row: row.client)
    return Settings(
        audience=top.audience,
        issuers=issuers,
        agreements={organisation: agreement.purposes for organisation, agreement in agreements.items()},
        names={row.organisation: _name(row.name) for row in agreement_rows if row.name is not None},
        subgraphs={
            name: _remote(name, _subgraph_table(file, name, entry), folder) for name, entry in top.subgraphs.items()
        },
        deadline=top.deadline,
        show_plans=top.show_plans,
        origins=read_origins(table, top.origins),
        documents={client: _manifest(row, folder) for client, row in documents.items()},
        limits=_numbers(Limits, _table(file, "limits", top.limits)),
        bounds=_numbers(Bounds, _table(file, "execution", top.execution)),
        requests=_numbers(RequestLimit, _table(file, "requests", top.requests)),
        streams=_numbers(StreamLimit, _table(file, "streams", top.streams)),
        misses=_numbers(MissLimit, _table(file, "misses", top.misses)),
        override=top.override,
        traces=None if top.traces is None else _traces(_table(file, "traces", top.traces).read(TracesTable), folder),
        metrics=_metrics(_table(file, "metrics", top.metrics), folder),
        checkpoints=_checkpoints(_table(file, "checkpoints", top.checkpoints).read(CheckpointsTable), folder),
        sources=rhythms(file, top.sources),
        clients=_clients([row.read(ClientTable) for row in file.list_of_tables("clients")], issuers),
        outgoing=outgoing_rows(file.list_of_tables("outgoing"), _check_encrypted),
        sync=_links(_rows_of_sources(file, "sync", SyncTable), folder),
        notifications=_notifications(_table(file, "notifications", top.notifications), folder),
        webhooks=_senders(_rows_of_sources(file, "webhooks", SenderTable), folder),
    )


def _table(file: TomlFile, name: str, values: dict[str, Any]) -> TomlTable:
    return TomlTable(file, f"[{name}]", 0, values)


def _issuer(row: TomlTable, folder: Path) -> Issuer:
    table, pace = _split(row, IssuerTable)
    if (table.keys is None) == (table.keys_url is None):
        raise row.refusal("un émetteur a soit « keys », soit « keys_url »")
    if table.keys is None:
        source = _source(table, _numbers(Pace, pace), folder)
        return Issuer(table.issuer, table.algorithm, {}, table.kinds, source, table.clients, table.token_seconds)
    if table.authorities is not None or pace.values:
        key = min(["authorities", *pace.values])
        raise row.refusal(f"« {key} » demande « keys_url »", key)
    jwks = json.loads((folder / table.keys).read_text(encoding="utf-8"))
    issuer = Issuer.from_jwks(table.issuer, table.algorithm, jwks, table.kinds)
    return replace(issuer, clients=table.clients, token_seconds=table.token_seconds)


def _source(table: IssuerTable, pace: Pace, folder: Path) -> Source:
    """Where the key set of an issuer is read: an https URL, or any URL of this machine."""
    url = table.keys_url or ""
    _check_encrypted("keys_url", url)
    return Source(url, _tls(url, TlsTable(authorities=table.authorities), folder) or call_engine(client_tls), pace)


def _clients(rows: Sequence[ClientTable], issuers: Mapping[str, Issuer]) -> tuple[Client, ...]:
    """The applications of partners. Names are unique across issuers: the journal and the manifests use them alone."""
    clients: dict[str, Client] = {}
    for row in rows:
        if row.issuer not in issuers:
            raise ValueError("a row of [[clients]] has an 'issuer' of [[issuers]], a 'client' and an 'organisation'")
        if issuers[row.issuer].clients is None:
            raise ValueError(f"the issuer of the partner's client '{row.client}' does not list its own in 'clients'")
        if row.client in clients or any(row.client in (issuer.clients or ()) for issuer in issuers.values()):
            raise ValueError(f"the client '{row.client}' comes twice")
        clients[row.client] = Client(row.issuer, row.client, row.organisation, tuple(sorted(row.scopes)))
    return tuple(clients.values())


def _rows_of_sources(file: TomlFile, header: str, form: type[OfSourceT]) -> list[OfSourceT]:
    """The rows of a list, each about a source that exists."""
    tables = file.list_of_tables(header)
    rows = [table.read(form) for table in tables]
    for table, row in zip(tables, rows, strict=True):
        check_source(table, row.source, "source")
    return rows


def _senders(rows: Sequence[SenderTable], folder: Path) -> tuple[SenderSettings, ...]:
    """Who may send notifications, by address."""
    senders = [sender_settings(row, folder) for row in rows]
    return tuple(_by_name(senders, lambda sender: f"{sender.source}/{sender.organisation}").values())


def _links(rows: Sequence[SyncTable], folder: Path) -> tuple[SyncLink, ...]:
    """The accounts at APIs, by source and account: an https URL, or any URL of this machine."""
    for row in rows:
        for key, url in (("url", row.url), ("login_url", row.login_url)):
            if url is not None:
                _check_encrypted(key, url)
    links = [sync_link(row, folder) for row in rows]
    return tuple(_by_name(links, lambda link: f"{link.source}/{link.account}").values())


def _name(value: object) -> str:
    if not isinstance(value, str) or not value.strip() or not value.isprintable() or len(value) > 200:
        raise ValueError("'name' of [[agreements]] is a text of 1 to 200 characters")
    return value


def _manifest(row: DocumentsTable, folder: Path) -> Manifest:
    return read_manifest((folder / row.manifest).read_text(encoding="utf-8"), only=row.only)


def _subgraph_table(file: TomlFile, name: str, entry: str | dict[str, Any]) -> TomlTable:
    if isinstance(entry, str):
        return _table(file, "subgraphs", {"url": entry})
    return _table(file, f"subgraphs.{name}", entry)


def _remote(name: str, entry: TomlTable, folder: Path) -> Remote:
    """A subgraph in another process: a table of URL, TLS files, numbers of `Care` and, for one of others, what joins
    it."""
    table, care = _split(entry, RemoteTable)
    joined = joined_subgraph(name, entry, Join(table.url, table.sdl, table.categories, table.contract), folder)
    if joined is not None:
        _check_encrypted("url", table.url)
    return Remote(table.url, _numbers(Care, care), _tls(table.url, table, folder), joined)


def _traces(table: TracesTable, folder: Path) -> TraceSettings:
    """The collector: an https URL, or any URL of this machine."""
    _check_encrypted("endpoint", table.endpoint)
    return TraceSettings(table.endpoint, _tls(table.endpoint, table, folder), table.ratio)


def _metrics(entry: TomlTable, folder: Path) -> MetricSettings:
    """Who may read the metrics: this machine, or whoever shows the token, alone in its file."""
    table = entry.read(MetricsTable)
    for role in table.ports:
        if role not in ROLES:
            raise entry.refusal(f"« ports » nomme « {role} » ; les processus sont {', '.join(ROLES)}", "ports")
    if table.token is None:
        if table.host not in LOOPBACK:
            raise entry.refusal("« host » hors de cette machine demande « token », le fichier d'un jeton", "host")
        return MetricSettings(table.host, None, table.ports)
    token = (folder / table.token).read_text(encoding="ascii").strip()
    if len(token) < TOKEN_LENGTH or not token.isalnum():
        raise entry.refusal(f"le jeton est de {TOKEN_LENGTH} lettres et chiffres au moins", "token")
    return MetricSettings(table.host, token, table.ports)


def _checkpoints(table: CheckpointsTable, folder: Path) -> Destinations:
    """Where checkpoints are sent: a file, an https URL or any URL of this machine."""
    file = folder / table.file if table.file is not None else None
    if table.webhook is None:
        if table.authorities or table.certificate or table.key:
            raise ValueError("the TLS files of [checkpoints] need a 'webhook'")
        return Destinations(file)
    _check_encrypted("webhook", table.webhook)
    return Destinations(file, table.webhook, _tls(table.webhook, table, folder))


def _notifications(entry: TomlTable, folder: Path) -> NotificationSettings:
    """How subscribers are called: a table of networks, authorities and numbers of `Patience`."""
    table, patience = _split(entry, NotificationsTable)
    try:
        networks = networks_of(table.networks)
    except ValueError:
        raise entry.refusal("« networks » liste des réseaux par leur préfixe, comme 10.20.0.0/16", "networks") from None
    tls = None if table.authorities is None else call_engine(client_tls, folder / table.authorities)
    numbers = _numbers(Patience, patience)
    if numbers.at_once == 0:
        raise entry.refusal("« at_once » est d'au moins 1", "at_once")
    return NotificationSettings(networks, tls, numbers)


def _check_encrypted(key: str, url: str) -> None:
    parts = address(url)
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        raise ValueError(f"'{key}' is an https URL")


def _tls(url: str, table: TlsTable, folder: Path) -> ssl.SSLContext | None:
    """The TLS context of a URL with the table's files; None without TLS."""
    secure = address(url).scheme == "https"
    names = {"authorities": table.authorities, "certificate": table.certificate, "key": table.key}
    files = {name: folder / file for name, file in names.items() if file is not None}
    if files and not secure:
        raise ValueError(f"'{min(files)}' needs an https URL")
    return call_engine(client_tls, **files) if secure else None


def _split(row: TomlTable, form: type[FormT]) -> tuple[FormT, TomlTable]:
    """The keys of a row that are fields of the form, read, and a table of the others."""
    own = {key: value for key, value in row.values.items() if key in form.__struct_fields__}
    rest = {key: value for key, value in row.values.items() if key not in own}
    return (
        TomlTable(row.file, row.header, row.index, own).read(form),
        TomlTable(row.file, row.header, row.index, rest),
    )


def _numbers(kind: type[NumbersT], table: TomlTable) -> NumbersT:
    """The numbers of a table, whose keys are the fields of a dataclass with defaults; none is negative, and those whose
    name ends with `seconds` are a `TIME`."""
    numbers = [
        (number.name, Annotated[type(number.default), _bounds(number.name)], number.default) for number in fields(kind)
    ]
    form = msgspec.defstruct(kind.__name__, numbers, bases=(TomlForm,), frozen=True)
    return kind(**msgspec.structs.asdict(table.read(form)))


def _bounds(name: str) -> msgspec.Meta:
    return TIME if name.endswith("seconds") else msgspec.Meta(ge=0)


def _by_name(rows: Iterable[RowT], name: Callable[[RowT], str]) -> dict[str, RowT]:
    """The rows by name; raises ValueError for two of one name."""
    by_name: dict[str, RowT] = {}
    for row in rows:
        if name(row) in by_name:
            raise ValueError(f"'{name(row)}' comes twice")
        by_name[name(row)] = row
    return by_name
