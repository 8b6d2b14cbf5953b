"""Whether lines that disagree with their chain are the lines that were written, in another order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hub.journal.chain import Line

MOST = 200
"""Lines tried: each place is tried with each line. More that disagree are told as changed."""


def reordered(bad: Sequence[tuple[Line, bytes, bytes]]) -> bool:
    """Whether these lines, each with the digest stored before it and its own, make a chain in another order."""
    if not 1 < len(bad) <= MOST:
        return False
    digests = {digest for _, _, digest in bad}
    left, found, moved = list(bad), dict[int, bytes](), False
    for line, before, _ in bad:
        previous = found.get(line.seq - 1, before)
        here = {replace(each[0], seq=line.seq).digest(previous): each for each in left}
        if not (fitting := here.keys() & digests):
            return False
        digest = fitting.pop()
        left.remove(here[digest])
        moved = moved or here[digest][0] is not line
        found[line.seq] = digest
    return moved
