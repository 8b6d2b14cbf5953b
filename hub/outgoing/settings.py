"""A row of `[[outgoing]]`: the address of a system of record, and how patiently it is sent to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import msgspec

from hub.outgoing.systems import SYSTEMS, System
from hub.settings_addresses import check_encrypted
from hub.strict_toml import TomlForm, TomlTable
from hub.sync.link_settings import SyncLink
from schema.confidential import Confidential

CIRCUIT = "outgoing"
"""The account under which the circuit of a system that is sent to is kept, which no row of `[[sync]]` can name."""


LONGEST_PAUSE = 3_600.0
"""Seconds after which what waits is late, and between two attempts at most unless a row says otherwise."""
GIVE_UP = 259_200.0
"""Seconds after which an item is given up, unless the row of its system says otherwise."""


class OutgoingTable(TomlForm, frozen=True):
    """The keys of a row; numbers are seconds, as those of `[[sync]]`. What a system has not answered `give_up` after it
    was written is rejected."""

    system: str
    url: str
    timeout: Annotated[float, msgspec.Meta(gt=0, le=300)] = 30.0
    failures: Annotated[int, msgspec.Meta(ge=1, le=1_000)] = 3
    pause: Annotated[float, msgspec.Meta(ge=0, le=604_800)] = 60.0
    longest_pause: Annotated[float, msgspec.Meta(ge=0, le=604_800)] = LONGEST_PAUSE
    give_up: Annotated[float, msgspec.Meta(ge=60, le=2_592_000)] = GIVE_UP

    @property
    def link(self) -> SyncLink:
        """How calls are made, each once, since a second one is decided and journalled anew; and how long the system
        rests after failures."""
        return SyncLink(
            self.system, CIRCUIT, self.url, self.url, timeout=self.timeout, attempts=1,
            failures=self.failures, pause=self.pause, longest_pause=self.longest_pause,
        )  # fmt: skip


class Secret(Confidential, frozen=True, forbid_unknown_fields=True):
    """What messages to a system are signed with, as agreed with whoever runs it."""

    secret: Annotated[str, msgspec.Meta(min_length=32, max_length=200, pattern=r"^[!-~]+$")]


def outgoing_rows(rows: Sequence[TomlTable]) -> tuple[OutgoingTable, ...]:
    """The rows of `[[outgoing]]`; raises TomlRefused for a system that nothing is sent to, or that comes twice, and
    for a pause that outlasts its items or the longest one, and for an address that is not https."""
    by_system: dict[str, OutgoingTable] = {}
    for row in rows:
        table = row.read(OutgoingTable)
        if table.system not in SYSTEMS or table.system in by_system:
            names = ", ".join(sorted(SYSTEMS))
            raise row.refusal(f"« system » est l'un de ces noms, une fois chacun : {names}", "system")
        row.check_order(table, "pause", "longest_pause")
        if table.longest_pause > table.give_up:
            raise row.refusal("« longest_pause » ne dépasse pas « give_up »", "longest_pause")
        check_encrypted(row, "url", table.url)
        by_system[table.system] = table
    return tuple(by_system.values())


def left_by(rows: Sequence[OutgoingTable]) -> list[System]:
    """The systems that no row names: what was written for them when one did is given up after `GIVE_UP`."""
    return [system for system in SYSTEMS.values() if system.name not in {row.system for row in rows}]


def secret_file(directory: Path, system: str) -> Path:
    """The file of the secret under which messages to a system are signed, among the keys."""
    return directory / f"outgoing-{system}.toml"
