"""Attack 11 on `Schema-View: mine`: a narrowed view never widens, never changes what is executed, and is each one's
own (docs/attaques.md)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from graphql import build_client_schema, get_introspection_query, print_schema

from tests.e2e.canary_inside import Inside
from tests.e2e.canary_world import World
from tests.pinned_graph import graph

pytestmark = pytest.mark.asyncio(loop_scope="module")

NAMES = "{ __schema { types { name fields { name args { name } } inputFields { name } enumValues { name } } } }"


def view_coordinates(answer: Any) -> set[str]:
    """Every name that an introspection tells."""
    coordinates = set()
    for type_ in answer["__schema"]["types"]:
        coordinates.add(type_["name"])
        for field in type_["fields"] or ():
            coordinates |= {f"{type_['name']}.{field['name']}"}
            coordinates |= {f"{type_['name']}.{field['name']}({member['name']})" for member in field["args"]}
        for member in [*(type_["inputFields"] or ()), *(type_["enumValues"] or ())]:
            coordinates.add(f"{type_['name']}.{member['name']}")
    return coordinates


async def test_11_a_view_is_part_of_the_schema_of_all_and_nothing_internal(hub: Inside) -> None:
    whole = view_coordinates((await hub.ask("employeur", NAMES)).data)
    for actor in hub.actors:
        mine = view_coordinates((await hub.ask(actor, NAMES, schema_view="mine")).data)
        assert mine < whole
        assert not {name for name in mine if name.startswith("_") and not name.startswith("__")}


async def test_11_what_one_may_not_read_is_not_in_its_view(hub: Inside) -> None:
    employer, person = [
        view_coordinates((await hub.ask(actor, NAMES, schema_view="mine")).data) for actor in ("employeur", "personne")
    ]
    assert "Person.household" in person
    assert not {name for name in employer if name == "Person.household" or name.startswith("Household")}
    assert "Query.persons(orderBy)" in employer


async def test_11_the_view_follows_the_purpose(hub: Inside) -> None:
    follow_up, training = [
        view_coordinates((await hub.ask("referent-a", NAMES, schema_view="mine", purpose=purpose)).data)
        for purpose in ("suivi", "formation")
    ]
    assert "Person.constraints" in follow_up - training


async def test_11_what_a_view_leaves_out_looks_like_a_type_that_never_was(hub: Inside) -> None:
    query = "query ($name: String!) { __type(name: $name) { name fields { name } } }"
    for name in ("Household", "Access", "_Entity", "Nobody"):
        got = await hub.ask("employeur", query, {"name": name}, schema_view="mine")
        assert got.data == {"__type": None}


async def test_11_a_view_of_one_is_never_told_to_another(hub: Inside) -> None:
    """One document, three actors, each alone and then all at once."""
    actors = ["employeur", "referent-a", "personne"]
    alone = {actor: (await hub.ask(actor, NAMES, schema_view="mine")).body for actor in actors}
    assert len(set(alone.values())) == 3
    together = await asyncio.gather(*(hub.ask(actor, NAMES, schema_view="mine") for actor in actors))
    assert [got.body for got in together] == [alone[actor] for actor in actors]
    whole = await hub.ask("employeur", NAMES)
    assert whole.body != alone["employeur"]
    assert (await hub.ask("personne", NAMES)).json["data"] == whole.json["data"]


async def test_11_the_view_changes_nothing_of_what_is_executed(hub: Inside, world: World) -> None:
    """Validity, denials and their reasons stay, and so does the answer once the view is `all`."""
    query = """query ($id: ID!, $filter: PersonFilter, $order: PersonOrder) {
      person(id: $id) { lastName household { dependentChildren } }
      persons(filter: $filter, orderBy: $order) { nodes { lastName } }
      __type(name: "Household") { name }
    }"""
    variables = {"id": world.persons["vurnibal"]}
    mine = await hub.ask("employeur", query, variables, schema_view="mine")
    whole = await hub.ask("employeur", query, variables, schema_view="all")
    assert (mine.data["__type"], whole.data["__type"]) == (None, {"name": "Household"})
    assert mine.data["person"] == {"lastName": "VURNIBAL", "household": None}
    for answer in (mine.json, whole.json):
        del answer["data"]["__type"]
    assert mine.json["extensions"] == whole.json["extensions"]
    assert (mine.calls, mine.statements) == (whole.calls, whole.statements)


@pytest.mark.parametrize("actor", ["employeur", "referent-a", "dpo"])
async def test_11_what_leads_to_the_person_who_asks_is_in_no_other_view_and_its_null_is_explained(
    hub: Inside, actor: str
) -> None:
    mine = await hub.ask(actor, NAMES, schema_view="mine")
    (query,) = (type_ for type_ in mine.data["__schema"]["types"] if type_["name"] == "Query")
    assert {"me", "myAccessJournal"}.isdisjoint(field["name"] for field in query["fields"])
    got = await hub.ask(actor, "{ me { id } }")
    (entry,) = got.json["extensions"]["access"]
    assert (got.data, got.calls, entry["decision"]) == ({"me": None}, {}, "deny")
    assert entry["needed"] == "rien n'y suffit, le champ ne mène qu'à la personne elle-même"


async def test_11_a_criterion_outside_the_view_is_refused_as_without_it(hub: Inside) -> None:
    query = "query ($by: PersonFilter) { persons(filter: $by) { nodes { id } } __schema { queryType { name } } }"
    with_view, without = [
        await hub.ask("employeur", query, {"by": {"rsaStatus": "REFUSE"}}, schema_view=view) for view in ("mine", "all")
    ]
    assert with_view.json["errors"] == without.json["errors"]
    assert (with_view.code, with_view.calls) == ("FORBIDDEN_INPUT", {})


async def test_11_a_typo_suggests_of_the_schema_of_all_whatever_the_view(hub: Inside) -> None:
    query = "{ me { househol { dependentChildren } } __schema { queryType { name } } }"
    with_view, without = [await hub.ask("employeur", query, schema_view=view) for view in ("mine", "all")]
    assert (with_view.status, with_view.body) == (without.status, without.body)


@pytest.mark.parametrize("value", ["full", "MINE", "mine, all", "others", "", "../referent_cd"])
async def test_11_no_other_view_can_be_asked_for(hub: Inside, value: str) -> None:
    headers = [*hub.headers("employeur"), ("schema-view", value)]
    got = await hub.post(b'{"query": "{ __typename }"}', headers)
    assert (got.status, got.code) == (400, "HEADER_UNSUPPORTED")


async def test_11_two_views_are_refused(hub: Inside) -> None:
    headers = [*hub.headers("employeur"), ("schema-view", "mine"), ("Schema-View", "all")]
    got = await hub.post(b'{"query": "{ __typename }"}', headers)
    assert (got.status, got.code) == (400, "DUPLICATE_HEADER")


async def test_11_a_view_asks_for_a_token_and_a_purpose_as_all_does(hub: Inside) -> None:
    assert (await hub.ask("employeur", NAMES, schema_view="mine", authorization="")).status == 401
    refused = await hub.ask("employeur", NAMES, schema_view="mine", purpose="suivi")
    assert (refused.status, refused.code) == (403, "PURPOSE_NOT_GRANTED")


async def test_11_a_code_generator_makes_a_whole_schema_of_its_view(hub: Inside) -> None:
    """The introspection of tools is answered whole: it builds, and is the view of the actor."""
    got = await hub.ask("referent-a", get_introspection_query(), schema_view="mine")
    again = print_schema(build_client_schema(got.data))
    decisions = graph().table.decision_class("referent_cd", "suivi")
    assert again == print_schema(hub.app.pipeline.views.view(decisions))
