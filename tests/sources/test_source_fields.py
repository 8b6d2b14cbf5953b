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
ANSWERS = {
    "croisement-cd-ft/ft_informations_administratives_usager.json",
    "croisement-cd-ft/ft_statut_usager.json",
    "croisement-cd-ft/ft_rqth.json",
    "croisement-cd-ft/ft_lecture_orientation_usager.json",
    "croisement-cd-ft/ft_diagnostic_usager_diagnostic_agrege.json",
    "croisement-cd-ft/ft_rechercher_usager_date_naissance_nir.json",
    "croisement-cd-ft/ft_rechercher_usager_numero_france_travail.json",
    "api-particulier/api_particulier_rsa.json",
}
"""Samples of what an API answers about one person, which its source reads gathered with others."""
NOT_READ = {
    "api-particulier/api_particulier_aah.json": "never asked: health",
    "api-particulier/api_particulier_pi.json": "never asked: Carnet de bord tells it",
    "cnaf-flux/vrsb0801.xsd": "schema",
    "croisement-cd-ft/ft_dossier_individu_v1.json": "never asked: the aggregated diagnosis tells more",
    "data-inclusion/api_v1_sources.json": "list of producers",
    "data-inclusion/schema_service.json": "schema",
    "data-inclusion/schema_structure.json": "schema",
    "dora/emplois_api_disabled-dora-form-di-structures.json": "list of identifiers",
    "dora/emplois_api_reference-data.json": "list of codes",
    "dsp-cnaf/nomenclatures_dsp.json": "list of codes",
    "immersion-facile/contact_establishment_v3_request.json": "request that the hub does not send",
    "immersion-facile/errors.json": "errors",
    "immersion-facile/statistics_establishments_v2.json": "statistics",
    "immersion-facile/webhook_convention_updated.json": "envelope of a convention",
    "immersion-facile/webhook_subscription_request.json": "request that the hub does not send",
    "les-emplois/candidatures_search_request.json": "request that the hub does not send: it asks for a NIR",
    "les-emplois/candidatures_search_response_invalid.json": "error",
    "les-emplois/candidatures_search_response_valid_no_results.json": "answer without results",
    "les-emplois/ft_nature_contrats.json": "list of codes",
    "les-emplois/ft_offres.json": "never asked: public offers of France Travail",
    "rdv-insertion/create_and_invite_failure.json": "error",
    "rdv-insertion/create_and_invite_response.json": "answer to a request that the hub does not send",
    "rdv-insertion/openapi_v1.json": "schema",
    "rdv-insertion/webhook_headers.json": "headers of a notification",
}
"""Samples that no source reads, and why."""


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


def test_every_sample_is_read_or_has_a_reason_not_to_be(samples: Path) -> None:
    files = {
        str(path.relative_to(samples))
        for path in samples.glob("*/*")
        if path.suffix in (".json", ".csv", ".xml", ".xsd")
    }
    codes = {path for path in files if path.startswith("data-inclusion/extra_")}
    read = ANSWERS.union(*SAMPLES.values())
    assert files - codes == read | NOT_READ.keys()
    assert not read & NOT_READ.keys()


def test_every_field_that_api_particulier_answers_about_the_rsa_is_declared(samples: Path) -> None:
    answers = msgspec.json.decode((samples / "api-particulier" / "api_particulier_rsa.json").read_bytes()).values()
    told = {f"results.rsa.{name}" for answer in answers for name in answer["json"].get("data", ())}
    assert told
    assert {path for path in told if not uses_of(path, declared("api-particulier"))} == set()


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
