"""A row of `[[webhooks]]`: an organisation that may send to the hub."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec

from hub.strict_toml import TomlForm


class SenderTable(TomlForm, frozen=True):
    """The keys of a row: `organisation` ends the address, `organisations` is the file that `hub ingest` takes,
    `window` the age in seconds beyond which a notification is refused, `waiting` how many of them may wait."""

    source: str
    organisation: Annotated[str, msgspec.Meta(pattern=r"^(?!previous$)[a-z0-9][a-z0-9-]{0,63}$")]
    organisations: str | None = None
    department: Annotated[str, msgspec.Meta(pattern=r"^(\d{2,3}|2[AB])$")] | None = None
    window: Annotated[int, msgspec.Meta(ge=60, le=31_536_000)] = 259_200
    waiting: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 1_000


@dataclass(frozen=True, slots=True, repr=False)
class SenderSettings:
    """The row as it is used, its file beside the settings."""

    source: str
    organisation: str
    organisations: Path | None
    department: str | None
    window: int
    waiting: int


def sender_settings(table: SenderTable, folder: Path) -> SenderSettings:
    """Read a row; `folder` is that of the settings."""
    organisations = None if table.organisations is None else folder / table.organisations
    return SenderSettings(
        table.source, table.organisation, organisations, table.department, table.window, table.waiting
    )
