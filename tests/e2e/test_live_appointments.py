"""A rendez-vous that changes in RDV-Insertion is another one in the next answer of the hub, by two processes that share
no key but the database's place."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import orjson

from demo.cast import RDVS
from demo.rdvi_files import rdv_message, signed
from schema.days import today
from tests.conftest import Database
from tests.e2e.site import PATIENCE, serve, site
from tests.e2e.test_webhooks import CD08, own_keys, sender_settings_file

QUERY = "query ($id: ID!) { person(id: $id) { appointments(first: 10) { nodes { status motive { category } } } } }"


def test_a_change_told_by_a_webhook_is_in_the_next_answer(database: Database, tmp_path: Path) -> None:
    rdv = next(entry for entry in RDVS if entry.category == "rsa_cer_signature")
    with site(database, tmp_path) as hub:
        receiving = replace(database, keys=own_keys(database, tmp_path))

        def statuses() -> list[str]:
            nodes = hub.ask("referent-a", QUERY, id=hub.persons["maelle"])["data"]["person"]["appointments"]["nodes"]
            return [node["status"] for node in nodes if node["motive"]["category"] == rdv.category]

        assert statuses() == ["INCONNU"]
        secret = (receiving.keys.directory / f"webhook-{CD08.replace('/', '.')}").read_bytes().strip()
        with (
            serve("webhooks", receiving, tmp_path, sender_settings_file(tmp_path)) as process,
            httpx2.Client(timeout=PATIENCE) as client,
        ):
            for status, shown in (("revoked", "ANNULE"), ("seen", "VU")):
                message = rdv_message(replace(rdv, people=(("maelle", status),)), today())
                moment = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} +0000"
                message["meta"] |= {"event": "updated", "timestamp": moment}
                body = orjson.dumps(message)
                answer = client.post(f"{process.url}/webhooks/{CD08}", content=body, headers=signed(body, secret))
                assert answer.status_code == 200, answer.text
                assert statuses() == [shown]
