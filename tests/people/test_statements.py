"""What each source says of a person is decided as the field it states, and names no source that reveals an item."""

from __future__ import annotations

from hub.ingest import SOURCES, WRITES_PEOPLE
from subgraphs.kit.fields import Coarsen, ColumnField
from subgraphs.kit.sdl import load
from subgraphs.people.precedence import UNTOLD
from subgraphs.people.statements import STATED, Statement
from tests.pinned_graph import graph

SHOWN_SOURCES = {"cnaf-flux", "cnaf-contact", "ft-extrait", "france-travail", "rdv-insertion", "carnet-de-bord", "dsp"}
"""Sources whose name tells no more than an identifier of theirs, which the same actors read: weigh each new one."""


def test_every_field_of_a_statement_is_decided_as_the_one_that_it_states() -> None:
    classification = graph().table.classification
    entity = load("people").entities["Statement"]
    assert entity.fields.keys() == STATED.keys()
    for name, stated in STATED.items():
        own, original = classification.fields[f"Statement.{name}"], classification.fields[stated]
        assert (own.category, own.level) == (original.category, original.level), name
        assert own.returns == original.returns or name in ("source", "asOf"), name


def test_a_value_that_reveals_is_coarsened_as_in_the_field_that_it_states() -> None:
    model = load("people")
    for name, stated in STATED.items():
        field = model.entities["Statement"].fields[name]
        type_, _, twin_name = stated.partition(".")
        twin = model.entities[type_].fields[twin_name]
        assert isinstance(field, ColumnField)
        if isinstance(twin, ColumnField):
            coarse, twin_coarse = field.forbidden, twin.forbidden
            assert type(coarse) is type(twin_coarse), name
            if isinstance(coarse, Coarsen) and isinstance(twin_coarse, Coarsen):
                assert (coarse.to, coarse.beside.keys()) == (twin_coarse.to, twin_coarse.beside.keys()), name


def test_no_source_is_named_that_would_tell_of_an_item() -> None:
    writing = {name for name, source in SOURCES.items() if source.role in WRITES_PEOPLE}
    assert writing - {"droits", "referents"} == SHOWN_SOURCES | set(UNTOLD)


def test_only_who_reads_identifiers_reads_which_source_says_what() -> None:
    fields = graph().table.classification.fields
    assert {str(fields[name].category) for name in ("Person.statements", "Statement.source", "Statement.asOf")} == {
        "IDX"
    }
    assert Statement.__name__ == fields["Person.statements"].returns
