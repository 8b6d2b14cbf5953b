"""How old each key is, until when the one before it is accepted, and what is late; for commands, logs and metrics."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from infra.keys import PREVIOUS, changes_of, previous_end


@dataclass(frozen=True, slots=True)
class KeyAge:
    """A key file: since when it is there, until when its previous one is accepted, and until when it should serve."""

    name: str
    made_at: datetime
    previous_until: datetime | None
    due_at: datetime | None

    def is_due(self, now: datetime) -> bool:
        """Whether it should have been changed."""
        return self.due_at is not None and self.due_at <= now

    def is_ended(self, now: datetime) -> bool:
        """Whether the file of a previous key that nothing accepts any more is still there."""
        return self.previous_until is not None and self.previous_until <= now

    def is_late(self, now: datetime) -> bool:
        """Whether something is to be done."""
        return self.is_due(now) or self.is_ended(now)


def key_ages(folder: Path, names: Collection[str] | None = None) -> Iterator[KeyAge]:
    """The keys of a folder, or those of these names, in the order of their names; passwords of roles follow the key
    `database`, and are left out."""
    for path in sorted(folder.iterdir()):
        name = path.name
        changes = changes_of(name)
        if changes is None or not path.is_file() or (names is not None and name not in names):
            continue
        made_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        previous = folder / f"{name}{PREVIOUS}"
        due_at = made_at + timedelta(days=changes.days) if changes.days is not None else None
        yield KeyAge(name, made_at, previous_end(previous) if previous.is_file() else None, due_at)
