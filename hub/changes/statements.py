"""The SQL of changes: the snapshot of now, and people with their facts at three states.

The state of links and people in a snapshot is that of now, but for rows of which an entry that it does not see says
otherwise: the first such entry tells whether the row was there, and as what (decision 0101). Parameters: $1 scopes; $2
xmin, $3 xmax, $4 transactions under way and $5 day of the snapshot in which the round begins, $6 to $9 of that in which
it ends; $10 last person of the page before; $11 number of people; $12 bits and $13 days of durations.
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

_AFTER = "(SELECT coalesce($10::uuid, '00000000-0000-0000-0000-000000000000'))"
"""The last person of the page before, which everybody is after on the first one. As a query of its own, so that
PostgreSQL goes to it by an index, before it looks at row security."""
_LAST = (
    "(SELECT coalesce((SELECT person_id FROM noted ORDER BY person_id OFFSET $11::int - 1),"
    " 'ffffffff-ffff-ffff-ffff-ffffffffffff'))"
)
"""The last of the people of whom a change was noted, if there are as many as are asked for: whoever comes after is of a
later page, whatever else there is to tell of them."""
_ON_PAGE = f"person_id > {_AFTER} AND person_id <= {_LAST}"

_NOTED_BY_TIME = """
recent AS MATERIALIZED (SELECT person_id FROM access.change WHERE <window>),
noted AS MATERIALIZED (SELECT DISTINCT person_id FROM recent ORDER BY person_id LIMIT $11::int)
"""
_NOTED_BY_PERSON = f"""
noted AS MATERIALIZED (SELECT access.changed_people({_AFTER}, $2, $3, $4, $7, $8, $11) AS person_id)
"""
_LINKED = f"""
SELECT next.person_id FROM unnest($1::text[]) scope CROSS JOIN LATERAL (
    SELECT DISTINCT person_id FROM access.link WHERE key = scope AND person_id > {_AFTER}
        ORDER BY person_id LIMIT $11::int
) next
"""  # noqa: S608 - our own text
_TOUCHED = f"""
SELECT person_id FROM noted
UNION ALL SELECT person_id FROM access.link_change WHERE key = ANY ($1::text[]) AND <window> AND {_ON_PAGE}
UNION ALL SELECT person_id FROM access.person_change WHERE <window> AND {_ON_PAGE}
UNION ALL SELECT person_id FROM access.link WHERE key = ANY ($1::text[]) AND $5::date < $9::date AND {_ON_PAGE}
    AND (valid_from > $5::date AND valid_from <= $9::date OR valid_until >= $5::date AND valid_until < $9::date)
UNION ALL SELECT person_id FROM access.person WHERE $5::date < $9::date AND {_ON_PAGE}
    AND (erasure_on > $5::date AND erasure_on <= $9::date OR EXISTS (
        SELECT FROM unnest($13::int[]) days WHERE last_contact >= $5::date - days AND last_contact < $9::date - days))
"""  # noqa: S608 - our own text

_FACTS = """
coalesce((
    SELECT relations | restrictions | CASE WHEN erasure_on <= <day> THEN 4096 ELSE 0 END
        | coalesce((SELECT bit_or(bit) FROM unnest($12::int[], $13::int[]) duration(bit, days)
            WHERE last_contact < <day> - days), 0)
    FROM (
        SELECT bit_or(relation) AS relations FROM (<links>) link
        WHERE valid_from <= <day> AND (valid_until IS NULL OR valid_until >= <day>)
    ) linked CROSS JOIN (<facts>) facts WHERE relations IS NOT NULL
), 0)
"""
"""The facts of one person, by indexes on people: whatever PostgreSQL takes the number of people for, it costs so much
for each."""
_NOW_LINKS = "SELECT * FROM access.link l WHERE l.person_id = <person> AND key = ANY ($1::text[])"
_NOW_FACTS = "SELECT * FROM access.person p WHERE p.person_id = <person>"

_THEN_LINKS = """
WITH first AS MATERIALIZED (
    SELECT DISTINCT ON (relation, scope_id, origin, origin_id) e.* FROM access.link_change e
    WHERE e.person_id = <person> AND key = ANY ($1::text[]) AND <since>
    ORDER BY relation, scope_id, origin, origin_id, number
)
SELECT relation, valid_from, valid_until FROM access.link l
    WHERE l.person_id = <person> AND key = ANY ($1::text[]) AND NOT EXISTS (
        SELECT FROM first e WHERE (e.relation, e.scope_id, e.origin, e.origin_id)
            = (l.relation, l.scope_id, l.origin, l.origin_id))
