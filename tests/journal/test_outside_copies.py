"""Checkpoints are sent out of the database, signed, in order, and whoever has them sees what is cut off later."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import orjson
import pytest

from hub.journal.checkpoint import Checkpoint, State
from hub.journal.verify.kept_anchors import read_anchors
from hub.journal.write import outside_copies
from hub.journal.write.group_commit import Journal
from hub.journal.write.outside_copies import Destinations, OutsideCopies
from tests.conftest import Database
from tests.e2e.site import PATIENCE
from tests.journal.sample_journal import SIGNER, TRUST, fill, findings, rows, tamper


async def write(database: Database, copies: OutsideCopies) -> None:
    """One stream from its opening to its end, while its checkpoints are sent."""
    async with copies.running():
        journal = Journal(database.dsn, SIGNER, keep=copies.keep)
        await journal.start()
        await fill(journal, 1)
        await journal.stop()


async def test_the_file_holds_every_checkpoint_and_finds_what_was_cut_off_with_them(
    emptied: Database, tmp_path: Path
) -> None:
    copies = tmp_path / "kept.jsonl"
    for _ in range(2):
        await write(emptied, OutsideCopies(Destinations(copies)))
    stored = await rows(emptied, "SELECT number, digest, signature FROM journal.checkpoint ORDER BY number")
    lines = [orjson.loads(line) for line in copies.read_bytes().splitlines()]
    assert [(line["number"], line["digest"], line["signature"]) for line in lines] == [
        (row["number"], row["digest"].hex(), row["signature"].hex()) for row in stored
    ]
    assert await findings(emptied, anchor=str(copies)) == []
    (last,) = await rows(emptied, "SELECT stream FROM journal.checkpoint ORDER BY number DESC LIMIT 1")
    await tamper(
        emptied,
        *(f"DELETE FROM journal.{t} WHERE stream = '{last['stream']}'" for t in ("entry", "disclosure", "checkpoint")),
    )
    assert await findings(emptied) == []
    assert await findings(emptied, anchor=str(copies)) == [("ANCHOR_LOST", 3, 4)]


async def test_what_was_cut_off_is_found_though_hubs_have_gone_on_since_under_the_same_numbers(
    emptied: Database, tmp_path: Path
) -> None:
    copies = tmp_path / "kept.jsonl"
    await write(emptied, OutsideCopies(Destinations(copies)))
    await tamper(emptied, *(f"DELETE FROM journal.{table}" for table in ("entry", "disclosure", "checkpoint")))
    for _ in range(2):
        await write(emptied, OutsideCopies(Destinations(copies)))
    assert await findings(emptied) == []
    assert await findings(emptied, anchor=str(copies)) == [("ANCHOR_LOST", 1, 2)]


async def test_a_line_that_a_full_disk_tore_is_written_again_and_spoils_no_other(
    emptied: Database, tmp_path: Path
) -> None:
    copies = tmp_path / "kept.jsonl"
    copies.write_bytes(b'{"number":1,"digest":"ab')
    await write(emptied, OutsideCopies(Destinations(copies)))
    assert len(read_anchors(str(copies))) == 2
    assert await findings(emptied, anchor=str(copies)) == []


async def test_the_webhook_gets_signed_checkpoints_in_order_though_it_was_down(
    emptied: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outside_copies, "RETRY_SECONDS", 0.0)
    bodies: list[bytes] = []
    refusals = iter([True, True])

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        (length,) = (int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-l"))
        body = await reader.readexactly(length)
        down = next(refusals, False)
        bodies.extend([] if down else [body])
        status = b"503 no" if down else b"204 yes"
        writer.write(b"HTTP/1.1 " + status + b"\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server, asyncio.timeout(PATIENCE):
        port = server.sockets[0].getsockname()[1]
        await write(emptied, OutsideCopies(Destinations(webhook=f"http://127.0.0.1:{port}/points")))
    sent = [orjson.loads(body) for body in bodies]
    stored = await rows(emptied, "SELECT number, signature FROM journal.checkpoint ORDER BY number")
    assert [(line["number"], line["signature"]) for line in sent] == [
        (row["number"], row["signature"].hex()) for row in stored
    ]


async def test_a_destination_that_never_answers_delays_no_answer_and_holds_a_bounded_number(
    emptied: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(outside_copies, "SECONDS", 0.0)
    copies = OutsideCopies(Destinations(tmp_path / "absent" / "kept.jsonl"))
    async with asyncio.timeout(PATIENCE):
        await write(emptied, copies)
    assert [len(queue._lines) for queue in copies._queues] == [2]
    assert copies._queues[0]._lines.maxlen == outside_copies.WAITING


def test_what_is_sent_is_what_was_signed() -> None:
    signed = Checkpoint(1, datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC), UUID(int=1), 2, "00", State.PASSED, "11", "k")
    line = outside_copies.line_of(signed, signed.signature(SIGNER))
    fields = orjson.loads(line)
    names = [name for name in fields if name not in ("digest", "signature")]
    assert b"spie journal checkpoint\0" + orjson.dumps({name: fields[name] for name in names}) == signed.payload()
    assert TRUST.verifies(SIGNER.id, bytes.fromhex(fields["signature"]), signed.payload())
