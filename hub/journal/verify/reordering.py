"""Tells reordered lines from changed ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hub.journal.chain import Line

MOST = 200
"""Most broken lines that are examined, as each place is tried with each line; more are reported as changed."""


def reordered(broken: Sequence[tuple[Line, bytes, bytes]]) -> bool:
    """Whether broken lines, each with the stored digests before it and of its own, form a chain in another order."""
    if not 1 < len(broken) <= MOST:
        return False
    digests = {digest for _, _, digest in broken}
    remaining, digest_by_place, moved = list(broken), dict[int, bytes](), False
    for line, before, _ in broken:
        previous = digest_by_place.get(line.seq - 1, before)
        candidates = {replace(line_read[0], seq=line.seq).digest(previous): line_read for line_read in remaining}
        if not (matching := candidates.keys() & digests):
            return False
        digest = matching.pop()
        remaining.remove(candidates[digest])
        moved = moved or candidates[digest][0] is not line
        digest_by_place[line.seq] = digest
    return moved
