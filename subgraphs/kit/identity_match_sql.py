"""How many persons an argument names, in SQL: of those whom the residual lets this actor find by that key.

One row whatever is found, in one statement of one shape: outcomes cost the same, and who may not be found is not there.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ARRAY,
    Boolean,
    Integer,
    Select,
    Text,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    not_,
    null,
    or_,
    select,
    true,
)

from schema.residual import Rule
from subgraphs.kit import access
from subgraphs.kit.aliased_columns import retarget
from subgraphs.kit.entity import Entity
from subgraphs.kit.facts_sql import person_facts, valid
from subgraphs.kit.guards import Guards
from subgraphs.kit.identity_match import Finding
from subgraphs.kit.residual_sql import constant, holds_sql, word
from subgraphs.kit.statement import Parameters


def outcome(guards: Guards, entity: Entity, finding: Finding, number: int, parameters: Parameters) -> Select[Any]:
    """One row: `outcome`; of the one person found `who` and the `facts`, null otherwise."""
    candidates = _candidates(guards, entity, finding, number, parameters).subquery(guards.name("c"))
    place, person = candidates.c["place"], candidates.c["person_id"]
    counts = [func.count(person.distinct()).filter(place == constant(at)) for at in _places(finding)]
    total = func.count(person.distinct())
    surest = f"surest_{number}"
    parameters[surest] = lambda call: call.named[number][0] is not None
    belied = and_(bindparam(surest, type_=Boolean()), counts[0] == constant(0), func.bool_or(candidates.c["known"]))
    one = and_(total == constant(1), not_(belied))
    said = case(
        (func.greatest(*counts) > constant(1), word("SEVERAL")),
        (one, word("ONE")),
        (total > constant(0), word("CONFLICT")),
        else_=word("NONE"),
    )
    who = func.min(cast(person, Text))
    return select(
        said.label("outcome"),
        case((one, cast(who, access.person.c.person_id.type)), else_=null()).label("who"),
        func.bit_or(candidates.c["facts"]).label("facts"),
    ).select_from(candidates)


def _candidates(guards: Guards, entity: Entity, finding: Finding, number: int, parameters: Parameters) -> Select[Any]:
    """Whom each key (by its `place`, from 1) names: `person_id`, `facts`, and whether the surest key is `known`."""
    keys, scopes = f"named_{number}", f"finders_{number}"
    parameters[keys] = lambda call: list(call.named[number])
    parameters[scopes] = lambda call: call.scopes + [key for key in call.named[number] if key is not None]
    name, link = guards.name("k"), access.link.alias(guards.name("l"))
    given = func.unnest(bindparam(keys, type_=ARRAY(Text()))).table_valued("key", with_ordinality="n")
    given = given.render_derived(name=name)
    place = literal_column(f"{name}.n", Integer())
    assert entity.table is not None
    assert entity.subject is not None
    row, table = guards.alias(entity.table)
    facts_name = guards.name("f")
    finders = bindparam(scopes, type_=ARRAY(Text()))
    told = person_facts(link.c.person_id, guards.residual, facts_name, finders)
    facts = literal_column(f"{facts_name}.v", Integer())
    source = given.join(link, and_(link.c.key == literal_column(f"{name}.key"), valid(link)))
    source = source.join(table, row.c[entity.subject] == link.c.person_id).join(told, true())
    rules = [guards.residual.fields.get(finding.coordinate(key), Rule()) for key in finding.keys]
    tests = zip(_places(finding), rules, strict=True)
    admitted = or_(*(and_(place == constant(at), holds_sql(rule.read, facts)) for at, rule in tests))
    exists = holds_sql(guards.residual.rows.get(entity.name, Rule()).read, facts)
    known = retarget(finding.known, entity.table, row).is_not(None)
    found = select(place.label("place"), link.c.person_id, facts.label("facts"), known.label("known"))
    return found.select_from(source).where(admitted, exists)


def _places(finding: Finding) -> range:
    return range(1, len(finding.keys) + 1)
