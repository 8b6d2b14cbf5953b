"""The id under which a person is served, which agents may have found to be one with another (decision 0084)."""

from __future__ import annotations


def served_as(person: str) -> str:
    """The SQL of the id of the one whom a person was merged into, else its own; `person` is an expression of its id.

    A query role sees a merger only if it is linked to the survivor.
    """
    survivor = f"SELECT survivor_id FROM access.merged WHERE merged.person_id = {person}"  # noqa: S608 - our own tables
    return f"coalesce(({survivor}), {person})"
