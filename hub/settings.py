"""Settings of `hub serve`: one TOML file, read strictly; only the issuers that it names are trusted."""

from __future__ import annotations

import json
import ssl
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, TypeVar

from hub.document.limits import Limits
from hub.document.manifest import Manifest, read_manifest
from hub.errors import StartRefused
from hub.federation.client.http1 import Care, address
from hub.federation.client.tls import client_tls
from hub.federation.execution.execute import Bounds
from hub.identity.applications import Client
from hub.identity.issuer import Issuer, Pace, Source
from hub.policy.enforce.enumeration_limit import MissLimit
from hub.tracing.trace_settings import TraceSettings
from hub.wording.engine import call_engine

NumbersT = TypeVar("NumbersT", Care, Limits, Bounds, MissLimit, Pace)

LOOPBACK = ("127.0.0.1", "::1", "localhost")
SUBGRAPHS = ("people", "appointments", "offers", "trainings")


@dataclass(frozen=True, slots=True)
class Remote:
    """A subgraph run elsewhere: its URL, how it is treated, and over HTTPS whom the hub believes and who it is."""

    url: str
    care: Care
    tls: ssl.SSLContext | None


@dataclass(frozen=True, slots=True)
class Settings:
    """`agreements`: purposes per SIRET, and `names` what people call the organisation; `clients`: the applications of
    partners.


    `subgraphs`: the subgraphs run elsewhere (the others run in process);
    `deadline` is the time for one request, in seconds; `show_plans` lets clients ask for `extensions.plan`;
    `documents`: the manifest of trusted documents per client that has one;
    `limits` bound a document, `bounds` its execution, `misses` how many people one asks for in vain;
    `override`: percentages of the requests, by label of a progressive override; `traces`: where spans go, if anywhere.
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
    misses: MissLimit = field(default_factory=MissLimit)
    override: Mapping[str, float] = field(default_factory=dict)
    traces: TraceSettings | None = None
    clients: tuple[Client, ...] = ()


def load_settings(path: Path) -> Settings:
    """Read a settings file; files are named relative to it. Raises StartRefused (SETTINGS_INVALID)."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        issuers: dict[str, Issuer] = {}
        for row in raw.pop("issuers"):
            issuer = _issuer(row, path.parent)
            _once(issuer.name, issuers)
            issuers[issuer.name] = issuer
        agreements: dict[str, frozenset[str]] = {}
        names: dict[str, str] = {}
        for row in raw.pop("agreements", []):
            organisation = row.pop("organisation")
            _once(organisation, agreements)
            agreements[organisation] = frozenset(row.pop("purposes"))
            if "name" in row:
                names[organisation] = _name(row.pop("name"))
            _nothing_left(row)
        settings = Settings(
            audience=raw.pop("audience"),
            issuers=issuers,
            agreements=agreements,
            names=names,
            subgraphs={name: _remote(said, path.parent) for name, said in raw.pop("subgraphs", {}).items()},
            deadline=float(raw.pop("deadline", 10.0)),
            show_plans=_flag("show_plans", raw.pop("show_plans", False)),
            documents=_manifests(raw.pop("documents", []), path.parent),
            limits=_numbers(Limits, raw.pop("limits", {})),
            bounds=_numbers(Bounds, raw.pop("execution", {})),
            misses=_numbers(MissLimit, raw.pop("misses", {})),
            override={label: _percentage(label, said) for label, said in raw.pop("override", {}).items()},
            traces=_traces(raw.pop("traces"), path.parent) if "traces" in raw else None,
            clients=_clients(raw.pop("clients", []), issuers),
        )
        _nothing_left(raw)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise _invalid(f"{path.name}: {type(error).__name__} {error}") from error
    if unknown := set(settings.subgraphs) - set(SUBGRAPHS):
        raise _invalid(f"{path.name}: unknown subgraph {min(unknown)}")
    if not settings.issuers or not settings.audience:
        raise _invalid(f"{path.name}: no issuer or no audience")
    return settings


def _issuer(row: dict[str, Any], folder: Path) -> Issuer:
    """One row of `[[issuers]]`: its keys are in a file beside the settings, or at an address."""
    name, algorithm = row.pop("issuer"), row.pop("algorithm")
    kinds = frozenset(row.pop("kinds")) if "kinds" in row else None
    clients = _names("clients", row.pop("clients")) if "clients" in row else None
    if ("keys" in row) == ("keys_url" in row):
        raise ValueError("an issuer has either 'keys' or 'keys_url'")
    if "keys_url" in row:
        return Issuer(name, algorithm, {}, kinds, _source(row, folder), clients)
    jwks = json.loads((folder / row.pop("keys")).read_text(encoding="utf-8"))
    _nothing_left(row)
    return replace(Issuer.from_jwks(name, algorithm, jwks, kinds), clients=clients)


