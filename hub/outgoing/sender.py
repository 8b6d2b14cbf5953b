"""Sends what waits for the systems of the settings, one item after the other, each decided again before it leaves.

An item is settled once its system has answered. Whoever is killed before that leaves it in the queue, to be sent again
under the same key, by which the system knows it. A system that fails rests, by the circuit of `hub sync`.
"""

from __future__ import annotations

import asyncio
import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

import httpx2
import msgspec

from hub.database_refusals import connected, database_refusals
from hub.errors import NotServed
from hub.outgoing.message import NotSent, Postponed, message
from hub.outgoing.queue import Due, Queue
from hub.outgoing.settings import GIVE_UP, OutgoingTable, Secret, secret_file
from hub.outgoing.systems import SYSTEMS, System
from hub.pipeline import Pipeline
from hub.sync.apis import read_secrets
from hub.sync.client import ApiCalls
from hub.sync.sync_state import SyncState
from infra.keys import Keys
from infra.role_names import OUTGOING_SENDER, RUNS_WRITER
from infra.roles import Dsn
from schema.confidential import Confidential
from schema.nir import states_nir
from subgraphs.kit.ingest.api import ApiRefused
from subgraphs.kit.ingest.events import SIGNATURE
from subgraphs.kit.write.transmission import TransmissionReason

CODE = re.compile(r"[A-Z][A-Z_]{1,63}")
OF_ONE_ITEM = frozenset({400, 409, 413, 422})
"""Refusals that may be of one item alone: others are tried. After any other, as of a wrong address, nobody else's names
are sent."""
ANSWERS = frozenset({422})
"""Refusals of a system whose answer says why."""


class Answer(Confidential, frozen=True):
    """What a system says of an item: the key under which it keeps it, or the code of its refusal."""

    state: Literal["ACCEPTED", "REJECTED"]
    id: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    code: Annotated[str, msgspec.Meta(max_length=64)] | None = None


@dataclass(slots=True, repr=False)
class Counts:
    """How many items a pass settled, tried in vain and left, and how many wait after it, tried or not."""

    accepted: int = 0
    rejected: int = 0
    left: int = 0
    waiting: int = 0

    def add(self, other: Counts) -> None:
        """Add those of another pass that were settled; what waits is what waits after it."""
        self.accepted, self.rejected = self.accepted + other.accepted, self.rejected + other.rejected
        self.waiting = other.waiting

    @property
    def text(self) -> str:
        """What was settled, in French."""
        return f"Acceptés : {self.accepted} ; refusés ou non envoyés : {self.rejected}."


@dataclass(frozen=True, slots=True, repr=False)
class Recipient:
    """A system of the settings, with the secret of its messages."""

    system: System
    row: OutgoingTable
    secret: bytes


def recipients(rows: Sequence[OutgoingTable], keys: Keys) -> list[Recipient]:
    """The systems of these rows; raises StartRefused for a secret that is missing or exposed."""
    secrets: Mapping[str, Secret] = {
        row.system: read_secrets(secret_file(keys.directory, row.system), Secret) for row in rows
    }
    return [Recipient(SYSTEMS[row.system], row, secrets[row.system].secret.encode()) for row in rows]


