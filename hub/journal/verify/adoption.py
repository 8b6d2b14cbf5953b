"""Signs what older versions left without a signature: an operator answers for it, since nobody can prove it.

That is the stream from before the chains, ends of streams from before batches were signed, and pseudonyms whose keys
were erased when the journal did not say of whom.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import asyncpg

from hub.errors import StartRefused
from hub.journal.chain import BEFORE
from hub.journal.checkpoint import State
from hub.journal.signing import Signer
from hub.journal.verify.checkpoint_trail import Fault
from hub.journal.verify.verification import Verification
from hub.journal.write.stream_writer import add


@dataclass(frozen=True, slots=True)
class Adoptable:
    """What an operator may sign: ends of streams (place and digest) as they were verified, which hold so many `entries`
    that no hub signed, and pseudonyms."""

    streams: dict[UUID, tuple[int, bytes]]
    entries: int
    strangers: frozenset[bytes]


def adoptable(verification: Verification) -> Adoptable:
    """What is to be adopted of a journal; raises StartRefused (JOURNAL_BROKEN) if anything else is wrong with it."""
    streams: dict[UUID, tuple[int, bytes]] = {}
    entries = 0
    for finding in verification.findings:
        if finding.stream is not None and (
            finding.fault is Fault.UNSIGNED or (finding.fault is Fault.ADDED and finding.stream == BEFORE)
        ):
            streams[finding.stream] = verification.ends[finding.stream]
            entries += finding.last - finding.first + 1
        elif finding.fault is not Fault.KEYS_CHANGED:
            raise StartRefused(
                "JOURNAL_BROKEN",
                "Le journal a d'autres défauts, rien n'est signé : lancez « hub journal verify » et conservez la base.",
                finding.fault.value,
            )
    return Adoptable(streams, entries, frozenset(verification.strangers))


async def sign_streams(writer: asyncpg.Connection[asyncpg.Record], signer: Signer, verified: Adoptable) -> None:
    """Sign a checkpoint at the end of each stream, as it was verified: nothing that was added since."""
    for stream, end in verified.streams.items():
        await add(writer, signer, stream, *end, State.CLOSED if stream == BEFORE else State.PASSED)
