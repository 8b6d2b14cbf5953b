"""Read `schema/policies/*.toml` strictly: an unknown key, name or value is an error with file and line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from hub.errors import StartRefused
from hub.policy.model import (
    ActorKind,
    Basis,
    Grant,
    Policy,
    Prohibition,
    Purpose,
    Reduction,
    Retention,
)
from schema.categories import Category, Level
from schema.facts import RELATIONS, SCOPE_KINDS, Fact

POLICIES = Path(__file__).resolve().parents[2] / "schema" / "policies"
CLAIMS = {"agent", "organisation", "departments", "person"}
HOWS = {"sibling": "to", "mask": "mask", "deny": None}


class PolicyError(StartRefused):
    """A policy file that can't be trusted; the hub does not start."""

    def __init__(self, problem: str) -> None:
        super().__init__("POLICY_INVALID", f"Règles d'accès refusées, rien ne démarre : {problem}", problem)


class _Table:
    """One table of one file, read key by key; what is left unread is a typo."""

    def __init__(self, file: _File, header: str, index: int, values: dict[str, Any]) -> None:
        self.file, self.header, self.index, self.values = file, header, index, dict(values)

    def fail(self, problem: str, key: str | None = None) -> PolicyError:
        return PolicyError(f"{self.file.name}:{self.file.line(self.header, self.index, key)}: {problem}")

    def take(self, key: str, kind: type, default: Any = ...) -> Any:
        value = self.values.pop(key, default)
        if value is ...:
            raise self.fail(f"'{key}' is missing")
        if value is not default and type(value) is not kind:
            raise self.fail(f"'{key}' must be a {kind.__name__}", key)
        return value

    def names(self, key: str, known: Callable[[str], Any], default: Any = ...) -> list[Any]:
        found = []
        for name in self.take(key, list, default):
            try:
                found.append(known(name))
            except (KeyError, ValueError) as error:
                raise self.fail(f"'{key}' names '{name}', which is not known", key) from error
        if len(set(found)) != len(found):
            raise self.fail(f"'{key}' names a value twice", key)
        return found

    def name(self, key: str, known: Callable[[str], Any], default: Any = ...) -> Any:
        value = self.take(key, str, default)
        if value is default:
            return value
        try:
            return known(value)
        except (KeyError, ValueError) as error:
            raise self.fail(f"'{key}' names '{value}', which is not known", key) from error

    def done(self) -> None:
        for key in self.values:
            raise self.fail(f"'{key}' is not a key of this table", key)


class _File:
    def __init__(self, folder: Path, name: str) -> None:
        self.name, self.text = name, ""
        try:
            self.text = (folder / name).read_text(encoding="utf-8")
            self.values = tomllib.loads(self.text)
        except OSError as error:
            raise PolicyError(f"{name}:1: the file can't be read") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise PolicyError(f"{name}: {error}") from error

    def line(self, header: str, index: int, key: str | None) -> int:
        lines = self.text.splitlines()
        heads = [n for n, line in enumerate(lines) if line.replace(" ", "").startswith(header)]
        start = heads[index] if index < len(heads) else 0
        pattern = rf"\s*\"?{re.escape(key or '')}\"?\s*="
        for n in range(start + 1, len(lines)) if key else ():
            if re.match(pattern, lines[n]):
                return n + 1
        return start + 1

    def named(self, name: str) -> str:
        """The name itself where a table of this file bears it, else KeyError."""
        self.values[name]
        return name

    def tables(self) -> dict[str, _Table]:
        for name, values in self.values.items():
            if type(values) is not dict:
                raise PolicyError(f"{self.name}:1: '{name}' is not a table")
        return {name: _Table(self, f"[{name}]", 0, values) for name, values in self.values.items()}

    def rows(self, header: str) -> list[_Table]:
        for name in self.values:
            if name != header:
                raise PolicyError(f"{self.name}:1: '{name}' is not known here, only [[{header}]]")
        rows = self.values.get(header, [])
        return [_Table(self, f"[[{header}]]", index, values) for index, values in enumerate(rows)]


def load(folder: Path = POLICIES) -> Policy:
    """The policy in these files; raises PolicyError at the first thing that is not exactly as it must be."""
    files = {
        name: _File(folder, f"{name}.toml")
        for name in (
            "actors",
            "bases",
            "categories",
            "grants",
            "prohibitions",
            "purposes",
            "reductions",
            "relations",
            "retention",
        )
    }
    _same_names(files["relations"], {fact.name or "" for fact in Fact if fact & RELATIONS})
    _same_names(files["categories"], {category.value for category in Category})
    purposes = {name: _purpose(name, table) for name, table in files["purposes"].tables().items()}
    for name, purpose in purposes.items():
        if purpose.parent is not None and not purposes[purpose.parent].abstract:
            raise PolicyError(f"purposes.toml: the parent of '{name}' is not abstract")
    bases = {name: _basis(name, table) for name, table in files["bases"].tables().items()}
    retentions = {name: _retention(name, table) for name, table in files["retention"].tables().items()}
    actors = {name: _actor(name, table, purposes) for name, table in files["actors"].tables().items()}
    grants = tuple(_grant(table, actors, purposes, bases, retentions) for table in files["grants"].rows("grant"))
    if len({grant.id for grant in grants}) != len(grants):
        raise PolicyError("grants.toml: two grants have one id")
    return Policy(
        actors=actors,
        purposes=purposes,
        bases=bases,
        retentions=retentions,
        grants=grants,
        prohibitions=tuple(_prohibition(table, actors) for table in files["prohibitions"].rows("prohibition")),
        reductions=_reductions(files["reductions"].rows("reduction"), actors),
        digest=sha256("\0".join(f"{file.name}\0{file.text}" for file in files.values()).encode()).hexdigest(),
    )


