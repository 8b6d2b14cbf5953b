"""Directives of the privacy specification as Strawberry schema directives, which every subgraph links and composes."""

from __future__ import annotations

from enum import Enum
from typing import Any

import strawberry
from strawberry import directive_field, enum_value
from strawberry.federation.schema_directive import schema_directive
from strawberry.schema_directive import Location

from schema import categories
from schema.categories import SPEC

_DESCRIPTIONS = {
    categories.Category.ID: "Identité.",
    categories.Category.NIR: "Numéro d'inscription au répertoire.",
    categories.Category.IDX: "Identifiants de secteur.",
    categories.Category.COORD: "Coordonnées.",
    categories.Category.FAM: "Foyer et vie personnelle.",
    categories.Category.SOC: "Situation sociale.",
    categories.Category.ECO: "Situation économique.",
    categories.Category.PRO: "Vie professionnelle.",
    categories.Category.FORM: "Formation.",
    categories.Category.SUIVI: "Suivi du parcours.",
    categories.Category.ASSIDU: "Assiduité.",
    categories.Category.FREIN: "Difficultés.",
    categories.Category.SAN: "Santé et handicap.",
    categories.Category.JUST: "Justice.",
    categories.Category.SEJ: "Titre de séjour.",
    categories.Category.LIBRE: "Texte libre.",
    categories.Category.PROF: "Professionnels.",
    categories.Category.PUB: "Offre publique.",
    categories.Category.TRACE: "Traces et droits.",
    categories.Category.ACCES: "Journal des accès.",
    categories.Category.AUDIT: "Contrôle des accès.",
    categories.Category.ORIENTATION: "Décision d'orientation.",
    categories.Category.DESIGNATION: "Désignation de qui accompagne.",
    categories.Category.SIGNATURE: "Signature de la personne.",
    categories.Category.TECH: "Technique.",
}

_enum: Any = Enum
_CATEGORIES: Any = _enum(
    "Category", {c.name: enum_value(c.value, description=_DESCRIPTIONS[c]) for c in categories.Category}
)
Category = strawberry.enum(_CATEGORIES, description="Catégories de données (schema/policies/categories.toml).")


@strawberry.enum(description="Niveau : la donnée elle-même, ou sa forme réduite.")
class CategoryLevel(Enum):
    """As `schema.categories.Level`."""

    FULL = enum_value("FULL", description="La donnée.")
    REDUCED = enum_value("REDUCED", description="Sa forme réduite.")


@strawberry.enum(description="Sort d'une valeur interdite.")
class ForbiddenValue(Enum):
    """What happens to a value whose own category the actor may not read."""

    DROP = enum_value(
        "DROP", description="La ligne est absente, comme si elle n'existait pas ; sur un lien, la ligne qui le porte."
    )
    COARSEN = enum_value(
        "COARSEN", description="La valeur devient celle de `to`, que des lignes ordinaires portent aussi."
    )
    WITHHOLD = enum_value("WITHHOLD", description="Le lien est nul ou la liste vide, comme si rien n'était lié.")


@schema_directive(
    locations=[Location.FIELD_DEFINITION, Location.ENUM_VALUE],
    name="category",
    compose=True,
    import_url=SPEC,
    description="Catégorie de données du champ, à un niveau ; portée par une valeur d'énumération, "
    "elle y est plus stricte que celle du champ.",
)
class CategoryDirective:
    """`@category`."""

    name: Category  # type: ignore[valid-type]
    level: CategoryLevel = CategoryLevel.FULL


@schema_directive(
    locations=[Location.OBJECT],
    name="subject",
    compose=True,
    import_url=SPEC,
    description="Champ interne qui tient la personne concernée ; colonnes qui tiennent l'organisation propriétaire "
    "de la ligne et celle qui l'a enregistrée ; si la ligne porte le jour dont part sa propre durée.",
)
class SubjectDirective:
    """`@subject`."""

    field: str
    owner: str | None = strawberry.UNSET
    recorded_by: str | None = directive_field(name="recordedBy", default=strawberry.UNSET)
    dated: bool | None = strawberry.UNSET


@schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="forbiddenValue",
    compose=True,
    import_url=SPEC,
    description="Ce qu'il advient d'une valeur plus stricte que son champ, si l'acteur ne peut pas la lire.",
)
class ForbiddenValueDirective:
    """`@forbiddenValue`."""

    action: ForbiddenValue
    to: str | None = strawberry.UNSET


@schema_directive(
    locations=[Location.ARGUMENT_DEFINITION, Location.INPUT_FIELD_DEFINITION, Location.ENUM_VALUE],
    name="reads",
    compose=True,
    import_url=SPEC,
    description="Coordonnées que l'entrée révèle : elle n'est admise que si l'acteur les lit sans réduction. Qui elle "
    "écarte est inscrit au journal, sauf si elle désigne (`designates`) : une valeur que peu de personnes partagent.",
)
class ReadsDirective:
    """`@reads`."""

    fields: list[str]
    designates: bool | None = strawberry.UNSET


@schema_directive(
    locations=[Location.INPUT_FIELD_DEFINITION],
    name="writes",
    compose=True,
    import_url=SPEC,
    description="Champ que l'entrée écrit : elle n'est admise que si l'acteur peut l'écrire et le lire en entier ; qui "
    "remplace une valeur (`overwrites`) doit pouvoir lire toutes celles que le champ peut avoir. `category` : "
    "catégorie qu'il faut pouvoir écrire, si ce n'est celle du champ.",
)
class WritesDirective:
    """`@writes`."""

    field: str
    overwrites: bool | None = strawberry.UNSET
    category: Category | None = strawberry.UNSET  # type: ignore[valid-type]


@schema_directive(
    locations=[Location.INPUT_FIELD_DEFINITION],
    name="match",
    compose=True,
    import_url=SPEC,
    description="Catégorie par laquelle l'entrée rapproche une personne, sans la lire ; passée en variable seulement.",
)
class MatchDirective:
    """`@match`."""

    category: Category  # type: ignore[valid-type]


@schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="self",
    compose=True,
    import_url=SPEC,
    description="Le champ ne mène qu'à la personne qui demande : il est refusé à qui n'en est pas une.",
)
class SelfDirective:
    """`@self`."""


def category_directive(category: categories.Category, level: categories.Level = categories.Level.FULL) -> Any:
    """`@category` of a category of the contract."""
    return CategoryDirective(name=Category[category.name], level=CategoryLevel[level.name])


TECH = category_directive(categories.Category.TECH)


def reads_directive(*coordinates: str, designates: bool = False) -> Any:
    """`@reads` of coordinates, each once."""
    flag: dict[str, Any] = {"designates": True} if designates else {}
    return ReadsDirective(fields=list(dict.fromkeys(coordinates)), **flag)


def writes_directive(coordinate: str, *, overwrites: bool = False, category: categories.Category | None = None) -> Any:
    """`@writes` of a coordinate, by the right to write its own category or this one."""
    flags: dict[str, Any] = {"overwrites": True} if overwrites else {}
    if category is not None:
        flags["category"] = Category[category.name]
    return WritesDirective(field=coordinate, **flags)
