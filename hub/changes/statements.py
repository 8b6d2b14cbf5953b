"""The SQL of changes: the horizon of now, and people with their facts at three states.

The state of links and people at a horizon is that of now, but for rows of which an entry since then says otherwise: the
first entry tells whether the row was there, and as what (decision 0101). Parameters: $1 scopes; $2 transaction and $3
day at which the round begins (0 and null for everything), $4 and $5 at which it ends; $6 last person; $7 number of
people; $8 bits and $9 days of durations.
"""

from __future__ import annotations

NOW = """
SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS xid, CURRENT_DATE AS day,
    (SELECT system_identifier FROM pg_control_system())::text || '-'
        || (SELECT timeline_id FROM pg_control_checkpoint()) AS history,
    (SELECT min(xid) FROM access.change_mark) AS kept
"""
"""The horizon of now, the history in which it has its number, and the first transaction whose changes are all kept."""

_LINKED = "SELECT person_id FROM access.link WHERE key = ANY ($1::text[])"
_TOUCHED = """
SELECT person_id FROM access.change WHERE xid >= $2::bigint AND xid < $4::bigint
UNION ALL SELECT person_id FROM access.link_change
    WHERE key = ANY ($1::text[]) AND xid >= $2::bigint AND xid < $4::bigint
UNION ALL SELECT person_id FROM access.person_change WHERE xid >= $2::bigint AND xid < $4::bigint
UNION ALL SELECT person_id FROM access.link WHERE key = ANY ($1::text[]) AND $3::date < $5::date
    AND (valid_from > $3::date AND valid_from <= $5::date OR valid_until >= $3::date AND valid_until < $5::date)
UNION ALL SELECT person_id FROM access.person WHERE $3::date < $5::date
    AND (erasure_on > $3::date AND erasure_on <= $5::date OR EXISTS (
        SELECT FROM unnest($9::int[]) days WHERE last_contact >= $3::date - days AND last_contact < $5::date - days))
"""

_FACTS = """
<name> AS (
    SELECT person_id, relations | restrictions | CASE WHEN erasure_on <= <day> THEN 4096 ELSE 0 END
        | coalesce((SELECT bit_or(bit) FROM unnest($8::int[], $9::int[]) duration(bit, days)
            WHERE last_contact < <day> - days), 0) AS facts
    FROM (
        SELECT person_id, bit_or(relation) AS relations FROM (<links>) link
        WHERE valid_from <= <day> AND (valid_until IS NULL OR valid_until >= <day>) GROUP BY person_id
    ) linked JOIN (<people>) person USING (person_id)
)
"""
_NOW_LINKS = """
SELECT l.* FROM subject JOIN access.link l USING (person_id) WHERE key = ANY ($1::text[])
"""
_NOW_PEOPLE = "SELECT p.* FROM subject JOIN access.person p USING (person_id)"

_ENTRIES = """
<name>_link AS MATERIALIZED (
    SELECT DISTINCT ON (person_id, relation, scope_id, origin, origin_id) e.*
    FROM subject JOIN access.link_change e USING (person_id) WHERE key = ANY ($1::text[]) AND xid >= <xid>
    ORDER BY person_id, relation, scope_id, origin, origin_id, number
), <name>_person AS MATERIALIZED (
    SELECT DISTINCT ON (person_id) e.* FROM subject JOIN access.person_change e USING (person_id)
    WHERE xid >= <xid> ORDER BY person_id, number
)
"""
_THEN_LINKS = """
SELECT person_id, relation, valid_from, valid_until FROM subject JOIN access.link l USING (person_id)
    WHERE key = ANY ($1::text[]) AND NOT EXISTS (
        SELECT FROM <name>_link e WHERE (e.person_id, e.relation, e.scope_id, e.origin, e.origin_id)
            = (l.person_id, l.relation, l.scope_id, l.origin, l.origin_id))
UNION ALL SELECT person_id, relation, valid_from, valid_until FROM <name>_link WHERE NOT added
"""
_THEN_PEOPLE = """
SELECT person_id, last_contact, restrictions, erasure_on FROM subject JOIN access.person p USING (person_id)
    WHERE NOT EXISTS (SELECT FROM <name>_person e WHERE e.person_id = p.person_id)
UNION ALL SELECT person_id, last_contact, restrictions, erasure_on FROM <name>_person WHERE NOT added
"""

_PEOPLE = """
WITH candidate AS MATERIALIZED (
    SELECT DISTINCT person_id FROM (<candidates>) told WHERE $6::uuid IS NULL OR person_id > $6::uuid
    ORDER BY person_id LIMIT $7::int
), subject AS MATERIALIZED (
    SELECT person_id FROM candidate
    UNION SELECT survivor_id FROM access.merged JOIN candidate USING (person_id)
), <states>
SELECT candidate.person_id, <was> AS was, coalesce(ended.facts, 0) AS is, coalesce(now.facts, 0) AS now,
    <changes> AS changes, survivor_id, coalesce(survivor.facts, 0) AS survivor_now,
    EXISTS (SELECT FROM access.person p WHERE p.person_id = candidate.person_id) AS held, $2::bigint, $3::date
FROM candidate LEFT JOIN now USING (person_id) LEFT JOIN ended USING (person_id) <begun>
LEFT JOIN access.merged USING (person_id) LEFT JOIN now survivor ON survivor.person_id = survivor_id
ORDER BY candidate.person_id
"""
_CHANGES = """
(SELECT jsonb_agg(DISTINCT jsonb_build_array(source, owner, recorder, facts))::text FROM access.change c
    WHERE c.person_id = candidate.person_id AND xid >= $2::bigint AND xid < $4::bigint)
"""


def _written(template: str, **parts: str) -> str:
    """The template with its parts in place of their names."""
    for name, part in parts.items():
        template = template.replace(f"<{name}>", part)
    return template


def _then(name: str, xid: str, day: str) -> str:
    """The facts at an earlier horizon."""
    facts = _written(_FACTS, links=_THEN_LINKS, people=_THEN_PEOPLE)
    return _written(f"{_ENTRIES}, {facts}", name=name, xid=xid, day=day)


_NOW = _written(_FACTS, links=_NOW_LINKS, people=_NOW_PEOPLE, name="now", day="CURRENT_DATE")
_ENDED = _then("ended", "$4::bigint", "$5::date")
_BEGUN = _then("begun", "$2::bigint", "$3::date")

EVERYONE = _written(_PEOPLE, candidates=_LINKED, states=f"{_NOW}, {_ENDED}", was="0", changes="NULL::text", begun="")
"""All people linked to the actor, in the order of their ids, with what decides how they are told."""
TOUCHED = _written(
    _PEOPLE,
    candidates=_TOUCHED,
    states=f"{_NOW}, {_ENDED}, {_BEGUN}",
    was="coalesce(begun.facts, 0)",
    changes=_CHANGES,
    begun="LEFT JOIN begun USING (person_id)",
)
"""People of whom something changed within the round, or came or ended with the days."""
