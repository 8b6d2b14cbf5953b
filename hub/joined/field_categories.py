"""The categories that an installation gives to the fields of a subgraph of others: one TOML file per subgraph.

A coordinate that the file leaves out is closed: it is taken out of the subgraph's SDL before anything is composed
(`hub.joined.classified_sdl`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from hub.strict_toml import InlineTable, TomlFile, TomlForm, TomlTable
from schema.categories import OPEN, Category, Level

TABLES = ("fields", "reads", "personal")
_FIELD = re.compile(r"\w+\.\w+")
_INPUT = re.compile(r"\w+\.\w+(\(\w+:\))?")


class FieldRow(TomlForm, frozen=True):
    """A field: its category, its level, and the words by which the person reads in the journal that it was released."""

    category: Category
    level: Level = Level.FULL
    label: str | None = None


class PersonalRow(TomlForm, frozen=True):
    """A personal type; `recorded`: its rows say which organisation recorded them."""

    recorded: bool = False


@dataclass(frozen=True, slots=True)
class FieldCategories:
    """What one file says: `fields` by coordinate; `reads`: by argument or input field, the coordinates that it reveals;
    `personal` types by name."""

    fields: Mapping[str, FieldRow] = field(default_factory=lambda: MappingProxyType({}))
    reads: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    personal: Mapping[str, PersonalRow] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def labels(self) -> Mapping[str, str]:
        """The labels of the fields that have one."""
        return {name: row.label for name, row in self.fields.items() if row.label is not None}


def read_categories(path: Path) -> FieldCategories:
    """Read a file of categories; raises TomlRefused."""
    file = TomlFile(path)
    tables = file.tables()
    for name, table in tables.items():
        if name not in TABLES:
            raise table.refusal(f"« {name} » n'existe pas ici, seulement « {' », « '.join(TABLES)} »")
    absent = TomlTable(file, "", 0, {})
    fields, reads, personal = (tables.get(name, absent) for name in TABLES)
    return FieldCategories(
        {name: _field(fields, name, value) for name, value in fields.values.items()},
        {name: _reads(reads, name, value) for name, value in reads.values.items()},
        {name: _entry(personal, name, value).read(PersonalRow) for name, value in personal.values.items()},
    )


def _field(table: TomlTable, name: str, value: Any) -> FieldRow:
    if not _FIELD.fullmatch(name):
        raise table.refusal(f"« {name} » n'est pas un champ : écrivez « Type.champ »", name)
    row = _entry(table, name, {"category": value} if isinstance(value, str) else value).read(FieldRow)
    if row.category not in OPEN and not (row.label and row.label.strip()):
        raise table.refusal(
            f"« {name} » est une donnée de catégorie {row.category} : donnez-lui les mots du journal de la personne "
            f'({{ category = "{row.category}", label = "…" }})',
            name,
        )
    return row


def _reads(table: TomlTable, name: str, value: Any) -> tuple[str, ...]:
    if not _INPUT.fullmatch(name):
        raise table.refusal(f"« {name} » n'est pas une entrée : « Type.champ(argument:) » ou « Entrée.champ »", name)
    if not isinstance(value, list) or not all(isinstance(read, str) and _FIELD.fullmatch(read) for read in value):
        raise table.refusal(f"« {name} » est la liste des champs que l'entrée révèle (« Type.champ »)", name)
    return tuple(value)


def _entry(table: TomlTable, name: str, value: Any) -> TomlTable:
    """The inline table under this name, whose faults are told at its line."""
    if not isinstance(value, dict):
        raise table.refusal(f"« {name} » doit être une table", name)
    return InlineTable(table, name, value)