UNION ALL SELECT relation, valid_from, valid_until FROM first WHERE NOT added
"""
_THEN_FACTS = """
WITH first AS MATERIALIZED (
    SELECT * FROM access.person_change e WHERE e.person_id = <person> AND <since> ORDER BY number LIMIT 1
)
SELECT last_contact, restrictions, erasure_on FROM access.person p
    WHERE p.person_id = <person> AND NOT EXISTS (SELECT FROM first)
UNION ALL SELECT last_contact, restrictions, erasure_on FROM first WHERE NOT added
"""

_MOVED = """
<day> <> CURRENT_DATE
    OR EXISTS (
        SELECT FROM access.link_change e WHERE e.person_id = person.person_id AND key = ANY ($1::text[]) AND <since>)
    OR EXISTS (SELECT FROM access.person_change e WHERE e.person_id = person.person_id AND <since>)
"""
"""Whether the facts of one person may be others now than in an earlier snapshot, as they are for few."""

_PEOPLE = """
WITH <noted> person AS MATERIALIZED (
    SELECT DISTINCT person_id FROM (<candidates>) told ORDER BY person_id LIMIT $11::int
), candidate AS MATERIALIZED (
    SELECT person_id, <now> AS now, <moved> AS moved FROM person
)
SELECT candidate.person_id, <was> AS was, CASE WHEN moved THEN <is> ELSE now END AS is, now, <changes> AS changes,
    survivor_id, CASE WHEN survivor_id IS NULL THEN 0 ELSE <survivor_now> END AS survivor_now,
    EXISTS (SELECT FROM access.person p WHERE p.person_id = candidate.person_id) AS held<unused>
FROM candidate LEFT JOIN access.merged USING (person_id) ORDER BY candidate.person_id
"""
_CHANGES = """
(SELECT jsonb_agg(DISTINCT jsonb_build_array(source, owner, recorder, facts))::text FROM (
    SELECT source, owner, recorder, facts FROM access.change c WHERE c.person_id = candidate.person_id AND <window>
    UNION ALL SELECT 'access.person', NULL, NULL, 0 FROM access.person_change c
        WHERE c.person_id = candidate.person_id AND <window>
) noted)
"""
"""What changed of one person, by the index on people: a page reads nothing of others."""


def _written(template: str, **parts: str) -> str:
    """The template with its parts in place of their names."""
    for name, part in parts.items():
        template = template.replace(f"<{name}>", part)
    return template


def _now(person: str) -> str:
    """The facts of now."""
    return _written(_FACTS, links=_NOW_LINKS, facts=_NOW_FACTS, day="CURRENT_DATE", person=person)


def _then(since: str, day: str) -> str:
    """The facts in an earlier snapshot."""
    return _written(_FACTS, links=_THEN_LINKS, facts=_THEN_FACTS, since=since, day=day, person="candidate.person_id")


def _moved(since: str, day: str) -> str:
    """Whether the facts of now may be others than those in an earlier snapshot."""
    return _written(_MOVED, since=since, day=day)


def _people(noted: str, candidates: str, was: str, changes: str, moved: str, unused: str = "") -> str:
    """People with what decides how they are told."""
    return _written(
        _PEOPLE,
        noted=noted,
        candidates=candidates,
        was=was,
        **{"is": _then(_ENDED_SINCE, "$9::date")},
        now=_now("person.person_id"),
        moved=moved,
        changes=changes,
        survivor_now=_now("survivor_id"),
        unused=unused,
        window=_WINDOW,
    )


def _touched(noted: str) -> str:
    """People of whom something changed within the round, or came or ended with the days. What was noted since its end
    was noted since its beginning."""
    was = f"CASE WHEN moved THEN {_then(_BEGUN_SINCE, '$5::date')} ELSE now END"
    return _people(f"{noted},", _TOUCHED, was, _CHANGES, _moved(_BEGUN_SINCE, "$5::date"))


_UNUSED = ", $2::bigint, $3::bigint, $4::bigint[], $5::date"
EVERYONE = _people("", _LINKED, "0", "NULL::text", _moved(_ENDED_SINCE, "$9::date"), _UNUSED)
"""All people linked to the actor, in the order of their ids."""
TOUCHED = _touched(_NOTED_BY_TIME)
"""The first page of who was touched: it reads all changes of the round, few as a rule."""
TOUCHED_AFTER = _touched(_NOTED_BY_PERSON)
"""A page that others precede: it reads on from the last person, by the index on people."""
