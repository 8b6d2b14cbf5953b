"""A difficulty is written by whoever reads and writes its theme, and changed here only if it was noted here."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from schema.days import day_of
from schema.facts import Fact, link_key
from subgraphs.kit.server import Subgraph
from tests.kit.conftest import AGENT, NOW, SIRET, Rows, person_id
from tests.people.writing import send, writing

__all__ = ["writing"]
TODAY = day_of(datetime.fromtimestamp(NOW, UTC))
REFERENT = ("referent_cd", "suivi", link_key(Fact.REFERENT, AGENT))
ORIENTEUR = ("orienteur_cd", "orientation", link_key(Fact.DEPARTMENT_BRSA, "08"))
DELEGATE = ("delegataire_rsa", "diagnostic", link_key(Fact.ORG_REFERENT, SIRET))
DIFFICULTY = "id theme state impact recordedOn version provenance { source }"


async def collect(subgraph: Subgraph, theme: str, who: tuple[str, str, str] = REFERENT, **more: Any) -> Any:
    """Note a difficulty of the person 1."""
    inputs = {"person": person_id(1), "theme": theme, "state": "OUI", "recordedOn": TODAY.isoformat(), **more}
    return await send(subgraph, "collectSocialSituation", DIFFICULTY, who, inputs)


async def settle(subgraph: Subgraph, item: Any, state: str, who: tuple[str, str, str] = REFERENT) -> Any:
    """Say what became of a difficulty."""
    inputs = {"difficulty": item["id"], "expectedVersion": item["version"], "state": state}
    return await send(subgraph, "setDifficultyState", DIFFICULTY, who, {**inputs, "recordedOn": TODAY.isoformat()})


@pytest.fixture
async def followed(rows: Rows) -> Rows:
    """A person whom an agent, a body and the département follow."""
    scopes = ((Fact.REFERENT, AGENT), (Fact.ORG_REFERENT, SIRET), (Fact.DEPARTMENT_BRSA, "08"))
    await rows.person(1, *scopes)
    return rows


async def test_who_accompanies_or_orients_notes_a_difficulty_and_says_what_became_of_it(
    followed: Rows, writing: Subgraph
) -> None:
    for who in (REFERENT, ORIENTEUR, DELEGATE):
        difficulty = await collect(writing, "LOGEMENT", who, impact="FORT")
        assert (difficulty["theme"], difficulty["state"], difficulty["impact"], difficulty["version"]) == (
            "LOGEMENT",
            "OUI",
            "FORT",
            1,
        )
        closed = await settle(writing, difficulty, "CLOTUREE", who)
        assert (closed["state"], closed["version"], closed["provenance"]) == ("CLOTUREE", 2, {"source": "hub"})
        assert await settle(writing, difficulty, "OUI", who) == ["VERSION_CONFLICT"]
    rows = await followed.connection.fetch("SELECT recorded_by FROM people.person_constraint")
    assert {row["recorded_by"] for row in rows} == {SIRET}


async def test_a_theme_of_a_stricter_category_is_written_and_settled_by_nobody(
    followed: Rows, writing: Subgraph
) -> None:
    for number, theme in enumerate(("SANTE", "JUSTICE", "SEJOUR"), 10):
        for who in (REFERENT, ORIENTEUR, DELEGATE):
            assert await collect(writing, theme, who) == ["WRITE_REFUSED"]
        await followed.insert(
            "people.person_constraint", id=person_id(number), person_id=person_id(1), theme=theme, state="OUI",
            recorded_by=SIRET, source="hub", source_id=theme, as_of=datetime.now(UTC),
        )  # fmt: skip
        for who in (ORIENTEUR, DELEGATE):
            assert await settle(writing, {"id": person_id(number), "version": 1}, "CLOTUREE", who) == ["WRITE_REFUSED"]


async def test_what_another_system_says_or_a_day_that_is_not_yet_is_refused(followed: Rows, writing: Subgraph) -> None:
    await followed.sourced("people.person_constraint", id=person_id(9), person_id=person_id(1), theme="LOGEMENT")
    assert await settle(writing, {"id": person_id(9), "version": 1}, "OUI") == ["RECORDED_ELSEWHERE"]
    tomorrow = (TODAY + timedelta(days=1)).isoformat()
    assert await collect(writing, "LOGEMENT", recordedOn=tomorrow) == ["NOTED"]
    await followed.connection.execute(f"UPDATE access.person SET restrictions = {int(Fact.OPPOSITION)}")
    assert await collect(writing, "LOGEMENT") == ["WRITE_REFUSED"]
