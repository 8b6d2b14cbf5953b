"""The SQL of changes: the snapshot of now, and people with their facts at three states.

The state of links and people in a snapshot is that of now, but for rows of which an entry that it does not see says
otherwise: the first such entry tells whether the row was there, and as what (decision 0101). Parameters: $1 scopes; $2
xmin, $3 xmax, $4 transactions under way and $5 day of the snapshot in which the round begins, $6 to $9 of that in which
it ends; $10 last person; $11 number of people; $12 bits and $13 days of durations.
"""

from __future__ import annotations

NOW = """
SELECT pg_snapshot_xmin(s)::text::bigint AS xmin, pg_snapshot_xmax(s)::text::bigint AS xmax,
    ARRAY(SELECT x::text::bigint FROM pg_snapshot_xip(s) x) AS under_way, CURRENT_DATE AS day,
    (SELECT system_identifier FROM pg_control_system())::text || '-'
        || (SELECT timeline_id FROM pg_control_checkpoint()) || '-'
        || (SELECT last_value + is_called::int FROM access.change_history) AS history,
    (SELECT min(xid) FROM access.change_mark) AS kept
FROM pg_current_snapshot() s
"""
"""The snapshot of now, the history in which transactions have their numbers, and since which all changes are kept."""

_BEGUN_SINCE = "(xid >= $2::bigint AND (xid >= $3::bigint OR xid = ANY ($4::bigint[])))"
_ENDED_SINCE = "(xid >= $6::bigint AND (xid >= $7::bigint OR xid = ANY ($8::bigint[])))"
_WINDOW = f"{_BEGUN_SINCE} AND xid < $7::bigint AND xid <> ALL ($8::bigint[])"
"""Conditions on the transaction of an entry: the snapshot does not see it; only the later one does."""

_LINKED = "SELECT person_id FROM access.link WHERE key = ANY ($1::text[])"
_TOUCHED = """
SELECT person_id FROM access.change WHERE <window>
UNION ALL SELECT person_id FROM access.link_change
    WHERE key = ANY ($1::text[]) AND <window>
UNION ALL SELECT person_id FROM access.person_change WHERE <window>
UNION ALL SELECT person_id FROM access.link WHERE key = ANY ($1::text[]) AND $5::date < $9::date
    AND (valid_from > $5::date AND valid_from <= $9::date OR valid_until >= $5::date AND valid_until < $9::date)
UNION ALL SELECT person_id FROM access.person WHERE $5::date < $9::date
    AND (erasure_on > $5::date AND erasure_on <= $9::date OR EXISTS (
        SELECT FROM unnest($13::int[]) days WHERE last_contact >= $5::date - days AND last_contact < $9::date - days))
"""

_FACTS = """
<name> AS (
    SELECT person_id, relations | restrictions | CASE WHEN erasure_on <= <day> THEN 4096 ELSE 0 END
        | coalesce((SELECT bit_or(bit) FROM unnest($12::int[], $13::int[]) duration(bit, days)
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
    FROM subject JOIN access.link_change e USING (person_id) WHERE key = ANY ($1::text[]) AND <since>
    ORDER BY person_id, relation, scope_id, origin, origin_id, number
), <name>_person AS MATERIALIZED (
    SELECT DISTINCT ON (person_id) e.* FROM subject JOIN access.person_change e USING (person_id)
    WHERE <since> ORDER BY person_id, number
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
    SELECT DISTINCT person_id FROM (<candidates>) told WHERE $10::uuid IS NULL OR person_id > $10::uuid
    ORDER BY person_id LIMIT $11::int
), subject AS MATERIALIZED (
    SELECT person_id FROM candidate
    UNION SELECT survivor_id FROM access.merged JOIN candidate USING (person_id)
), <states>
SELECT candidate.person_id, <was> AS was, coalesce(ended.facts, 0) AS is, coalesce(now.facts, 0) AS now,
    <changes> AS changes, survivor_id, coalesce(survivor.facts, 0) AS survivor_now,
    EXISTS (SELECT FROM access.person p WHERE p.person_id = candidate.person_id) AS held<unused>
FROM candidate LEFT JOIN now USING (person_id) LEFT JOIN ended USING (person_id) <begun>
LEFT JOIN access.merged USING (person_id) LEFT JOIN now survivor ON survivor.person_id = survivor_id
ORDER BY candidate.person_id
"""
_CHANGES = """
changed AS MATERIALIZED (
    SELECT person_id, jsonb_agg(DISTINCT jsonb_build_array(source, owner, recorder, facts))::text AS changes
    FROM (
        SELECT person_id, source, owner, recorder, facts FROM access.change WHERE <window>
        UNION ALL SELECT person_id, 'access.person', NULL, NULL, 0 FROM access.person_change WHERE <window>
    ) noted JOIN candidate USING (person_id) GROUP BY person_id
)
"""


def _written(template: str, **parts: str) -> str:
    """The template with its parts in place of their names."""
    for name, part in parts.items():
        template = template.replace(f"<{name}>", part)
    return template


def _then(name: str, since: str, day: str) -> str:
    """The facts in an earlier snapshot."""
    facts = _written(_FACTS, links=_THEN_LINKS, people=_THEN_PEOPLE)
    return _written(f"{_ENTRIES}, {facts}", name=name, since=since, day=day)


_NOW = _written(_FACTS, links=_NOW_LINKS, people=_NOW_PEOPLE, name="now", day="CURRENT_DATE")
_ENDED = _then("ended", _ENDED_SINCE, "$9::date")
_BEGUN = _then("begun", _BEGUN_SINCE, "$5::date")

EVERYONE = _written(
    _PEOPLE,
    candidates=_LINKED,
    states=f"{_NOW}, {_ENDED}",
    was="0",
    changes="NULL::text",
    begun="",
    unused=", $2::bigint, $3::bigint, $4::bigint[], $5::date",
)
"""All people linked to the actor, in the order of their ids, with what decides how they are told."""
TOUCHED = _written(
    _PEOPLE,
    candidates=_TOUCHED,
    states=f"{_NOW}, {_ENDED}, {_BEGUN}, {_CHANGES}",
    was="coalesce(begun.facts, 0)",
    changes="changes",
    begun="LEFT JOIN begun USING (person_id) LEFT JOIN changed USING (person_id)",
    unused="",
    window=_WINDOW,
)
"""People of whom something changed within the round, or came or ended with the days."""
