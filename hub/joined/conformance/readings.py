"""The checks of reading: which rows and values a subgraph returns, and withholds, under each residual."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import product
from typing import Any
from uuid import uuid4

from hub.joined.conformance.caller import ANY, Caller, open_residual
from hub.joined.conformance.check import Check
from hub.joined.conformance.seeds import Row
from schema.days import PARIS
from schema.facts import RELATIONS, Fact
from schema.residual import Clause, Residual, Rule

EVER = int(RELATIONS)
KEPT = 30
"""Days for which a row is kept after the last contact."""
DAY = timedelta(days=1)


def _relation(row: Row) -> int:
    """One relation that the row has."""
    relations = row.facts & EVER
    return relations & -relations


def _absent(row: Row) -> int:
    """One relation that neither the row nor its person has for the scope."""
    return next(int(fact) for fact in (Fact.NATIONWIDE, Fact.SELF, Fact.GROUP) if not row.facts & fact)


def _places(row: Row) -> Iterator[tuple[str, str]]:
    """The rules of a row's residual: (`rows` or `fields`, type or coordinate)."""
    yield from (("rows", name) for name in sorted(row.personal))
    yield from (("fields", name) for name in row.guarded)


def _with_rule(row: Row, part: str, name: str, rule: Rule | None) -> Residual:
    """The open residual with this rule in one place; without one there, for None."""
    rules: dict[str, Any] = {**getattr(open_residual(row), part), name: rule}
    return open_residual(row, **{part: {key: value for key, value in rules.items() if value is not None}})


def _shown(caller: Caller, row: Row, residual: Residual, expected: bool, **changes: Any) -> bool:
    answer = caller.read(row, residual, **changes)
    return answer.status == 200 and answer.holds(row.value) is expected


def _without_rule(part: str) -> Any:
    def trials(caller: Caller) -> Iterator[tuple[str, bool]]:
        for row in caller.seeds.rows:
            for place, name in _places(row):
                if place == part:
                    residual = _with_rule(row, part, name, None)
                    yield f"« {row.name} », sans règle de {name}", _shown(caller, row, residual, False)

    return trials


def _clauses(part: str) -> Any:
    """The truth table of a clause: any_of hit or missed, all_of, none_of, in each place of one part."""

    def trials(caller: Caller) -> Iterator[tuple[str, bool]]:
        for row in caller.seeds.rows:
            present, absent = _relation(row), _absent(row)
            table = [(absent, 0, 0), *product((present,), (0, present, absent), (0, present, absent))]
            for name in (name for place, name in _places(row) if place == part):
                for clause in (Clause(*masks) for masks in table):
                    residual = _with_rule(row, part, name, Rule((clause,)))
                    case = f"« {row.name} », {name} : {_words(row, clause)}"
                    yield case, _shown(caller, row, residual, clause.holds(row.facts))

    return trials


def _words(row: Row, clause: Clause) -> str:
    def word(bits: int) -> str:
        return "rien" if not bits else "un fait présent" if bits & row.facts else "un fait absent"

    return f"any_of {word(clause.any_of)}, all_of {word(clause.all_of)}, none_of {word(clause.none_of)}"


def _several_clauses(caller: Caller) -> Iterator[tuple[str, bool]]:
    for row in caller.seeds.rows:
        fails, holds = Clause(_absent(row)), Clause(_relation(row))
        for part, name in _places(row):
            for case, clauses, expected in (
                ("aucune clause", (), False),
                ("aucune qui tient", (fails, Clause(_relation(row), 0, _relation(row))), False),
                ("une sur deux qui tient", (fails, holds), True),
            ):
                residual = _with_rule(row, part, name, Rule(clauses))
                yield f"« {row.name} », {name} : {case}", _shown(caller, row, residual, expected)


def _scopes(caller: Caller) -> Iterator[tuple[str, bool]]:
    for row in caller.seeds.rows:
        bit, _, scope_id = row.scope.partition(" ")
        other_relation = f"{_absent(row)} {scope_id}"
        for case, scopes in (
            ("aucun périmètre", ()),
            ("le périmètre d'un autre", (f"{bit} {uuid4()}",)),
            ("le même identifiant sous une autre relation", (other_relation,)),
        ):
            yield f"« {row.name} », {case}", _shown(caller, row, open_residual(row), False, scopes=scopes)


def _missing(caller: Caller) -> Iterator[tuple[str, bool]]:
    for row in caller.seeds.rows:
        key = next(name for name in row.representation if name != "__typename")
        body = caller.body(row, [{**row.representation, key: str(uuid4())}])
        absent = caller.send(body, [caller.sealed(caller.context(row), body)])
        entity = row.representation["__typename"]
        for case, residual, scopes in (
            ("sans règle", _with_rule(row, "rows", entity, None), (row.scope,)),
            ("sans clause qui tient", _with_rule(row, "rows", entity, Rule((Clause(_absent(row)),))), (row.scope,)),
            ("sans périmètre", open_residual(row), ()),
        ):
            if entity in row.personal:
                yield f"« {row.name} », {case}", caller.read(row, residual, scopes=scopes) == absent


