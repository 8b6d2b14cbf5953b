"""The SQL that matches an identity: how many persons an argument names, among those whom this actor may match.

It returns one row whatever the outcome, by one statement of one shape, so that all outcomes cost the same.
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
from subgraphs.kit.identity_match import IdentityMatch
from subgraphs.kit.residual_sql import constant, holds_sql, word
from subgraphs.kit.statement import Parameters


def outcome(guards: Guards, entity: Entity, match: IdentityMatch, number: int, parameters: Parameters) -> Select[Any]:
    """Select one row: `outcome`, and if one person matches its key `who` and its `facts`, else null."""
    matched = candidates(guards, entity, match, number, parameters).subquery(guards.name("c"))
    place, person = matched.c["place"], matched.c["person_id"]
    counts = [func.count(person.distinct()).filter(place == constant(at)) for at in _places(match)]
    total = func.count(person.distinct())
    surest = f"surest_{number}"
    parameters[surest] = lambda call: call.link_keys[number][0] is not None
    contradicted = and_(bindparam(surest, type_=Boolean()), counts[0] == constant(0), func.bool_or(matched.c["known"]))
    one_person = and_(total == constant(1), not_(contradicted))
    outcome_word = case(
        (func.greatest(*counts) > constant(1), word("SEVERAL")),
        (one_person, word("ONE")),
        (total > constant(0), word("CONFLICT")),
        else_=word("NONE"),
    )
    person_id = func.min(cast(person, Text))
    return select(
        outcome_word.label("outcome"),
        case((one_person, cast(person_id, access.person.c.person_id.type)), else_=null()).label("who"),
        func.bit_or(matched.c["facts"]).label("facts"),
    ).select_from(matched)


def candidates(
    guards: Guards, entity: Entity, match: IdentityMatch, number: int, parameters: Parameters
) -> Select[Any]:
    """Select the persons whom each key names: its `place` (from 1), `person_id`, `facts`, and whether the surest key of
    the person is `known`."""
    keys, scopes = f"named_{number}", f"finders_{number}"
    parameters[keys] = lambda call: list(call.link_keys[number])
    parameters[scopes] = lambda call: call.scopes + [key for key in call.link_keys[number] if key is not None]
    name, link = guards.name("k"), access.link.alias(guards.name("l"))
    keys_table = func.unnest(bindparam(keys, type_=ARRAY(Text()))).table_valued("key", with_ordinality="n")
    keys_table = keys_table.render_derived(name=name)
    place = literal_column(f"{name}.n", Integer())
    assert entity.table is not None
    assert entity.subject is not None
    row, table = guards.alias(entity.table)
    facts_name = guards.name("f")
    finders = bindparam(scopes, type_=ARRAY(Text()))
    facts_of_person = person_facts(link.c.person_id, guards.residual, facts_name, finders)
    facts = literal_column(f"{facts_name}.v", Integer())
    source = keys_table.join(link, and_(link.c.key == literal_column(f"{name}.key"), valid(link)))
    source = source.join(table, row.c[entity.subject] == link.c.person_id).join(facts_of_person, true())
    rules = [guards.residual.fields.get(match.coordinate(key), Rule()) for key in match.keys]
    tests = zip(_places(match), rules, strict=True)
    admitted = or_(*(and_(place == constant(at), holds_sql(rule.read, facts)) for at, rule in tests))
    exists = holds_sql(guards.residual.rows.get(entity.name, Rule()).read, facts)
    has_surest_key = retarget(match.surest_column, entity.table, row).is_not(None)
    query = select(place.label("place"), link.c.person_id, facts.label("facts"), has_surest_key.label("known"))
    return query.select_from(source).where(admitted, exists)


def _places(match: IdentityMatch) -> range:
    return range(1, len(match.keys) + 1)
