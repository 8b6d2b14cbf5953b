"""The type `Provenance`, embedded in every type whose table has lineage columns."""

from __future__ import annotations

from typing import Any

from sqlalchemy import MetaData, Table

from schema.categories import Category, Level
from subgraphs.kit.columns import lineage
from subgraphs.kit.entity import Entity
from subgraphs.kit.fields import column, embedded
from subgraphs.kit.scalars import DateTime

LINEAGE = Table("provenance", MetaData(), *lineage())
"""The columns of `subgraphs.kit.columns.lineage`, whichever table has them."""


@Entity(
    table=LINEAGE,
    shareable=True,
    description="Origine d'une information ; ce qu'elle révèle se décide sur le champ qui la porte.",
)
class Provenance:
    """The source system of a row and the instant of its statement; never its key of the person."""

    source: str | None = column(LINEAGE.c.source, Category.TECH, "Système d'origine.")
    as_of: DateTime | None = column(LINEAGE.c.as_of, Category.TECH, "Instant auquel le système d'origine l'affirmait.")


def provenance(category: Category, description: str = "Origine de l'information.", *, level: Level = Level.FULL) -> Any:
    """Return the field `provenance` of a type whose table has lineage columns."""
    return embedded(category, description, level=level)
