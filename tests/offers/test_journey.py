"""What ties a person to the offer: who reads which item, and what a link to a service or structure never tells."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import asyncpg
import orjson
import pytest
from data_inclusion.schema import v1  # type: ignore[import-untyped]

from schema.categories import Category
from schema.facts import VALUE_FACTS, Fact, link_key
from schema.residual import Clause, Residual, Rule
from subgraphs.kit.access import SCOPES_SETTING
from subgraphs.kit.sensitive_organisations import KINDS, strictest
from subgraphs.kit.server import Subgraph
from subgraphs.kit.transactions import ORGANISATION_SETTING
from tests.conftest import Database
from tests.kit.conftest import AGENT, REFERENT, Rows, anyone, context, person_id, residual

COMPANY, OTHER_COMPANY, PRESCRIBER = "99900060600016", "99900061600014", "99900010100001"
OWN, OTHERS_OWN = link_key(Fact.OWN_ITEM, COMPANY), link_key(Fact.OWN_ITEM, OTHER_COMPANY)
TYPES = ("Referral", "JobApplication", "ImmersionAgreement")

QUERY = """
query ($r: [_Any!]!, $first: Int, $after: String) {
  _entities(representations: $r) {
    ... on Person {
      referrals(first: $first, after: $after) {
        nodes { id theme status sentOn service { id name structure { name } } prescriberStructure { id } }
        pageInfo { hasNextPage endCursor }
      }
      jobApplications(first: 5) { nodes { id state sender createdAt company { name kind siret city } } }
      passIae { number status startsOn endsOn }
      immersions(first: 5) { nodes { id status startsOn endsOn companyName isRqth } }
    }
  }
}
"""
FIELDS = (
    *(f"Person.{name}" for name in ("referrals", "jobApplications", "passIae", "immersions")),
    *(f"Referral.{name}" for name in ("theme", "status", "sentOn", "service", "prescriberStructure")),
    *(f"JobApplication.{name}" for name in ("state", "sender", "createdAt", "company")),
    *(f"PassIae.{name}" for name in ("number", "status", "startsOn", "endsOn")),
    *(f"ImmersionAgreement.{name}" for name in ("status", "startsOn", "endsOn", "companyName")),
)
LISTS = ("referrals", "jobApplications", "immersions")


def reading(*relations: Fact, values: tuple[str, ...] = (), more: tuple[str, ...] = ()) -> Residual:
    """Everything but `isRqth`; of the themes of referrals, and of what naming a structure reveals, these categories."""
    clauses = anyone(*relations)
    allowed = tuple(sorted((int(VALUE_FACTS[Category(value)]), clauses) for value in values))
    rows: dict[str, Rule | tuple[Clause, ...]] = dict.fromkeys(("Person", "PassIae", *TYPES), clauses)
    fields: dict[str, Rule | tuple[Clause, ...]] = dict.fromkeys((*FIELDS, *more), clauses)
    edges = dict.fromkeys(("Referral.service", "Referral.prescriberStructure"), Rule(clauses, allowed))
    return residual(rows | {"Referral": Rule(clauses, allowed)}, fields | edges)


async def service(rows: Rows, number: int, thematics: list[str], publics: list[str], structure: str) -> None:
    await rows.sourced(
        "offers.service", id=f"essai--{number}", structure_id=structure, producer="essai", name=f"Service {number}",
        thematics=thematics, categories=sorted({item.partition("--")[0] for item in thematics}), publics=publics,
        access_modes=[], mobilisation_modes=[], eligibility_zone=[],
    )  # fmt: skip


async def referral(rows: Rows, number: int, person: int, owner: str, service: str, **values: Any) -> None:
    await rows.sourced(
        "offers.referral", id=person_id(100 + number), person_id=person_id(person), service_id=service,
        status="OUVERTE", sent_on=date(2026, 10, number), organisation_siret=owner, recorded_by=PRESCRIBER, **values,
    )  # fmt: skip


@pytest.fixture
async def items(rows: Rows) -> Rows:
    """Person 1 with items of two organisations that both have links to it; person 2 with a link and nothing else."""
    links = ((Fact.REFERENT, AGENT), (Fact.OWN_ITEM, COMPANY), (Fact.OWN_ITEM, OTHER_COMPANY))
    await rows.person(1, *links)
    await rows.person(2, *links)
    await rows.sourced(
        "offers.company", id="emplois--1", name="La Renouée", kind="ACI", siret=COMPANY, city="Charleville-Mézières"
    )
    for number, owner in enumerate((COMPANY, OTHER_COMPANY, COMPANY), start=1):
        await referral(rows, number, 1, owner, "demonstration--service-04")
        await rows.sourced(
            "offers.job_application", id=person_id(200 + number), person_id=person_id(1), company_id="emplois--1",
            state="accepted", sender="prescriber", created_at=datetime.fromisoformat(f"2026-10-0{number}T08:00:00Z"),
            updated_at=datetime.fromisoformat("2026-11-01T08:00:00Z"), organisation_siret=owner,
        )  # fmt: skip
        await rows.sourced(
            "offers.immersion_agreement", id=person_id(300 + number), person_id=person_id(1), siret=owner,
            status="ACCEPTED_BY_VALIDATOR", objective="DECOUVRIR_UN_METIER", company_name="Le Fournil",
            starts_on=date(2026, 9, number), ends_on=date(2026, 9, 20), agency_kind="mission-locale", is_rqth=True,
            organisation_siret=owner,
        )  # fmt: skip
    for number, (first, last) in enumerate(((2023, 2025), (2025, 2027)), start=1):
        await rows.sourced(
            "offers.pass_iae", id=person_id(400 + number), person_id=person_id(1), number=f"99999000000{number}",
            status="VALID", starts_on=date(first, 1, 1), ends_on=date(last, 1, 1),
        )  # fmt: skip
    return rows


async def read(
    offers: Subgraph,
    residual: Residual,
    *scopes: str,
    person: int = 1,
    organisation: str | None = None,
    **arguments: Any,
) -> Any:
    variables = {"r": [{"__typename": "Person", "id": person_id(person)}], "first": 5, **arguments}
    answer = await offers.execute(QUERY, variables, context(residual, *scopes, organisation=organisation))
    assert "errors" not in answer, answer
    return answer["data"]["_entities"][0]


def numbers(person: Any) -> dict[str, list[int]]:
    return {name: [int(node["id"][-2:]) for node in person[name]["nodes"]] for name in LISTS}


async def test_a_referent_reads_every_item_newest_first(items: Rows, offers: Subgraph) -> None:
    person = await read(offers, reading(Fact.REFERENT), REFERENT)
    assert numbers(person) == {key: [3, 2, 1] for key in LISTS}
    assert person["referrals"]["nodes"][0] == {
        "id": person_id(103),
        "theme": "MOBILITE",
        "status": "OUVERTE",
        "sentOn": "2026-10-03",
        "service": {
            "id": "demonstration--service-04",
            "name": "Location de véhicules à tarif social",
            "structure": {"name": "Garage solidaire du Vieux Moulin"},
        },
        "prescriberStructure": None,
    }
    assert person["jobApplications"]["nodes"][0] == {
        "id": person_id(203),
        "state": "accepted",
        "sender": "prescriber",
        "createdAt": "2026-10-03T08:00:00+00:00",
        "company": {"name": "La Renouée", "kind": "ACI", "siret": COMPANY, "city": "Charleville-Mézières"},
    }
    assert person["passIae"] == {
        "number": "999990000002", "status": "VALID", "startsOn": "2025-01-01", "endsOn": "2027-01-01",
    }  # fmt: skip


async def test_an_organisation_reads_its_own_items_only(items: Rows, offers: Subgraph) -> None:
    own = await read(offers, reading(Fact.OWN_ITEM), OWN, organisation=COMPANY)
    other_items = await read(offers, reading(Fact.OWN_ITEM), OTHERS_OWN, organisation=OTHER_COMPANY)
    assert numbers(own) == {key: [3, 1] for key in LISTS}
    assert numbers(other_items) == {key: [2] for key in LISTS}


async def test_pages_are_counted_after_the_rows_of_others_are_dropped(items: Rows, offers: Subgraph) -> None:
    page = await read(offers, reading(Fact.OWN_ITEM), OWN, organisation=COMPANY, first=1)
    assert page["referrals"]["pageInfo"]["hasNextPage"] is True
    after = page["referrals"]["pageInfo"]["endCursor"]
    last = await read(offers, reading(Fact.OWN_ITEM), OWN, organisation=COMPANY, first=1, after=after)
    assert numbers(last)["referrals"] == [1]
    assert last["referrals"]["pageInfo"]["hasNextPage"] is False


async def test_the_health_of_a_host_is_null_without_san_and_told_with_it(items: Rows, offers: Subgraph) -> None:
    without = await read(offers, reading(Fact.REFERENT), REFERENT)
    with_san = await read(offers, reading(Fact.REFERENT, more=("ImmersionAgreement.isRqth",)), REFERENT)
    assert {node["isRqth"] for node in without["immersions"]["nodes"]} == {None}
    assert {node["isRqth"] for node in with_san["immersions"]["nodes"]} == {True}


SENSITIVE: dict[str, tuple[list[str], list[str]]] = {
    "SAN": (["sante--addictions", "mobilite--preparer-un-permis"], []),
    "JUST": (["difficultes-administratives-ou-juridiques--prendre-en-compte-une-problematique-judiciaire"], []),
    "SEJ": (["lecture-ecriture-calcul--maitriser-le-francais"], ["personnes-exilees"]),
}
ALONE = {
    "JUST": ["personnes-en-situation-juridique-specifique", "personnes-exilees"],
    "SAN": ["personnes-en-situation-de-handicap"],
}


@pytest.mark.parametrize(("category", "offered"), [*SENSITIVE.items(), *((key, ([], ALONE[key])) for key in ALONE)])
async def test_a_referral_of_a_protected_theme_is_as_if_it_were_not_there(
    items: Rows, offers: Subgraph, category: str, offered: tuple[list[str], list[str]]
) -> None:
    before = await read(offers, reading(Fact.REFERENT), REFERENT, first=2)
    await service(items, 1, *offered, structure="demonstration--structure-01")
    await referral(items, 9, 1, COMPANY, "essai--1")
    after = await read(offers, reading(Fact.REFERENT), REFERENT, first=2)
    assert orjson.dumps(before["referrals"]["nodes"]) == orjson.dumps(after["referrals"]["nodes"])
    for value in SENSITIVE:
        person = await read(offers, reading(Fact.REFERENT, values=(value,)), REFERENT)
        assert (9 in numbers(person)["referrals"]) == (value == category)


@pytest.mark.parametrize(
    ("thematics", "publics", "theme"),
    [
        (["mobilite--preparer-un-permis"], ["personnes-exilees", "tous-publics"], "MOBILITE"),
        (["trouver-un-emploi--maintien-dans-lemploi"], [], None),
        (["numerique--acquerir-un-equipement"], ["jeunes"], "NUMERIQUE"),
    ],
)
async def test_a_theme_follows_the_service_and_not_one_public_among_others(
    items: Rows, offers: Subgraph, thematics: list[str], publics: list[str], theme: str | None
) -> None:
    await service(items, 1, thematics, publics, "demonstration--structure-01")
    await referral(items, 9, 1, COMPANY, "essai--1")
    person = await read(offers, reading(Fact.REFERENT), REFERENT)
    assert (person["referrals"]["nodes"][0]["theme"], numbers(person)["referrals"][0]) == (theme, 9)


@pytest.mark.parametrize(("network", "category"), KINDS.items())
def test_a_network_tells_what_naming_its_structures_reveals(network: str, category: Category) -> None:
    assert strictest(["departements", network], "Maison du Pont") is category
    assert strictest(["departements", "mission-locale"], "Maison du Pont") is None


def test_the_networks_of_data_inclusion_that_reveal_are_on_the_list() -> None:
    codes = {network.value.upper() for network in v1.ReseauPorteur}
    assert {"CAP-EMPLOI-RESEAU-CHEOPS", "ESAT", "MDPH", "SPIP", "CSAPA", "CADA", "HUDA"} <= codes & KINDS.keys()


@pytest.mark.parametrize(
    ("name", "category"),
    [("SPIP des Crêtes", "JUST"), ("Centre médico-psychologique", "SAN"), ("Accueil des demandeurs d'asile", "SEJ")],
)
def test_a_name_that_tells_it_is_enough(name: str, category: str) -> None:
    assert strictest([], name) == category
    assert strictest(["csapa"], name) == ("SAN" if category == "SAN" else category), "the strictest of the two"


MARK = "UPDATE offers.structure SET sensitivity = $1 WHERE id = $2"
BEARER, PRESCRIBING = "demonstration--structure-02", "demonstration--structure-03"


@pytest.mark.parametrize("category", SENSITIVE)
@pytest.mark.parametrize("edge", ["service", "prescriberStructure"])
async def test_a_referral_that_a_structure_would_give_away_is_there_for_whoever_reads_that_category_alone(
    items: Rows, offers: Subgraph, category: str, edge: str
) -> None:
    """The person itself reads all three categories (`BEN-1`); whoever receives keeps its own, without the link."""
    await referral(items, 9, 1, COMPANY, "demonstration--service-04", prescriber_structure_id=PRESCRIBING)
    first_referral = (await read(offers, reading(Fact.REFERENT), REFERENT))["referrals"]["nodes"][0]
    assert first_referral["prescriberStructure"] == {"id": PRESCRIBING}
    await items.connection.execute(MARK, category, BEARER if edge == "service" else PRESCRIBING)
    for values in ((), *((value,) for value in SENSITIVE), tuple(SENSITIVE)):
        nodes = (await read(offers, reading(Fact.REFERENT, values=values), REFERENT))["referrals"]["nodes"]
        assert (first_referral in nodes) == (category in values)
        assert (first_referral["id"] in {node["id"] for node in nodes}) == (category in values)
    own = (await read(offers, reading(Fact.OWN_ITEM), OWN, organisation=COMPANY))["referrals"]["nodes"]
    assert {**first_referral, edge: None} in own


async def test_a_service_whose_structure_is_not_known_is_named_to_the_person_alone(
    items: Rows, offers: Subgraph
) -> None:
    await items.connection.execute("DELETE FROM offers.structure WHERE id = $1", BEARER)
    for values, visible in (((), False), (("SAN", "SEJ"), False), (("JUST",), True)):
        node = (await read(offers, reading(Fact.REFERENT, values=values), REFERENT))["referrals"]["nodes"][0]
        assert (node["service"] is not None) == visible


async def test_a_service_that_the_catalogue_does_not_hold_is_null_and_tells_no_theme(
    items: Rows, offers: Subgraph
) -> None:
    await referral(items, 9, 1, COMPANY, "essai--inconnu")
    node = (await read(offers, reading(Fact.REFERENT), REFERENT))["referrals"]["nodes"][0]
    assert (node["id"], node["theme"], node["service"]) == (person_id(109), None, None)


async def test_a_person_without_items_has_empty_pages(items: Rows, offers: Subgraph) -> None:
    person = await read(offers, reading(Fact.REFERENT), REFERENT, person=2)
    assert numbers(person) == {key: [] for key in LISTS}
    assert person["passIae"] is None


async def test_items_that_the_decision_does_not_open_are_null(items: Rows, offers: Subgraph) -> None:
    person = await read(offers, residual({"Person": anyone(Fact.REFERENT)}, {}), REFERENT)
    assert {person[name] for name in (*LISTS, "passIae")} == {None}


async def test_an_ended_link_shows_nothing(items: Rows, offers: Subgraph) -> None:
    await items.connection.execute("UPDATE access.link SET valid_until = '2026-02-01' WHERE relation = 2")
    assert await read(offers, reading(Fact.REFERENT), REFERENT) is None


@pytest.mark.parametrize(
    ("scopes", "organisation", "visible"),
    [
        (REFERENT, "", {1, 2, 3}),
        (OWN, COMPANY, {1, 3}),
        (OTHERS_OWN, OTHER_COMPANY, {2}),
        (OWN, OTHER_COMPANY, {2}),
        (OWN, "", set()),
        ("", COMPANY, set()),
    ],
)
async def test_row_security_alone_shows_no_row_of_another(
    items: Rows, fresh_database: Database, scopes: str, organisation: str, visible: set[int]
) -> None:
    connection = await fresh_database.connect("offers_query")
    try:
        async with connection.transaction():
            await connection.execute("SELECT set_config($1, $2, true)", SCOPES_SETTING, scopes)
            await connection.execute("SELECT set_config($1, $2, true)", ORGANISATION_SETTING, organisation)
            for table in ("referral", "job_application", "immersion_agreement"):
                rows = await connection.fetch(f"SELECT id FROM offers.{table}")
                assert {int(str(row["id"])[-1:]) for row in rows} == visible
            assert len(await connection.fetch("SELECT FROM offers.pass_iae")) == (2 if scopes else 0)
        for table in ("referral", "job_application", "immersion_agreement", "pass_iae"):
            assert await connection.fetch(f"SELECT id FROM offers.{table}") == []
        for statement in ("SELECT FROM offers.source_record", "DELETE FROM offers.referral"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)
    finally:
        await connection.close()
