"""Read `schema/policies/*.toml` strictly: an unknown key, name or value is an error with file and line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

import msgspec

from hub.errors import StartRefused
from hub.policy.decide.client_scope import read_scope
from hub.policy.decide.policy_model import (
    ActorKind,
    Basis,
    ClientScope,
    Grant,
    ItemRetention,
    Policy,
    Prohibition,
    Purpose,
    Reduction,
    Retention,
    Term,
)
from hub.strict_toml import TomlFile, TomlForm, TomlRefused, TomlTable
from schema.categories import WRITE_ONLY, Category
from schema.facts import RELATIONS, SCOPE_KINDS, Fact

POLICIES = Path(__file__).resolve().parents[3] / "schema" / "policies"
CLAIMS = {"agent", "organisation", "departments", "person"}
LONGEST_DEFERRAL = 90
"""Days: well within the six months of the journal, so that the person sees every access in the end."""
TARGET_KEYS = {"sibling": "to", "mask": "mask", "whole": None}
"""By `how` of a reduction, the key that it needs besides."""

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
"""The one file that may be absent: no application has a scope then."""
EntryT = TypeVar("EntryT")


class PolicyError(StartRefused):
    """Policy files that can't be trusted, so that the hub does not start; `problems` are sentences, each after its file
    and line."""

    def __init__(self, *problems: str) -> None:
        text = " ; ".join(problems)
        super().__init__("POLICY_INVALID", f"Règles d'accès refusées, rien ne démarre : {text}", text)
        self.problems = problems


class _Problems(list[str]):
    """The problems of one stage of reading, gathered so that one run reports them all."""

    @contextmanager
    def gather(self) -> Iterator[None]:
        """Keep the problems of what is refused within, and go on."""
        try:
            yield
        except TomlRefused as error:
            self += error.problems

    def stop(self) -> None:
        """Raise the problems of this stage: the next one would only repeat them."""
        if self:
            raise PolicyError(*self)


class _RetentionForm(TomlForm, frozen=True):
    fact: str
    days: int
    text: str


class _ItemRetentionForm(TomlForm, frozen=True):
    types: list[str]
    since: str
    days: int
    text: str
    actors: list[str] | None = None


class _ActorForm(TomlForm, frozen=True):
    label: str
    purposes: list[str]
    organisations: tuple[str, ...] = ()
    scopes: dict[str, str] = msgspec.field(default_factory=dict)
    application: bool = False


class _GrantForm(TomlForm, frozen=True):
    id: str
    actor: str
    purposes: list[str]
    relations: list[str]
    basis: str
    label: str
    read: tuple[Category, ...] = ()
    reduced: tuple[Category, ...] = ()
    match: tuple[Category, ...] = ()
    own_recorded: tuple[Category, ...] = ()
    write: tuple[Category, ...] = ()
    retention: str | None = None
    named: bool = False


class _ReductionForm(TomlForm, frozen=True):
    actor: str
    coordinate: str
    how: str
    to: str | None = None
    mask: str | None = None
    text: str | None = None


def load(folder: Path = POLICIES, *, older: bool = False) -> Policy:
    """The policy in these files; raises PolicyError with everything that is not exactly as it must be.

    `older` policies are read only to be compared. They may lack a category or relation that came later, since none of
    their grants names it, and may write down denials (`how = "deny"`), which say nothing. Terms are read first, then
    actors, then the rules that use both: when a stage fails, the next is not read.
    """
    problems, files = _Problems(), dict[str, TomlFile]()
    for name in FILES:
        path = folder / f"{name}.toml"
        with problems.gather():
            if name != CLIENTS or path.exists():
                files[name] = TomlFile(path)
    problems += [
        f"{path.name}:1: aucun fichier de ce nom n'est lu" for path in folder.glob("*.toml") if path.stem not in FILES
    ]
    problems.stop()
    relations = _terms(files["relations"], {fact.name or "" for fact in Fact if fact & RELATIONS}, problems, older)
    categories = _terms(files["categories"], {category.value for category in Category}, problems, older)
    purposes = _named_tables(files["purposes"], _purpose, problems)
    bases = _named_tables(files["bases"], lambda name, table: table.read(Basis, id=name), problems)
    problems.stop()
    with problems.gather():
        _check_parents(files["purposes"], purposes)
    actors = _named_tables(files["actors"], lambda name, table: _actor(name, table, purposes), problems)
    problems.stop()
    periods = _named_tables(files["retention"], lambda name, table: _period(name, table, actors), problems)
    problems.stop()
    retentions = {name: period for name, period in periods.items() if isinstance(period, Retention)}
    items = {name: period for name, period in periods.items() if isinstance(period, ItemRetention)}
    problems += _conflicting_items(items)
    grants = _rows(files["grants"], "grant", lambda table: _grant(table, actors, purposes, bases, retentions), problems)
    prohibitions = _rows(files["prohibitions"], "prohibition", lambda table: _prohibition(table, actors), problems)
    rows = _rows(files["reductions"], "reduction", lambda table: _reduction(table, actors, older), problems)
    reductions = [reduction for reduction in rows if reduction is not None]
    problems.stop()
    problems += _repeated(files["grants"], "grant", [grant.id for grant in grants])
    problems += _repeated(files["prohibitions"], "prohibition", [rule.id for rule in prohibitions])
    problems += _repeated(files["reductions"], "reduction", [f"{row.actor} × {row.coordinate}" for row in reductions])
    problems.stop()
    clients: dict[str, ClientScope] = {}
    if CLIENTS in files:
        clients = _named_tables(
            files[CLIENTS],
            lambda name, table: read_scope(name, table, actors, prohibitions),
            problems,
        )
    problems.stop()
    return Policy(
        actors=actors,
        purposes=purposes,
        bases=bases,
        retentions=retentions,
        items=items,
        categories={Category(name): term for name, term in categories.items()},
        relations={Fact[name]: term for name, term in relations.items()},
        grants=tuple(grants),
        prohibitions=tuple(prohibitions),
        reductions={(reduction.actor, reduction.coordinate): reduction for reduction in reductions},
        digest=sha256("\0".join(f"{file.name}\0{file.text}" for file in files.values()).encode()).hexdigest(),
        clients=clients,
    )


def _named_tables(file: TomlFile, read: Callable[[str, TomlTable], EntryT], problems: _Problems) -> dict[str, EntryT]:
    entries: dict[str, EntryT] = {}
    with problems.gather():
        for name, table in file.tables().items():
            with problems.gather():
                entries[name] = read(name, table)
    return entries


def _rows(file: TomlFile, header: str, read: Callable[[TomlTable], EntryT], problems: _Problems) -> list[EntryT]:
    entries: list[EntryT] = []
    with problems.gather():
        for table in file.rows(header):
            with problems.gather():
                entries.append(read(table))
    return entries


def _repeated(file: TomlFile, header: str, keys: list[str]) -> list[str]:
    """A problem for each row whose key an earlier row of the file has."""
    return [
        f"{file.name}:{file.line(f'[[{header}]]', index)}: « {key} » a déjà sa table"
        for index, key in enumerate(keys)
        if key in keys[:index]
    ]


def _terms(file: TomlFile, names: set[str], problems: _Problems, older: bool) -> dict[str, Term]:
    """The terms of exactly these names; a name that `older` rules lack stands for itself."""

    def term(name: str, table: TomlTable) -> Term:
        if name not in names:
            raise table.refusal(f"« {name} » n'existe pas")
        return table.read(Term)

    terms = _named_tables(file, term, problems)
    missing = names - set(file.values)
    if older:
        terms |= {name: Term(name, name) for name in sorted(missing)}
    elif missing:
        problems.append(f"{file.name}:1: il manque {', '.join(sorted(missing))}")
    return terms


def _check_parents(file: TomlFile, purposes: Mapping[str, Purpose]) -> None:
    for name, table in file.tables().items():
        parent = purposes[name].parent
        if parent is not None and not purposes[parent].abstract:
            raise table.refusal(f"la finalité « {parent} » ne groupe rien, elle n'est pas « abstract »", "parent")


def _purpose(name: str, table: TomlTable) -> Purpose:
    purpose = table.read(Purpose, code=name)
    if purpose.parent is not None:
        table.resolve("parent", purpose.parent, table.file.table_name)
    if not 0 <= purpose.deferred_days <= LONGEST_DEFERRAL:
        raise table.refusal(f"« deferred_days » va de 0 à {LONGEST_DEFERRAL} jours", "deferred_days")
    return purpose


def _period(name: str, table: TomlTable, actors: Mapping[str, ActorKind]) -> Retention | ItemRetention:
    if "types" not in table.values:
        return _retention(name, table)
    form = table.read(_ItemRetentionForm)
    if form.actors == []:
        raise table.refusal("« actors » ne nomme personne : sans cette clé, la durée vaut pour tous", "actors")
    kinds = None if form.actors is None else table.resolve_all("actors", form.actors, lambda kind: actors[kind].name)
    types = table.distinct("types", form.types)
    return ItemRetention(name, types, kinds, form.since, form.days, form.text, table.line())


def _conflicting_items(items: Mapping[str, ItemRetention]) -> Iterator[str]:
    """A problem for each type that has two durations for one kind of actor: neither would be the right one."""
    periods = list(items.values())
    for index, period in enumerate(periods):
        for earlier in periods[:index]:
            disjoint = period.actors is not None and earlier.actors is not None and not period.actors & earlier.actors
            for name in sorted(period.types & earlier.types) if not disjoint else ():
                yield f"retention.toml:{period.line}: « {name} » a déjà une durée, « {earlier.name} »"


def _retention(name: str, table: TomlTable) -> Retention:
    form = table.read(_RetentionForm)
    fact = table.resolve("fact", form.fact, Fact.__getitem__)
    if not fact.name or not fact.name.endswith("_ENDED"):
        raise table.refusal("« fact » n'est pas un fait de conservation", "fact")
    return Retention(name, fact, form.days, form.text)


def _actor(name: str, table: TomlTable, purposes: Mapping[str, Purpose]) -> ActorKind:
    form = table.read(_ActorForm)
    scopes: dict[Fact, str] = {}
    for relation, claim in form.scopes.items():
        fact = Fact.__members__.get(relation)
        if fact is None or not fact & RELATIONS or claim not in CLAIMS:
            raise table.refusal(f"le périmètre « {relation} = {claim} » n'existe pas", relation)
        if fact in SCOPE_KINDS and SCOPE_KINDS[fact] != claim.removesuffix("s"):
            raise table.refusal(f"la relation « {relation} » n'a pas « {claim} » pour périmètre", relation)
        scopes[fact] = claim
    codes = table.resolve_all("purposes", form.purposes, lambda code: purposes[code].code)
    if abstract := [code for code in codes if purposes[code].abstract]:
        raise table.refusal(f"« {min(abstract)} » groupe des finalités et ne se déclare pas", "purposes")
    organisations = table.distinct("organisations", form.organisations)
    return ActorKind(name, form.label, codes, organisations, scopes, form.application)


def _grant(
    table: TomlTable,
    actors: Mapping[str, ActorKind],
    purposes: Mapping[str, Purpose],
    bases: Mapping[str, Basis],
    retentions: Mapping[str, Retention],
) -> Grant:
    form = table.read(_GrantForm)
    actor = actors[table.resolve("actor", form.actor, lambda name: actors[name].name)]
    listed = table.resolve_all("purposes", form.purposes, lambda code: purposes[code].code)
    covered = frozenset(code for code, purpose in purposes.items() if code in listed or purpose.parent in listed)
    relations = Fact(0)
    for fact in sorted(table.resolve_all("relations", form.relations, Fact.__getitem__)):
        if fact not in actor.scopes and fact is not Fact.NATIONWIDE:
            raise table.refusal(f"l'acteur « {actor.name} » n'a pas la relation « {fact.name} »", "relations")
        relations |= fact
    grant = Grant(
        id=form.id,
        actor=actor.name,
        purposes=covered,
        relations=relations,
        read=table.distinct("read", form.read),
        reduced=table.distinct("reduced", form.reduced),
        match=table.distinct("match", form.match),
        own_recorded=table.distinct("own_recorded", form.own_recorded),
        basis=table.resolve("basis", form.basis, bases.__getitem__),
        retention=None
        if form.retention is None
        else table.resolve("retention", form.retention, retentions.__getitem__),
        label=form.label,
        named=form.named,
        write=table.distinct("write", form.write),
        line=table.line(),
    )
    if outside := {code for code in covered if not purposes[code].abstract} - actor.purposes:
        raise table.refusal(f"l'acteur « {actor.name} » n'a pas la finalité « {min(outside)} »", "purposes")
    if unread := grant.write - grant.read - WRITE_ONLY:
        raise table.refusal(f"l'accord écrit {min(unread)} sans le lire", "write")
    if never := WRITE_ONLY & (grant.read | grant.reduced | grant.match | grant.own_recorded):
        raise table.refusal(f"{min(never)} ne sert qu'à écrire", "write")
    if grant.read & grant.reduced:
        raise table.refusal("une catégorie est à la fois lue et réduite", "reduced")
    if grant.named and not grant.match:
        raise table.refusal(
            "« named » ouvre la personne que la recherche nomme, et l'accord ne rapproche par rien", "named"
        )
    return grant


def _prohibition(table: TomlTable, actors: Mapping[str, ActorKind]) -> Prohibition:
    prohibition = table.read(Prohibition)
    table.resolve("actor", prohibition.actor, lambda name: name if name == "*" else actors[name].name)
    return prohibition


def _reduction(table: TomlTable, actors: Mapping[str, ActorKind], older: bool) -> Reduction | None:
    """One row of reductions.toml; None for a denial that `older` rules write down."""
    form = table.read(_ReductionForm)
    actor = table.resolve("actor", form.actor, lambda name: actors[name].name)
    if form.how == "deny":
        if older:
            return None
        raise table.refusal("« deny » ne s'écrit pas : sans ligne, la donnée est déjà refusée", "how")
    if form.how not in TARGET_KEYS:
        raise table.refusal(f"« how » est l'un de {', '.join(TARGET_KEYS)}", "how")
    for key, value in (("to", form.to), ("mask", form.mask)):
        if key == TARGET_KEYS[form.how] and value is None:
            raise table.refusal(f"la clé « {key} » manque")
        if key != TARGET_KEYS[form.how] and value is not None:
            raise table.refusal(f"« {key} » n'est pas une clé admise ici", key)
    return Reduction(actor, form.coordinate, form.how, form.to, form.mask, table.line())
