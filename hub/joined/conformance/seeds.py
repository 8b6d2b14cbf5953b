"""What a subgraph under check holds, and where the check finds it: a TOML file that its team writes.

A row says which entity leads to it, by which fields, and its facts for one scope. Its value must be found nowhere else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import msgspec

from hub.strict_toml import TomlFile, TomlForm, TomlTable
from schema.facts import RELATIONS, Fact

_COORDINATE = re.compile(r"\w+\.\w+")
_SCOPE = re.compile(r"\d+ \S+")


class RowTable(TomlForm, frozen=True):
    """A `[[row]]` of the file."""

    name: str
    representation: dict[str, str]
    read: Annotated[list[str], msgspec.Meta(min_length=1)]
    personal: Annotated[frozenset[str], msgspec.Meta(min_length=1)]
    value: Annotated[str, msgspec.Meta(min_length=4)]
    subject: str
    scope: str
    facts: frozenset[str]
    last_contact: date | None = None
    since: date | None = None
    until: date | None = None
    erasure: date | None = None


class HeadTable(TomlForm, frozen=True):
    """The top of the file."""

    subgraph: str
    organisation: str | None = None
    policy: str | None = None
    row: list[dict[str, Any]] = msgspec.field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Row:
    """A row that the subgraph holds. `representation` is the entity that leads to it, `read` the coordinates from
    there to `value`, of which the types `personal` are guarded; `facts` are those of the row for the scope. The
    link of the scope holds from `since` to `until`; the person is to be erased on the day `erasure`."""

    name: str
    representation: dict[str, str]
    read: tuple[str, ...]
    personal: frozenset[str]
    value: str
    subject: str
    scope: str
    facts: int
    last_contact: date | None
    since: date | None = None
    until: date | None = None
    erasure: date | None = None

    @property
    def type(self) -> str:
        """The type of the row."""
        return self.read[-1].partition(".")[0]

    @property
    def guarded(self) -> tuple[str, ...]:
        """The coordinates of personal types on the way."""
        return tuple(name for name in self.read if name.partition(".")[0] in self.personal)

    @property
    def query(self) -> str:
        """The query of the row's value and facts, from its entity."""
        *edges, leaf = (name.partition(".")[2] for name in self.read)
        opened = "".join(f" {{ {edge}" for edge in edges)
        fields = f"{opened} {{ {leaf} _access }}{' }' * len(edges)}"
        on = self.representation["__typename"]
        return (
            "query($representations: [_Any!]!) { _entities(representations: $representations)"
            f" {{ ... on {on}{fields} }} }}"
        )


@dataclass(frozen=True, slots=True)
class Seeds:
    """The name of the subgraph, the organisation that recorded its rows, the digest of the policy if it takes one only,
    and its rows."""

    subgraph: str
    organisation: str | None
    policy: str | None
    rows: tuple[Row, ...]


def read_seeds(path: Path) -> Seeds:
    """Read a file of seeds; raises TomlRefused."""
    file = TomlFile(path)
    head = TomlTable(file, "", 0, file.values).read(HeadTable)
    rows = tuple(_row(table) for table in file.list_of_tables("row"))
    if not rows:
        raise TomlTable(file, "", 0, file.values).refusal("il faut au moins une « [[row]] »")
    return Seeds(head.subgraph, head.organisation, head.policy, rows)


def _row(table: TomlTable) -> Row:
    row = table.read(RowTable)
    if not all(map(_COORDINATE.fullmatch, row.read)):
        raise table.refusal("« read » nomme des champs, « Type.champ », de l'entité à la valeur", "read")
    if "__typename" not in row.representation:
        raise table.refusal("« representation » a un « __typename » et la clé de l'entité", "representation")
    if row.read[0].partition(".")[0] != row.representation["__typename"]:
        raise table.refusal("le premier champ de « read » est du type de « representation »", "read")
    if row.read[-1].partition(".")[0] not in row.personal:
        raise table.refusal("le dernier champ de « read » est d'un type de « personal »", "read")
    if not _SCOPE.fullmatch(row.scope):
        raise table.refusal("« scope » est « BIT IDENTIFIANT », comme dans le contexte", "scope")
    facts = table.resolve_all("facts", row.facts, lambda name: Fact[name])
    bits = 0
    for fact in facts:
        bits |= fact
    if not bits & RELATIONS:
        raise table.refusal("« facts » a au moins une relation", "facts")
    return Row(
        row.name,
        row.representation,
        tuple(row.read),
        row.personal,
        row.value,
        row.subject,
        row.scope,
        int(bits),
        row.last_contact,
        row.since,
        row.until,
        row.erasure,
    )
