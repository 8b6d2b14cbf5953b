"""Read `schema/policies/*.toml` strictly: an unknown key, name or value is an error with file and line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from hub.policy.decide.client_scope import read_scope
from hub.policy.decide.policy_files import File, Problems, Table
from hub.policy.decide.policy_model import (
    ActorKind,
    Basis,
    ClientScope,
    Grant,
    ItemRetention,
    Named,
    Policy,
    Prohibition,
    Purpose,
    Reduction,
    Retention,
)
from schema.categories import Category, Level
from schema.facts import RELATIONS, SCOPE_KINDS, Fact

POLICIES = Path(__file__).resolve().parents[3] / "schema" / "policies"
CLAIMS = {"agent", "organisation", "departments", "person"}
LONGEST_DEFERRAL = 90
"""Days: well within the six months of the journal, so that the person sees every access in the end."""
HOWS = {"sibling": "to", "mask": "mask", "whole": None, "deny": None}


FILES = (
    "actors",
    "bases",
    "categories",
    "clients",
    "grants",
    "prohibitions",
    "purposes",
    "reductions",
    "relations",
    "retention",
)
CLIENTS = "clients"
"""The file without which no application has a scope."""
Read = TypeVar("Read")


def load(folder: Path = POLICIES, *, older: bool = False) -> Policy:
    """The policy in these files; raises PolicyError with everything that is not exactly as it must be.

    `older` rules, only to be compared, may lack a category or relation that came later: none of their grants names it.
    Words first, then actors, then the rules written in them: of a stage that fails, the next is not read.
    """
    problems, files = Problems(), dict[str, File]()
    for name in (each for each in FILES if each != CLIENTS or (folder / f"{each}.toml").exists()):
        with problems.gathered():
            files[name] = File(folder, f"{name}.toml")
    problems.found += [
        f"{path.name}:1: aucun fichier de ce nom n'est lu" for path in folder.glob("*.toml") if path.stem not in FILES
    ]
    problems.stop()
    relations = _words(files["relations"], {fact.name or "" for fact in Fact if fact & RELATIONS}, problems, older)
    categories = _words(files["categories"], {category.value for category in Category}, problems, older)
    purposes = _tables(files["purposes"], _purpose, problems)
    bases = _tables(files["bases"], _basis, problems)
    problems.stop()
    with problems.gathered():
        _check_parents(files["purposes"], purposes)
    actors = _tables(files["actors"], lambda name, table: _actor(name, table, purposes), problems)
    problems.stop()
    periods = _tables(files["retention"], lambda name, table: _period(name, table, actors), problems)
    problems.stop()
    retentions = {name: each for name, each in periods.items() if isinstance(each, Retention)}
    items = {name: each for name, each in periods.items() if isinstance(each, ItemRetention)}
    _check_items(items, problems)
    grants = _rows(files["grants"], "grant", lambda table: _grant(table, actors, purposes, bases, retentions), problems)
    prohibitions = _rows(files["prohibitions"], "prohibition", lambda table: _prohibition(table, actors), problems)
    reductions = _rows(files["reductions"], "reduction", lambda table: _reduction(table, actors), problems)
    for file, header, keys in (
        ("grants", "grant", [grant.id for grant in grants]),
        ("prohibitions", "prohibition", [each.id for each in prohibitions]),
        ("reductions", "reduction", [f"{each.actor} × {each.coordinate}" for each in reductions]),
    ):
        problems.found += [
            f"{file}.toml:{files[file].line(f'[[{header}]]', index, None)}: « {key} » a déjà sa table"
            for index, key in enumerate(keys)
            if not problems.found and key in keys[:index]
        ]
    problems.stop()
    clients: dict[str, ClientScope] = {}
    if CLIENTS in files:
        clients = _tables(files[CLIENTS], lambda name, table: read_scope(name, table, actors, prohibitions), problems)
    problems.stop()
    return Policy(
        actors=actors,
        purposes=purposes,
        bases=bases,
        retentions=retentions,
        items=items,
        categories={Category(name): named for name, named in categories.items()},
        relations={Fact[name]: named for name, named in relations.items()},
        grants=tuple(grants),
        prohibitions=tuple(prohibitions),
        reductions={(each.actor, each.coordinate): each for each in reductions},
        digest=sha256("\0".join(f"{file.name}\0{file.text}" for file in files.values()).encode()).hexdigest(),
        clients=clients,
    )


def _tables(file: File, read: Callable[[str, Table], Read], problems: Problems) -> dict[str, Read]:
    found: dict[str, Read] = {}
    with problems.gathered():
        for name, table in file.tables().items():
            with problems.gathered():
                found[name] = read(name, table)
    return found


def _rows(file: File, header: str, read: Callable[[Table], Read], problems: Problems) -> list[Read]:
    found: list[Read] = []
    with problems.gathered():
        for table in file.rows(header):
            with problems.gathered():
                found.append(read(table))
    return found


def _words(file: File, expected: set[str], problems: Problems, older: bool) -> dict[str, Named]:
    """Names that the code fixes, each with its words; one that `older` rules lack has none."""
    found = _tables(file, lambda name, table: _word(name, table, expected), problems)
    missing = expected - set(file.values)
    if older:
        found |= {name: Named(name, name) for name in sorted(missing)}
    elif missing:
        problems.found.append(f"{file.name}:1: il manque {', '.join(sorted(missing))}")
    return found


def _word(name: str, table: Table, expected: set[str]) -> Named:
    if name not in expected:
        raise table.fail(f"« {name} » n'existe pas")
    named = Named(table.take("label", str), table.take("definition", str))
    table.take("scope", str, None)
    table.done()
    return named


def _check_parents(file: File, purposes: Mapping[str, Purpose]) -> None:
    for name, table in file.tables().items():
        parent = purposes[name].parent
        if parent is not None and not purposes[parent].abstract:
            raise table.fail(f"la finalité « {parent} » ne groupe rien, elle n'est pas « abstract »", "parent")


def _purpose(name: str, table: Table) -> Purpose:
    purpose = Purpose(
        code=name,
        label=table.take("label", str),
        legal=table.take("legal", str),
        parent=table.name("parent", table.file.named, None),
        abstract=table.take("abstract", bool, False),
        deferred_days=table.take("deferred_days", int, 0),
    )
    if not 0 <= purpose.deferred_days <= LONGEST_DEFERRAL:
        raise table.fail(f"« deferred_days » va de 0 à {LONGEST_DEFERRAL} jours", "deferred_days")
    table.done()
    return purpose


def _basis(name: str, table: Table) -> Basis:
    basis = Basis(name, table.take("text", str), table.take("opposition", bool), table.take("limitation", bool, True))
    table.done()
    return basis


def _period(name: str, table: Table, actors: Mapping[str, ActorKind]) -> Retention | ItemRetention:
    if "types" not in table.values:
        return _retention(name, table)
    bound = table.names("actors", lambda kind: actors[kind].name, None) if "actors" in table.values else None
    if bound == []:
        raise table.fail("« actors » ne nomme personne : sans cette clé, la durée vaut pour tous", "actors")
    item = ItemRetention(
        name=name,
        types=frozenset(table.names("types", str)),
        actors=None if bound is None else frozenset(bound),
        since=table.take("since", str),
        days=table.take("days", int),
        text=table.take("text", str),
        line=table.line(),
    )
    table.done()
    return item


def _check_items(items: Mapping[str, ItemRetention], problems: Problems) -> None:
    """One duration of a type for a kind of actor: of two, it would not be said which holds."""
    found = list(items.values())
    for place, item in enumerate(found):
        for other in found[:place]:
            apart = item.actors is not None and other.actors is not None and not item.actors & other.actors
            for name in sorted(item.types & other.types) if not apart else ():
                problems.found.append(f"retention.toml:{item.line}: « {name} » a déjà une durée, « {other.name} »")


def _retention(name: str, table: Table) -> Retention:
    retention = Retention(name, table.name("fact", Fact.__getitem__), table.take("days", int), table.take("text", str))
    if not retention.fact.name or not retention.fact.name.endswith("_ENDED"):
        raise table.fail("« fact » n'est pas un fait de conservation", "fact")
    table.done()
    return retention


def _actor(name: str, table: Table, purposes: Mapping[str, Purpose]) -> ActorKind:
    scopes: dict[Fact, str] = {}
    for relation, claim in table.take("scopes", dict, {}).items():
        fact = Fact.__members__.get(relation)
        if fact is None or not fact & RELATIONS or claim not in CLAIMS:
            raise table.fail(f"le périmètre « {relation} = {claim} » n'existe pas", relation)
        if fact in SCOPE_KINDS and SCOPE_KINDS[fact] != claim.removesuffix("s"):
            raise table.fail(f"la relation « {relation} » n'a pas « {claim} » pour périmètre", relation)
        scopes[fact] = claim
    actor = ActorKind(
        name=name,
        label=table.take("label", str),
        purposes=frozenset(table.names("purposes", lambda code: purposes[code].code)),
        organisations=frozenset(table.names("organisations", str, [])),
        scopes=scopes,
        application=table.take("application", bool, False),
    )
    if abstract := [code for code in actor.purposes if purposes[code].abstract]:
        raise table.fail(f"« {abstract[0]} » groupe des finalités et ne se déclare pas", "purposes")
    table.done()
    return actor


def _grant(
    table: Table,
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
            raise table.fail(f"l'acteur « {actor.name} » n'a pas la relation « {fact.name} »", "relations")
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
        raise table.fail(f"l'acteur « {actor.name} » n'a pas la finalité « {min(outside)} »", "purposes")
    if grant.read & grant.reduced:
        raise table.fail("une catégorie est à la fois lue et réduite", "reduced")
    table.done()
    return grant


def _prohibition(table: Table, actors: Mapping[str, ActorKind]) -> Prohibition:
    prohibition = Prohibition(
        id=table.take("id", str),
        actor=table.name("actor", lambda name: name if name == "*" else actors[name].name),
        category=table.name("category", Category),
        level=table.name("level", Level, None),
        text=table.take("text", str),
    )
    table.done()
    return prohibition


def _reduction(table: Table, actors: Mapping[str, ActorKind]) -> Reduction:
    actor = table.name("actor", lambda name: actors[name].name)
    coordinate, how = table.take("coordinate", str), table.take("how", str)
    if how not in HOWS:
        raise table.fail(f"« how » est l'un de {', '.join(HOWS)}", "how")
    target = HOWS[how]
    value = table.take(target, str) if target else None
    table.take("text", str, None)
    table.done()
    sibling, mask = (value if how == each else None for each in ("sibling", "mask"))
    return Reduction(actor, coordinate, how, sibling, mask, table.line())