def _same_names(file: _File, expected: set[str]) -> None:
    for name, table in file.tables().items():
        if name not in expected:
            raise table.fail(f"'{name}' is not known")
        for key in ("label", "definition"):
            table.take(key, str)
        table.take("scope", str, None)
        table.done()
    if missing := expected - set(file.values):
        raise PolicyError(f"{file.name}:1: {', '.join(sorted(missing))} missing")


def _purpose(name: str, table: _Table) -> Purpose:
    purpose = Purpose(
        code=name,
        label=table.take("label", str),
        legal=table.take("legal", str),
        parent=table.name("parent", table.file.named, None),
        abstract=table.take("abstract", bool, False),
    )
    table.done()
    return purpose


def _basis(name: str, table: _Table) -> Basis:
    basis = Basis(name, table.take("text", str), table.take("opposition", bool))
    table.done()
    return basis


def _retention(name: str, table: _Table) -> Retention:
    retention = Retention(name, table.name("fact", Fact.__getitem__), table.take("days", int), table.take("text", str))
    if not retention.fact.name or not retention.fact.name.endswith("_ENDED"):
        raise table.fail("'fact' must be a retention fact", "fact")
    table.done()
    return retention


def _actor(name: str, table: _Table, purposes: Mapping[str, Purpose]) -> ActorKind:
    scopes: dict[Fact, str] = {}
    for relation, claim in table.take("scopes", dict, {}).items():
        fact = Fact.__members__.get(relation)
        if fact is None or not fact & RELATIONS or claim not in CLAIMS:
            raise table.fail(f"scope '{relation} = {claim}' is not known", relation)
        if fact in SCOPE_KINDS and SCOPE_KINDS[fact] != claim.removesuffix("s"):
            raise table.fail(f"relation '{relation}' is not scoped by '{claim}'", relation)
        scopes[fact] = claim
    actor = ActorKind(
        name=name,
        label=table.take("label", str),
        purposes=frozenset(table.names("purposes", lambda code: purposes[code].code)),
        organisations=frozenset(table.names("organisations", str, [])),
        scopes=scopes,
    )
    if abstract := [code for code in actor.purposes if purposes[code].abstract]:
        raise table.fail(f"'{abstract[0]}' only groups purposes", "purposes")
    table.done()
    return actor


def _grant(
    table: _Table,
    actors: Mapping[str, ActorKind],
    purposes: Mapping[str, Purpose],
    bases: Mapping[str, Basis],
    retentions: Mapping[str, Retention],
) -> Grant:
    actor: ActorKind = table.name("actor", actors.__getitem__)
    named = set(table.names("purposes", lambda code: purposes[code].code))
    covered = frozenset(code for code, purpose in purposes.items() if code in named or purpose.parent in named)
    relations = Fact(0)
    for fact in table.names("relations", Fact.__getitem__):
        if fact not in actor.scopes and fact is not Fact.NATIONWIDE:
            raise table.fail(f"actor '{actor.name}' has no relation '{fact.name}'", "relations")
        relations |= fact
    grant = Grant(
        id=table.take("id", str),
        actor=actor.name,
        purposes=covered,
        relations=relations,
        read=frozenset(table.names("read", Category, [])),
        reduced=frozenset(table.names("reduced", Category, [])),
        match=frozenset(table.names("match", Category, [])),
        own_recorded=frozenset(table.names("own_recorded", Category, [])),
        basis=table.name("basis", bases.__getitem__),
        retention=table.name("retention", retentions.__getitem__, None),
        label=table.take("label", str),
    )
    if outside := {code for code in covered if not purposes[code].abstract} - actor.purposes:
        raise table.fail(f"actor '{actor.name}' has no purpose '{min(outside)}'", "purposes")
    if grant.read & grant.reduced:
        raise table.fail("a category is both read and reduced", "reduced")
    table.done()
    return grant


def _prohibition(table: _Table, actors: Mapping[str, ActorKind]) -> Prohibition:
    prohibition = Prohibition(
        id=table.take("id", str),
        actor=table.name("actor", lambda name: name if name == "*" else actors[name].name),
        category=table.name("category", Category),
        level=table.name("level", Level, None),
        text=table.take("text", str),
    )
    table.done()
    return prohibition


def _reductions(tables: list[_Table], actors: Mapping[str, ActorKind]) -> dict[tuple[str, str], Reduction]:
    rows: dict[tuple[str, str], Reduction] = {}
    for table in tables:
        actor = table.name("actor", lambda name: actors[name].name)
        coordinate, how = table.take("coordinate", str), table.take("how", str)
        if how not in HOWS:
            raise table.fail(f"'how' is one of {', '.join(HOWS)}", "how")
        target = HOWS[how]
        value = table.take(target, str) if target else None
        if (actor, coordinate) in rows:
            raise table.fail(f"a second row for {actor} × {coordinate}", "coordinate")
        rows[actor, coordinate] = Reduction(
            actor, coordinate, how, value if how == "sibling" else None, value if how == "mask" else None
        )
        table.take("text", str, None)
        table.done()
    return rows