def _facts(caller: Caller) -> Iterator[tuple[str, bool]]:
    for row in caller.seeds.rows:
        answer = caller.read(row)
        pairs = list(_pairs(answer.data))
        yield f"« {row.name} », le sujet et les faits", [row.subject, row.facts] in pairs
        yield f"« {row.name} », rien d'un autre sujet", all(pair[0] == row.subject for pair in pairs)


def _pairs(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        if "_access" in value:
            yield value["_access"]
        for below in value.values():
            yield from _pairs(below)
    elif isinstance(value, list):
        for item in value:
            yield from _pairs(item)


def _of_fact(*facts: Fact) -> Any:
    """Where rows have one of these facts, each decides: asked for it is there, without it, not."""

    def trials(caller: Caller) -> Iterator[tuple[str, bool]]:
        for row in caller.seeds.rows:
            for fact in facts:
                if row.facts & fact:
                    free = Rule((Clause(EVER, 0, int(fact)),))
                    bound = Rule((Clause(EVER, int(fact)),))
                    for rule, expected in ((free, False), (bound, True)):
                        residual = _with_rule(row, "rows", row.type, rule)
                        case = "exigé" if expected else "exclu"
                        yield f"« {row.name} », {fact.name} {case}", _shown(caller, row, residual, expected)

    return trials


def _other_organisation(caller: Caller) -> Iterator[tuple[str, bool]]:
    yield from _of_fact(Fact.RECORDED)(caller)
    for row in caller.seeds.rows:
        if row.facts & Fact.RECORDED:
            residual = _with_rule(row, "rows", row.type, Rule((Clause(EVER, int(Fact.RECORDED)),)))
            shown = _shown(caller, row, residual, False, organisation="00000000000000")
            yield f"« {row.name} », pour une autre organisation", shown


def _around(
    caller: Caller, row: Row, last: date, residual: Residual, *, before: bool = True
) -> Iterator[tuple[str, bool]]:
    """In the last minute of a day in Paris and in the first of the next one; the row is read in one of them: `before`
    is whether in the former."""
    for day, at, expected in ((last, time(23, 59), before), (last + DAY, time(0, 0), not before)):
        moment = datetime.combine(day, at, PARIS)
        shown = _shown(caller, row, residual, expected, now=int(moment.timestamp()))
        yield f"« {row.name} », le {moment:%Y-%m-%d à %H:%M}", shown


def _links(caller: Caller) -> Iterator[tuple[str, bool]]:
    for row in caller.seeds.rows:
        residual = open_residual(row)
        if row.since is not None:
            yield from _around(caller, row, row.since - DAY, residual, before=False)
        if row.until is not None:
            yield from _around(caller, row, row.until, residual)


def _restrictions(caller: Caller) -> Iterator[tuple[str, bool]]:
    yield from _of_fact(Fact.OPPOSITION, Fact.LIMITATION, Fact.ERASURE_DUE)(caller)
    for row in caller.seeds.rows:
        if row.erasure is not None:
            residual = _with_rule(row, "rows", row.type, Rule((Clause(EVER, 0, int(Fact.ERASURE_DUE)),)))
            yield from _around(caller, row, row.erasure - DAY, residual)


def _retentions(caller: Caller) -> Iterator[tuple[str, bool]]:
    ended = int(Fact.JOURNEY_ENDED)
    for row in caller.seeds.rows:
        if row.last_contact is not None:
            rows = {**open_residual(row).rows, row.type: Rule((Clause(EVER, 0, ended),))}
            residual = open_residual(row, rows=rows, retentions=((ended, KEPT),))
            yield from _around(caller, row, row.last_contact + KEPT * DAY, residual)


def _reductions(caller: Caller) -> Iterator[tuple[str, bool]]:
    for row in caller.seeds.rows:
        rule = Rule(reduced=ANY.read, reduction="masque-inconnu")
        residual = _with_rule(row, "fields", row.guarded[-1], rule)
        yield f"« {row.name} », masque inconnu", _shown(caller, row, residual, False)


def _representations(caller: Caller) -> Iterator[tuple[str, bool]]:
    for row in caller.seeds.rows:
        key = next(name for name in row.representation if name != "__typename")
        for case, wrong in {
            "type inconnu": {"__typename": "Inconnu", key: row.representation[key]},
            "attribut de trop": {**row.representation, "intrus": "x"},
            "sans clé": {"__typename": row.representation["__typename"]},
            "clé d'une autre forme": {**row.representation, key: {"x": 1}},
        }.items():
            body = caller.body(row, [wrong, row.representation])
            answer = caller.send(body, [caller.sealed(caller.context(row), body)])
            entities = (answer.data or {}).get("_entities") or [True]
            yield f"« {row.name} », {case}", entities[0] is None and answer.holds(row.value)


READINGS: tuple[Check, ...] = (
    Check("C-20", _without_rule("rows")),
    Check("C-21", _clauses("rows")),
    Check("C-22", _several_clauses),
    Check("C-23", _scopes),
    Check("C-24", _missing),
    Check("C-25", _restrictions),
    Check("C-26", _retentions),
    Check("C-27", _other_organisation),
    Check("C-28", _links),
    Check("C-30", _without_rule("fields")),
    Check("C-31", _clauses("fields")),
    Check("C-32", _reductions),
    Check("C-33", _facts),
    Check("C-40", _representations),
)
