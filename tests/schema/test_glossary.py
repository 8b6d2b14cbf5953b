"""The glossary and the contract name the same things."""

import re
from pathlib import Path

from tests.schema.paper import coordinates, definitions, policy

TEXT = (Path(__file__).parents[2] / "docs" / "glossaire.md").read_text(encoding="utf-8")
ROWS = {m[1]: m[2] for m in re.finditer(r"^\| `(\w+)` \| (.*) \|$", TEXT, re.MULTILINE)}
REPEATED = {"id", "_access", "provenance"}
CONTRACT = {"Category", "CategoryLevel", "ForbiddenValue"}


def test_every_field_has_its_name_in_the_domain_and_no_field_is_invented() -> None:
    fields: dict[str, set[str]] = {}
    for item in coordinates():
        name = item.type.name.value
        if name in {"Query", "PageInfo", "Provenance"} or name.endswith(("Connection", "Edge")):
            continue
        fields.setdefault(name, set()).add(item.field.name.value)
    for name, expected in fields.items():
        assert set(re.findall(r"`(\w+)`", ROWS[name])) == expected - REPEATED, name


def test_every_enum_is_listed_with_its_values_and_those_that_are_stricter() -> None:
    for _, node in definitions("enum_type_definition"):
        if node.name.value not in CONTRACT:
            stricter = {v.name.value: v.directives[0].arguments[0].value.value for v in node.values if _category(v)}
            values = [f"{name} ({stricter[name]})" if name in stricter else name for name in _names(node)]
            assert ROWS[node.name.value].startswith(", ".join(values) + " | "), node.name.value


def _names(node: object) -> list[str]:
    return [value.name.value for value in node.values]  # type: ignore[attr-defined]


def _category(value: object) -> bool:
    return any(d.name.value == "category" for d in value.directives or ())  # type: ignore[attr-defined]


def test_categories_purposes_relations_and_actors_are_those_of_the_policies() -> None:
    for name, text in (("categories", "definition"), ("purposes", "legal"), ("relations", "definition")):
        for code, row in policy(name).items():
            assert row["label"] in ROWS[code], code
            assert row[text] in ROWS[code], code
    for code, row in policy("actors").items():
        assert ", ".join(row["purposes"]) in ROWS[code], code
