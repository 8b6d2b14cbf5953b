"""A row of `[[sync]]`: an account at the API of a source."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec

from hub.strict_toml import TomlForm


class SyncTable(TomlForm, frozen=True):
    """The keys of a row: `url` and `login_url` replace the addresses of production; numbers are seconds, `attempts` of
    one request, and `failures` in a row after which the source rests for `pause`, then twice as long after each other
    failure, `longest_pause` at most; a schedule reads the account each `every`. `lists` are those that the account is
    opened for, all of the API without it. Of an API that is asked person by
    person, at most `people` are asked about in a reading, each again after `renew`."""

    source: str
    account: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
    url: str | None = None
    login_url: str | None = None
    department: Annotated[str, msgspec.Meta(pattern=r"^(\d{2,3}|2[AB])$")] | None = None
    organisations: str | None = None
    lists: list[str] | None = None
    timeout: Annotated[float, msgspec.Meta(gt=0, le=3_600)] = 60.0
    attempts: Annotated[int, msgspec.Meta(ge=1, le=20)] = 6
    backoff: Annotated[float, msgspec.Meta(gt=0, le=60)] = 1.0
    failures: Annotated[int, msgspec.Meta(ge=1, le=1_000)] = 3
    pause: Annotated[float, msgspec.Meta(ge=0, le=604_800)] = 900.0
    longest_pause: Annotated[float, msgspec.Meta(ge=0, le=604_800)] = 21_600.0
    every: Annotated[float, msgspec.Meta(ge=1, le=31_536_000)] | None = None
    people: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = 500
    renew: Annotated[float, msgspec.Meta(ge=0, le=31_536_000)] = 604_800.0


@dataclass(frozen=True, slots=True, repr=False)
class SyncLink:
    """The row as it is used, its file beside the settings."""

    source: str
    account: str
    url: str | None = None
    login_url: str | None = None
    department: str | None = None
    organisations: Path | None = None
    lists: tuple[str, ...] | None = None
    timeout: float = 60.0
    attempts: int = 6
    backoff: float = 1.0
    failures: int = 3
    pause: float = 900.0
    longest_pause: float = 21_600.0
    every: float | None = None
    people: int = 500
    renew: float = 604_800.0


def sync_link(table: SyncTable, folder: Path) -> SyncLink:
    """Read a row; `folder` is that of the settings."""
    organisations = None if table.organisations is None else folder / table.organisations
    lists = None if table.lists is None else tuple(table.lists)
    return SyncLink(**{**msgspec.structs.asdict(table), "organisations": organisations, "lists": lists})