def _clients(rows: list[dict[str, Any]], issuers: Mapping[str, Issuer]) -> tuple[Client, ...]:
    """The rows of `[[clients]]`; one without `scopes` gets nothing of anybody. A name is one application's, whatever
    its issuer: the journal and the manifests know applications by it."""
    found: dict[str, Client] = {}
    for row in rows:
        issuer, name, organisation = (row.pop(key) for key in ("issuer", "client", "organisation"))
        client = Client(issuer, name, organisation, tuple(sorted(_names("scopes", row.pop("scopes", [])))))
        _nothing_left(row)
        if not all(isinstance(each, str) and each for each in (name, organisation)) or issuer not in issuers:
            raise ValueError("a row of [[clients]] has an 'issuer' of [[issuers]], a 'client' and an 'organisation'")
        if issuers[issuer].clients is None:
            raise ValueError(f"the issuer of the partner's client '{name}' does not list its own in 'clients'")
        if name in found or any(name in (each.clients or ()) for each in issuers.values()):
            raise ValueError(f"the client '{name}' comes twice")
        found[name] = client
    return tuple(found.values())


def _names(name: str, value: object) -> frozenset[str]:
    if not isinstance(value, list) or not all(isinstance(each, str) and each for each in value):
        raise TypeError(f"'{name}' is a list of texts")
    return frozenset(value)


def _source(row: dict[str, Any], folder: Path) -> Source:
    """Where a set is read: an https URL, and numbers of `Pace`; without TLS on this machine alone."""
    url = row.pop("keys_url")
    parts = address(url)
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        raise ValueError("'keys_url' is an https URL")
    files = {"authorities": folder / row.pop("authorities")} if "authorities" in row else {}
    if files and parts.scheme != "https":
        raise ValueError("'authorities' needs an https URL")
    return Source(url, call_engine(client_tls, **files), _numbers(Pace, row))


def _name(value: object) -> str:
    if not isinstance(value, str) or not value.strip() or not value.isprintable() or len(value) > 200:
        raise ValueError("'name' of [[agreements]] is a text of 1 to 200 characters")
    return value


def _flag(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"'{name}' is true or false")
    return value


def _percentage(label: str, value: object) -> float:
    if type(value) not in (int, float) or not 0 <= value <= 100:  # type: ignore[operator]
        raise ValueError(f"'{label}' of [override] is a percentage, from 0 to 100")
    return float(value)  # type: ignore[arg-type]


def _manifests(rows: list[dict[str, Any]], folder: Path) -> dict[str, Manifest]:
    """The rows of `[[documents]]`: a client's manifest, beside the settings."""
    found: dict[str, Manifest] = {}
    for row in rows:
        client, file, only = row.pop("client"), row.pop("manifest"), _flag("only", row.pop("only", True))
        _nothing_left(row)
        if not isinstance(client, str) or not client or client in found:
            raise ValueError("'client' of [[documents]] names each client once")
        found[client] = read_manifest((folder / file).read_text(encoding="utf-8"), only=only)
    return found


def _remote(said: Any, folder: Path) -> Remote:
    """One entry of `[subgraphs]`: a URL, or a table of URL, files beside the settings, and numbers of `Care`."""
    table: dict[str, Any] = {"url": said} if isinstance(said, str) else dict(said)
    url = table.pop("url")
    tls = _tls(url, table, folder)
    return Remote(url, _numbers(Care, table), tls)


def _traces(said: dict[str, Any], folder: Path) -> TraceSettings:
    """The table `[traces]`: the collector's URL, without TLS on this machine alone; files beside the settings; the
    share of requests that are watched."""
    endpoint, ratio = said.pop("endpoint"), said.pop("ratio", 1.0)
    parts = address(endpoint)
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        raise ValueError("'endpoint' of [traces] is an https URL")
    if type(ratio) not in (int, float) or not 0 < ratio <= 1:
        raise ValueError("'ratio' of [traces] is above 0 and at most 1")
    tls = _tls(endpoint, said, folder)
    _nothing_left(said)
    return TraceSettings(endpoint, tls, float(ratio))


def _tls(url: str, table: dict[str, Any], folder: Path) -> ssl.SSLContext | None:
    """Whom to believe at this URL and as whom to come, from the table's files; None without TLS."""
    secure = address(url).scheme == "https"
    files = {name: folder / table.pop(name) for name in ("authorities", "certificate", "key") if name in table}
    if files and not secure:
        raise ValueError(f"'{min(files)}' needs an https URL")
    return call_engine(client_tls, **files) if secure else None


def _numbers(kind: type[NumbersT], table: dict[str, Any]) -> NumbersT:
    """A value of this kind, all whose fields are numbers with defaults; whole ones stay whole, none is negative."""
    said = {}
    for each in fields(kind):
        if each.name in table:
            value, kinds = table.pop(each.name), (int,) if isinstance(each.default, int) else (int, float)
            if type(value) not in kinds or not value >= 0:
                raise ValueError(f"'{each.name}' is not a number that serves")
            said[each.name] = value
    _nothing_left(table)
    return kind(**said)


def _once(name: str, known: Mapping[str, Any]) -> None:
    if name in known:
        raise ValueError(f"'{name}' comes twice")


def _nothing_left(table: Mapping[str, Any]) -> None:
    for key in table:
        raise ValueError(f"'{key}' is not a setting")


def _invalid(detail: str) -> StartRefused:
    return StartRefused(
        "SETTINGS_INVALID", f"Le fichier de réglages n'est pas valide, rien ne démarre : {detail}", detail
    )
