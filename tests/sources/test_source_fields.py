"""What docs/provenance.md tells of each source is what its connector does: by its code, its files and the samples."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import ModuleType

import msgspec
import pytest
from lxml import etree

from demo import source_files
from hub.ingest import SOURCES
from subgraphs.appointments.sources import rdvi_users
from subgraphs.kit.ingest.csv_rows import CsvSource
from subgraphs.kit.ingest.source_fields import Unkept, Use, flattened, uses_of
from subgraphs.people.sources.carnet_de_bord import FORMS
from subgraphs.people.sources.cnaf_schema import SHAPE, Shape
from tests.pinned_graph import graph
from tests.sources.payload_leaves import leaf_paths

SAMPLES = {
    "cnaf-flux": ("cnaf-flux/RSABEM.xml",),
    "cnaf-contact": ("cnaf-contact/fichier_contact_test.csv",),
    "ft-extrait": ("croisement-cd-ft/extrait_pe_principal.csv",),
    "ft-actions": ("croisement-cd-ft/extrait_pe_actions.csv",),
    "rdv-insertion": (
        "rdv-insertion/webhook_rdv.json",
        "rdv-insertion/webhook_invitation.json",
        "rdv-insertion/fichier_usager_extrait.csv",
    ),
    "data-inclusion": ("data-inclusion/api_v1_structures.json", "data-inclusion/api_v1_services.json"),
    "carnet-de-bord": (
        "carnet-de-bord/export_notebook.json",
        "carnet-de-bord/import_beneficiaires.csv",
        "carnet-de-bord/import_professionnels.csv",
        "carnet-de-bord/import_reorientation.csv",
    ),
    "carnet-structures": ("carnet-de-bord/import_structures.csv",),
    "dora": ("dora/emplois_api_services.json",),
    "emplois": ("les-emplois/candidatures_search_response_valid.json",),
    "immersion-facile": ("immersion-facile/convention_read_v2.json", "immersion-facile/offers_search_v3.json"),
    "lheo": ("ouiform-lheo/lheo_formation.xml",),
}
"""The samples that each source reads; the others have none."""


def declared(name: str) -> dict[str, tuple[Use, ...]]:
    return dict(flattened(SOURCES[name].fields))


def undeclared(name: str, files: Iterator[Path]) -> set[str]:
    uses = declared(name)
    paths = {path for file in files for path in leaf_paths(file.name, file.read_bytes())}
    return {path for path in paths if not uses_of(path, uses)}


def test_every_source_says_what_it_does_with_each_field() -> None:
    assert [name for name, source in SOURCES.items() if not getattr(source, "fields", None)] == []


def test_every_coordinate_is_one_of_the_graph() -> None:
    readable = graph().table.classification.fields.keys()
    coordinates = {use for name in SOURCES for uses in declared(name).values() for use in uses if isinstance(use, str)}
    assert coordinates - readable == set()


def test_no_path_is_declared_twice() -> None:
    for name, source in SOURCES.items():
        paths = [path for path, _ in flattened(source.fields)]
        assert sorted(paths) == sorted(set(paths)), name


def test_a_path_with_a_star_is_one_that_is_not_kept_or_a_heading_of_carnet_de_bord() -> None:
    headings = {column for columns in FORMS.values() for column in columns}
    for name in SOURCES:
        for path, uses in declared(name).items():
            assert not path.endswith("*") or path in headings or all(isinstance(use, Unkept) for use in uses), (
                name,
                path,
            )


def test_every_field_of_the_demonstrations_files_is_declared(tmp_path: Path) -> None:
    files = source_files.write(tmp_path, date(2026, 11, 24), b"secret")
    for name, paths in files.items():
        read = (path for path in paths if ".headers" not in path.name and "anomalie" not in path.name)
        assert undeclared(name, read) == set(), name


@pytest.mark.parametrize("name", SAMPLES)
def test_every_field_of_the_samples_is_declared(samples: Path, name: str) -> None:
    assert undeclared(name, (samples / path for path in SAMPLES[name])) == set()


def modelled(module: ModuleType) -> set[str]:
    """The names of the fields of the messages that a module reads, its own or imported, as they are written."""
    kinds = [kind for kind in vars(module).values() if isinstance(kind, type) and issubclass(kind, msgspec.Struct)]
    return {field.encode_name for kind in kinds for field in msgspec.structs.fields(kind)}


@pytest.mark.parametrize("name", SOURCES)
def test_every_field_that_a_connector_models_is_declared_as_read(name: str) -> None:
    source = SOURCES[name]
    read = {path for path, uses in declared(name).items() if not all(isinstance(use, Unkept) for use in uses)}
    steps = {step for path in read for step in path.split(".")}
    assert modelled(sys.modules[source.__module__]) - steps - {"data", "meta"} == set()
    if issubclass(source, CsvSource):
        assert {*source.columns, *source.optional} == read


def test_the_columns_of_rdv_insertions_files_are_declared_as_read() -> None:
    uses = declared("rdv-insertion")
    assert all(uses.get(column) for column in rdvi_users.COLUMNS)


def leaves(shape: Shape, path: str) -> Iterator[str]:
    for name, below in shape.items():
        yield from leaves(below, f"{path}{name}/") if below else iter((f"{path}{name}",))


def test_what_the_schema_of_the_flux_keeps_is_what_is_declared_as_read() -> None:
    paths = {path for path, uses in declared("cnaf-flux").items() if not all(isinstance(use, Unkept) for use in uses)}
    assert set(leaves(SHAPE, "InfosFoyerRSA/")) == {path for path in paths if path.startswith("InfosFoyerRSA/")}


def test_every_element_of_the_cnafs_own_schema_is_declared(samples: Path) -> None:
    schema = etree.parse(samples / "cnaf-flux" / "vrsb0801.xsd").getroot()
    uses = declared("cnaf-flux")
    assert {path for path in elements(schema) if not uses_of(path, uses)} == set()


def elements(schema: etree._Element) -> Iterator[str]:
    """The path of each text element below the root of a schema whose elements refer to each other by name."""
    xs = "{http://www.w3.org/2001/XMLSchema}"
    by_name = {element.get("name"): element for element in schema.iterfind(f"{xs}element")}

    def below(element: etree._Element, path: str) -> Iterator[str]:
        children = [
            child
            for child in element.iter(f"{xs}element")
            if child is not element and next(child.iterancestors(f"{xs}element")) is element
        ]
        for child in children:
            definition = by_name[child.get("ref")] if child.get("ref") else child
            name = f"{path}{definition.get('name')}"
            if definition.find(f".//{xs}element") is None:
                yield name
            else:
                yield from below(definition, f"{name}/")

    return below(by_name["Racine"], "")
