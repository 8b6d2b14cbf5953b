"""`GET /metrics`: counts of this process in the text format of Prometheus (0.0.4). None tells of whom or what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from hub.identity.remote_keys import RemoteKeys
from hub.policy.enforce.enumeration_limit import Misses

EXPOSITION = "text/plain; version=0.0.4"
ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})

Counter: TypeAlias = tuple[str, str, int]
"""Name, what it counts, value."""


def metrics(misses: Misses, remote: Iterable[RemoteKeys], now: int, more: Sequence[Counter] = ()) -> str:
    """The exposition at this moment (Unix seconds)."""
    counters = (
        ("spie_people_missed_total", "People asked for or searched for who were not there.", misses.missed),
        ("spie_misses_refused_total", "Requests refused for too many such misses.", misses.refused),
        ("spie_people_found_total", "People found by searches of the whole country.", misses.found),
        ("spie_found_refused_total", "Requests refused for too many people so found.", misses.full),
        *more,
    )
    lines = (f"# HELP {name} {said}\n# TYPE {name} counter\n{name} {value}\n" for name, said, value in counters)
    return "".join([*lines, *_issuers(list(remote), now)])


def _issuers(remote: list[RemoteKeys], now: int) -> Iterator[str]:
    if not remote:
        return
    yield "# HELP spie_issuer_keys_age_seconds Age of an issuer's key set.\n# TYPE spie_issuer_keys_age_seconds gauge\n"
    for each in remote:
        if each.read_at is not None:
            yield f"spie_issuer_keys_age_seconds{{{_label(each)}}} {now - each.read_at}\n"
    yield "# HELP spie_issuer_keys_read_total Readings of it.\n# TYPE spie_issuer_keys_read_total counter\n"
    for each in remote:
        for outcome, count in sorted(each.outcomes.items()):
            yield f'spie_issuer_keys_read_total{{{_label(each)},outcome="{outcome}"}} {count}\n'


def _label(keys: RemoteKeys) -> str:
    return f'issuer="{keys.issuer.name.translate(ESCAPES)}"'
