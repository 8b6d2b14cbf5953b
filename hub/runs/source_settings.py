"""The rhythm that a source is expected to keep: a table of `[sources]` in the settings."""

from __future__ import annotations

from typing import Annotated

import msgspec

from hub.strict_toml import TomlForm

Seconds = Annotated[float, msgspec.Meta(gt=0, le=10 * 366 * 86_400)]


class Rhythm(TomlForm, frozen=True):
    """A source succeeds each `every` seconds; it is late `late` seconds after its last success, twice that without."""

    every: Seconds
    late: Seconds | None = None

    @property
    def latest(self) -> float:
        """The age of the last success, in seconds, above which the source is late."""
        return 2 * self.every if self.late is None else self.late
