"""The slice: one query, four actors, each its own; the same whether subgraphs share the process or not."""

from typing import Any

from tests.e2e.site import Site

SLICE = """query Slice($id: ID!) {
  person(id: $id) {
    id firstName birthDate birthYear contact { phones }
    appointments(first: 5) { nodes { startsAt status motive { category } } }
  }
}"""


def appointments(answer: dict[str, Any]) -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = answer["data"]["person"]["appointments"]["nodes"]
    return nodes


def test_the_referent_reads_the_whole_slice_of_a_person_it_follows(hub: Site) -> None:
    answer = hub.ask("referent-a", SLICE, id=hub.persons["maelle"])
    person = answer["data"]["person"]
    assert (person["id"], person["birthDate"], person["birthYear"]) == (hub.persons["maelle"], "1988-03-14", 1988)
    assert person["contact"] == {"phones": ["0639980001"]}
    assert [(a["status"], a["motive"]["category"]) for a in appointments(answer)] == [
        ("VU", "rsa_orientation"),
        ("ABSENT", "rsa_accompagnement"),
        ("INCONNU", "rsa_cer_signature"),
        ("INCONNU", "siae_interview"),
    ]
    assert "errors" not in answer


def test_another_departements_referent_cannot_tell_the_person_from_nobody(hub: Site) -> None:
    of_another = hub.post("referent-b", {"query": SLICE, "variables": {"id": hub.persons["maelle"]}})
    of_nobody = hub.post("referent-b", {"query": SLICE, "variables": {"id": "00000000-0000-4000-8000-000000000000"}})
    assert of_another.status_code == of_nobody.status_code == 200
    assert of_another.content == of_nobody.content
    assert of_another.json()["data"] == {"person": None}


def test_the_employer_reads_its_own_rendez_vous_only(hub: Site) -> None:
    answer = hub.ask("employeur", SLICE, id=hub.persons["maelle"])
    assert [a["motive"]["category"] for a in appointments(answer)] == ["siae_interview"]
    assert hub.ask("employeur", SLICE, id=hub.persons["titouan"])["data"] == {"person": None}


def test_the_person_reads_its_own_journey_and_nobody_elses(hub: Site) -> None:
    mine = hub.ask("personne", SLICE.replace("person(id: $id)", "me").replace("($id: ID!)", ""))
    assert mine["data"]["me"]["id"] == hub.persons["maelle"]
    assert hub.ask("personne", SLICE, id=hub.persons["titouan"])["data"] == {"person": None}
    everyone = hub.ask("personne", "{ persons { nodes { id } } }")
    assert everyone["data"]["persons"]["nodes"] == [{"id": hub.persons["maelle"]}]


def test_a_caseload_holds_the_people_followed_and_pages_through_them_once(hub: Site) -> None:
    query = """query Caseload($after: String) {
      persons(first: 2, after: $after, orderBy: LAST_NAME) {
        nodes { id lastName } pageInfo { hasNextPage endCursor }
      }
    }"""
    ids: list[str] = []
    after = None
    while True:
        page = hub.ask("referent-a", query, after=after)["data"]["persons"]
        ids += [node["id"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert sorted(ids) == sorted(hub.persons[slug] for slug in ("maelle", "titouan", "sidonie", "gaspard", "ondine"))


def test_a_cursor_serves_only_the_actor_and_purpose_it_was_made_for(hub: Site) -> None:
    query = "query P($after: String) { persons(first: 1, after: $after) { nodes { id } pageInfo { endCursor } } }"
    cursor = hub.ask("referent-a", query)["data"]["persons"]["pageInfo"]["endCursor"]
    for actor, purpose in (("referent-b", "suivi"), ("referent-a", "diagnostic")):
        answer = hub.post(actor, {"query": query, "variables": {"after": cursor}}, purpose=purpose).json()
        assert answer["data"] == {"persons": None}
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["FORBIDDEN_INPUT"]
        assert cursor not in str(answer)


def test_a_restricted_subgraph_process_answers_nobody_but_the_hub(hub: Site) -> None:
    for name, process in hub.processes.items():
        if name in ("hub", "all"):
            continue
        response = hub.client.post(
            f"{process.url}/graphql",
            json={"query": "{ __typename }"},
            headers={"hub-context": "forged.forged", "x-actor": "dpo"},
        )
        assert response.status_code == 401
        assert hub.persons["maelle"] not in response.text


async def test_the_bounds_of_a_page_are_journalled_as_told_of_its_rows(hub: Site) -> None:
    query = 'query Bounds { persons(first: 1, filter: { lastName: "Ardoisier" }) { pageInfo { endCursor } } }'
    answer = hub.ask("referent-a", query)
    assert answer["data"]["persons"].keys() == {"pageInfo"}
    connection = await hub.database.connect("journal_reader")
    try:
        row = await connection.fetchrow(
            "SELECT coordinates, cardinality(subjects) AS people"
            " FROM journal.disclosure JOIN journal.entry USING (request)"
            " WHERE operation_name = 'Bounds' AND kind = 'DISCLOSURE' ORDER BY disclosure.at DESC LIMIT 1"
        )
    finally:
        await connection.close()
    assert row is not None
    assert row["people"] == 1
    assert {"PersonConnection.pageInfo", "Person.lastName"} <= set(row["coordinates"])


def test_the_order_of_a_list_does_not_depend_on_what_is_asked_of_its_rows(hub: Site) -> None:
    query = "query Order($id: ID!) { person(id: $id) { appointments { nodes { id %s } } } }"
    bare = hub.ask("referent-a", query % "", id=hub.persons["maelle"])
    dated = hub.ask("referent-a", query % "startsAt", id=hub.persons["maelle"])
    starts = [node["startsAt"] for node in appointments(dated)]
    assert starts == sorted(starts)
    assert [node["id"] for node in appointments(bare)] == [node["id"] for node in appointments(dated)]