class Sender:
    """Sends to these systems, reading what they are told through a hub, and gives up what waits for those that the
    settings have `left`; `say` is given one line per system that was not reached, without any value."""

    def __init__(
        self,
        pipeline: Pipeline,
        to: Sequence[Recipient],
        secret: bytes,
        dsn: Dsn,
        say: Callable[[str], None],
        left: Sequence[System] = (),
    ) -> None:
        self._pipeline, self._to, self._secret, self._dsn, self._say = pipeline, to, secret, dsn, say
        self._left = left

    async def run(self, stop: asyncio.Event) -> Counts:
        """Send what is due to each system until `stop` is set; raises NotServed if the database can't be reached."""
        counts = Counts()
        with database_refusals():
            for recipient in self._to:
                async with connected(self._dsn(OUTGOING_SENDER)) as connection:
                    queue = Queue(connection, recipient.system, self._secret)
                    if await queue.hold():
                        try:
                            await self._send_all(recipient, queue, counts, stop)
                        except NotServed as error:
                            counts.left += error.code != "SYNC_CIRCUIT_OPEN"
                            self._say(f"{recipient.system.name} : {error.message} [{error.code}]")
                    counts.waiting += await queue.waiting()
            for system in self._left:
                async with connected(self._dsn(OUTGOING_SENDER)) as connection:
                    queue = Queue(connection, system, self._secret)
                    if await queue.hold():
                        counts.rejected += await queue.expire(GIVE_UP)
                    counts.waiting += await queue.waiting()
        return counts

    async def _send_all(self, to: Recipient, queue: Queue, counts: Counts, stop: asyncio.Event) -> None:
        state = SyncState(self._dsn(RUNS_WRITER), to.row.link)
        async with httpx2.AsyncClient(trust_env=False, follow_redirects=False, timeout=to.row.timeout) as http:
            calls = ApiCalls(to.row.link, to.row.url, to.row.url, http)
            left: set[str] = set()
            while not stop.is_set() and (due := await queue.due(to.row.give_up, left)) is not None:
                try:
                    await self._settle(to, queue, calls, state, due, counts)
                except Postponed as postponed:
                    counts.left += 1
                    left.add(due.item)
                    await queue.postpone(due.item, to.row.pause, to.row.longest_pause)
                    self._say(f"{to.system.name} : {postponed.message} [{postponed.code}]")
                except ApiRefused as refused:
                    counts.left += 1
                    left.add(due.item)
                    await queue.postpone(due.item, to.row.pause, to.row.longest_pause)
                    await state.ended(refused.code)
                    self._say(f"{to.system.name} : pas de réponse qui vaille, un envoi attend. [{refused.code}]")
                    if refused.status not in OF_ONE_ITEM:
                        return

    async def _settle(
        self, to: Recipient, queue: Queue, calls: ApiCalls, state: SyncState, due: Due, counts: Counts
    ) -> None:
        """Send one item and keep what came of it; raises ApiRefused for a system that does not say, and
        Postponed."""
        is_sealed = due.waiting is not None or due.is_unread
        if due.is_late or not is_sealed:
            await queue.reject(due.item, TransmissionReason.EXPIRED if is_sealed else TransmissionReason.NOT_PERMITTED)
            counts.rejected += 1
            return
        if due.waiting is None:
            raise Postponed("SENDING_AUTHOR_UNREAD", "sealed by another release")
        await state.begin()
        try:
            content = await message(self._pipeline, to.system, due.waiting)
        except NotSent as refused:
            await queue.reject(due.item, refused.reason)
            counts.rejected += 1
            return
        answer = await _answer(to, calls, content)
        await state.ended(None)
        if answer.state == "ACCEPTED":
            await queue.accept(due.item, str(answer.id))
            counts.accepted += 1
        else:
            await queue.reject(due.item, TransmissionReason.REFUSED, answer.code)
            counts.rejected += 1


async def _answer(to: Recipient, calls: ApiCalls, content: bytes) -> Answer:
    """What the system says of a message; raises ApiRefused for what it should not."""
    signature = f"sha256={hmac.digest(to.secret, content, 'sha256').hex()}"
    answer = await calls.deliver(content, Answer, {SIGNATURE: signature}, ANSWERS)
    if answer.state == "ACCEPTED":
        valid = answer.id is not None and to.system.key.fullmatch(answer.id) is not None and not states_nir(answer.id)
    else:
        valid = answer.code is not None and CODE.fullmatch(answer.code) is not None
    if not valid:
        raise ApiRefused("SYNC_MALFORMED", "neither a key of an item nor a code of a refusal")
    return answer
