"""`hub journal`: verified, searched in its own sight, erased of a person, freed of its months, signed by a new key."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import orjson
import pytest

from hub.journal.signing import Signer
from hub.journal.write.keyring import Keyring
from schema.days import PARIS
from tests.cli.commands import Result, hub
from tests.conftest import Database
from tests.journal.sample_journal import intent, rows, running, tamper
from tests.journal.test_retention import JANUARY, stream_of


def journal(database: Database, *arguments: object, keys: Path | None = None) -> Result:
    """`hub journal` on this database."""
    return hub("journal", *arguments, "--keys", keys or database.keys.directory, database_url=database.admin_dsn)


async def read(database: Database, person: str, actor: str = "https://idp.example#a", **fields: object) -> None:
    """Somebody reads the name of a person."""
    keyring = Keyring(database.dsn("journal_keeper"))
    try:
        async with running(database, Signer(database.keys.journal)) as writer:
            entry = intent(actor=actor, reference="DOSSIER-7", **fields)
            disclosures = await keyring.disclosures(
                [(frozenset({"Person.lastName", "Person.id"}), frozenset(), [person])]
            )
            await writer.disclose(writer.intend(entry), entry.disclosed({}), disclosures)
    finally:
        await keyring.close()


async def test_an_intact_journal_is_told_so_with_an_anchor_and_a_tampered_one_with_the_place(
    fresh_database: Database,
) -> None:
    await read(fresh_database, str(uuid4()))
    result = journal(fresh_database, "verify")
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith("1 flux, 2 entrées, 2 points de contrôle.\nLe journal est intact.\nAncre")
    anchor = result.out.split()[-1]
    assert journal(fresh_database, "verify", "--anchor", anchor).code == 0
    assert journal(fresh_database, "verify", "--anchor", f"9{anchor}").code == 1
    journal(fresh_database, "verify", "--anchor", "9").check_refused("ANCHOR_MALFORMED")
    await tamper(fresh_database, "UPDATE journal.entry SET purpose = 'droits' WHERE seq = 2")
    result = journal(fresh_database, "verify")
    assert result.code == 1
    assert "ENTRIES_CHANGED" in result.out
    assert "entrée 2 :" in result.out
    verification = orjson.loads(journal(fresh_database, "verify", "--json").out)
    assert (verification["intact"], verification["entries"]) == (False, 2)
    assert [(finding["fault"], finding["first"], finding["last"]) for finding in verification["findings"]] == [
        ("ENTRIES_CHANGED", 2, 2)
    ]


async def test_a_search_tells_who_read_a_person_and_is_in_the_journal_itself(fresh_database: Database) -> None:
    person, neighbour = str(uuid4()), str(uuid4())
    await read(fresh_database, person)
    await read(fresh_database, neighbour, actor="https://idp.example#b")
    result = journal(fresh_database, "search", "--person", person, "--reference", "D-12")
    assert (result.code, result.err) == (0, "")
    first, second, third = result.out.strip().splitlines()
    assert (
        "Référent de parcours du Conseil départemental, 22080001000018 (https://idp.example#a, par frontend)" in first
    )
    assert "Suivre le parcours et assurer sa continuité ; dossier DOSSIER-7 ; opération Journey ; 1 personne" in second
    assert third == "  Identité : Nom d'usage"
    second_search = journal(fresh_database, "search", "--person", person).out
    assert "Exploitant du hub, sans organisation (cli:" in second_search
    assert "dossier D-12 ; opération journal_search" in second_search
    actor_search = journal(fresh_database, "search", "--actor", "https://idp.example#b", "--from", "2020-01-01").out
    assert "idp.example#b" in actor_search
    assert "idp.example#a" not in actor_search
    assert "Aucun accès" in journal(fresh_database, "search", "--to", "2020-01-01").out
    assert "plus anciens" in journal(fresh_database, "search", "--from", "2020-01-01", "--limit", "1").out
    searches = await rows(
        fresh_database, "SELECT kind FROM journal.entry WHERE operation_name = 'journal_search' ORDER BY kind"
    )
    assert [row["kind"] for row in searches] == ["DISCLOSURE"] * 5 + ["INTENT"] * 5
    assert journal(fresh_database, "verify").code == 0


async def test_a_search_narrows_by_trace_organisation_client_and_purpose(fresh_database: Database) -> None:
    frontend = {"trace": "1" * 32, "organisation": "22080001000018", "client": "frontend", "purpose": "suivi"}
    nightly = {"trace": "2" * 32, "organisation": "22020001000019", "client": "nightly", "purpose": "orientation"}
    await read(fresh_database, str(uuid4()), actor="https://idp.example#one", **frontend)
    await read(fresh_database, str(uuid4()), actor="https://idp.example#two", **nightly)
    accesses = journal(
        fresh_database, "search", *(part for name in nightly for part in (f"--{name}", nightly[name]))
    ).out
    assert "idp.example#two" in accesses
    assert "idp.example#one" not in accesses
    crossed = journal(fresh_database, "search", "--trace", frontend["trace"], "--client", nightly["client"]).out
    assert crossed == "Aucun accès ne correspond.\n"


async def test_an_actor_of_whom_the_journal_knows_nothing_is_not_told_as_one_who_did_not_look(
    fresh_database: Database,
) -> None:
    await read(fresh_database, str(uuid4()))
    strange = journal(fresh_database, "search", "--actor", "https://idp.example#A")
    assert strange.code == 0
    assert "cet acteur n'est nulle part au journal" in strange.out
    late = journal(fresh_database, "search", "--actor", "https://idp.example#a", "--to", "2020-01-01")
    assert late.out == "Aucun accès ne correspond.\n"


async def test_a_search_is_shown_to_the_person_later_and_the_command_says_so(fresh_database: Database) -> None:
    person = str(uuid4())
    await read(fresh_database, person)
    journal(fresh_database, "search", "--person", person)
    assert (
        "différé : la personne ne le voit qu'à partir du" in journal(fresh_database, "search", "--person", person).out
    )
    assert journal(fresh_database, "verify").code == 0


async def test_why_tells_of_one_agent_one_person_and_one_day_the_data_and_the_grants_that_open_them(
    fresh_database: Database,
) -> None:
    person, agent = str(uuid4()), "https://idp.example#a"
    await read(fresh_database, person)
    today = f"{datetime.now(PARIS):%Y-%m-%d}"
    text = journal(fresh_database, "why", person, agent, today, "--reference", "D-3")
    assert text.code == 0, text.err
    assert f"({agent}, par " in text.out
    assert "Identité : Nom d'usage" in text.out
    (access,) = orjson.loads(journal(fresh_database, "why", person, agent, today, "--json").out)
    grants = {grant["id"] for part in access["data"] for grant in part["grants"]}
    assert grants == {"REF-CD-1"}
    assert f"accord {min(grants)}" in text.out
    assert "Aucun accès de cet agent" in journal(fresh_database, "why", person, agent, "2020-01-01").out
    assert "nulle part au journal" in journal(fresh_database, "why", person, "https://idp.example#z", today).out
    assert "opération journal_why" in journal(fresh_database, "search", "--person", person).out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((str(uuid4()), "agent", "2026-01-01"), "BAD_INPUT"),
        ((str(uuid4()), "a#b", "0001-01-01"), "BAD_INPUT"),
        ((str(uuid4()), "a#b", "9999-12-31"), "BAD_INPUT"),
        ((str(uuid4()), "a#b", "2026-01-01", "--reference", "1234567890123"), "PURPOSE_REFERENCE"),
    ],
)
def test_why_of_what_is_amiss_is_refused(database: Database, arguments: tuple[str, ...], code: str) -> None:
    journal(database, "why", *arguments).check_refused(code)
    for wrong in (("nobody", "a#b", "2026-01-01"), (str(uuid4()), "a#b", "1er janvier")):
        assert "[ARGUMENT_INVALID]" in journal(database, "why", *wrong).err


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((), "SEARCH_TOO_WIDE"),
        (("--actor", "a#b", "--reference", "1234567890123"), "PURPOSE_REFERENCE"),
        (("--actor", "dpo"), "BAD_INPUT"),
        (("--actor", "a#b", "--from", "0001-01-01"), "BAD_INPUT"),
    ],
)
def test_a_search_that_says_nothing_or_names_a_number_of_a_person_is_refused(
    database: Database, arguments: tuple[str, ...], code: str
) -> None:
    journal(database, "search", *arguments).check_refused(code)


async def test_a_search_that_cannot_be_journalled_finds_nothing(fresh_database: Database) -> None:
    person = str(uuid4())
    await read(fresh_database, person)
    await tamper(
        fresh_database, "ALTER TABLE journal.entry ADD CONSTRAINT full_disk CHECK (kind <> 'DISCLOSURE') NOT VALID"
    )
    result = journal(fresh_database, "search", "--person", person)
    assert result.out == ""
    result.check_refused("JOURNAL_UNAVAILABLE")


async def test_a_person_that_is_forgotten_is_found_no_more_and_the_journal_verifies(fresh_database: Database) -> None:
    person = str(uuid4())
    await read(fresh_database, person)
    assert journal(fresh_database, "forget", person).code == 1  # nobody confirms
    assert "Nom d'usage" in journal(fresh_database, "search", "--person", person).out
    assert "effacée" in journal(fresh_database, "forget", person, "--yes").out
    assert "Aucun accès" in journal(fresh_database, "search", "--person", person).out
    assert "Aucune clé" in journal(fresh_database, "forget", person, "--yes").out
    assert journal(fresh_database, "verify").code == 0
    assert "journal_forget" in journal(fresh_database, "search", "--from", "2020-01-01").out


async def test_months_beyond_the_retention_go_and_the_rest_verifies(fresh_database: Database) -> None:
    signer = Signer(fresh_database.keys.journal)
    await stream_of(fresh_database, [JANUARY], signer=signer)
    await read(fresh_database, str(uuid4()))
    assert "Rien d'antérieur" in journal(fresh_database, "expire", "--months", "600").out
    result = journal(fresh_database, "expire")
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith("Mois effacés : disclosure_2026_01, entry_2026_01.")
    assert result.out.split()[-1] in journal(fresh_database, "verify").out


async def test_a_new_key_signs_and_the_old_ones_public_half_still_verifies(
    fresh_database: Database, tmp_path: Path
) -> None:
    keys = tmp_path / "keys"
    shutil.copytree(fresh_database.keys.directory, keys)
    await read(fresh_database, str(uuid4()))
    result = hub("keys", "rotate", "journal", "--keys", keys)
    assert (result.code, result.err) == (0, "")
    (public,) = keys.glob("journal.*.pub")
    assert public.name in result.out
    assert journal(fresh_database, "search", "--from", "2020-01-01", keys=keys).code == 0
    assert journal(fresh_database, "verify", keys=keys).code == 0
    public.write_text("nothing")
    journal(fresh_database, "verify", keys=keys).check_refused("JOURNAL_KEY_MALFORMED")
    public.unlink()
    assert "CHECKPOINT_UNSIGNED" in journal(fresh_database, "verify", keys=keys).out


async def test_whoever_only_verifies_needs_no_key_that_signs(fresh_database: Database, tmp_path: Path) -> None:
    signer = Signer(fresh_database.keys.journal)
    await read(fresh_database, str(uuid4()))
    shutil.copy(fresh_database.keys.directory / "role-journal_reader", tmp_path)
    (tmp_path / f"journal.{signer.id}.pub").write_text(signer.public.hex())
    assert journal(fresh_database, "verify", keys=tmp_path).code == 0
