"""The fenced blocks of a page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

BLOCK = re.compile(r"^```(.+?)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    page: Path
    kind: str
    text: str

    @property
    def commands(self) -> list[str]:
        """Its command lines, those continued by a backslash as one."""
        return [line for line in self.text.replace("\\\n", " ").splitlines() if line]


def blocks_of(page: Path) -> list[Block]:
    """The blocks of a page, in its order."""
    return [Block(page, *parts) for parts in BLOCK.findall(page.read_text(encoding="utf-8"))]
