"""Each error has the line and the column of what it is about, as the specification says (§7.1.2)."""

from __future__ import annotations

import pytest

from hub.document.places import DocumentPlaces
from hub.document.variables import bind
from hub.errors import FieldFailed, Path, VariablesRefused
from tests.document.sample_schema import SCHEMA, operation

TEXT = """query Q($age: Int,
        $who: ID!) {\r
  here: person(id: $who) { ...Named beings(kinds: [BIG]) { ... on Being { b: id } id } }
  int(x: $age)
}\rfragment Named on Person { name }
"""
PLACES = DocumentPlaces(operation(TEXT), TEXT)


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (("here",), (3, 3)),
        (("here", "name"), (6, 28)),
        (("here", "beings"), (3, 37)),
        (("here", "beings", 4, "b"), (3, 75)),
        (("here", "beings", 0, "id"), (3, 83)),
        (("int",), (4, 3)),
        (("here", "filter", "name"), (3, 3)),
    ],
)
def test_an_error_of_a_field_has_the_place_where_it_is_selected(path: Path, place: tuple[int, int]) -> None:
    error = FieldFailed("CODE", "Message.", "detail", path=path)
    PLACES.locate(error)
    assert error.formatted()["locations"] == [dict(zip(("line", "column"), place, strict=True))]


def test_an_error_of_a_variable_has_the_place_where_it_is_declared() -> None:
    with pytest.raises(VariablesRefused) as caught:
        bind(operation(TEXT), {"age": "x"}, SCHEMA)
    for error in (caught.value, *caught.value.siblings):
        PLACES.locate(error)
    places = [error.formatted()["locations"] for error in (caught.value, *caught.value.siblings)]
    assert places == [[{"line": 1, "column": 9}], [{"line": 2, "column": 9}]]


def test_an_error_without_a_field_of_the_document_has_no_place() -> None:
    for path in (None, (), ("absent",), (0,)):
        error = FieldFailed("CODE", "Message.", "detail", path=path)
        PLACES.locate(error)
        assert "locations" not in error.formatted()
