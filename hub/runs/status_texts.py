"""The status of the sources in French words, and as JSON for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hub.runs.source_status import KeptRun, SourceStatus
from schema.days import PARIS

BARS = "▁▂▃▄▅▆▇█"
NONE = "—"
_UNITS = ((86_400, "j"), (3_600, "h"), (60, "min"), (1, "s"))
_COUNTS = {
    "created": "créés",
    "updated": "mis à jour",
    "unchanged": "inchangés",
    "older": "plus anciens",
    "removed": "supprimés",
    "rejected": "refusés",
}
"""How counts of records are written, by outcome."""


def state_text(status: SourceStatus) -> str:
    """The state in French, with what it does not say: that the source is late too, being read, or at rest."""
    parts = [status.state.label]
    if status.late and status.state.value not in ("late", "never"):
        parts.append("en retard")
    if status.late and status.state.value == "never":
        parts.append("attendue")
    if status.running:
        parts.append("en cours de lecture")
    if status.retry_at is not None:
        parts.append(f"au repos jusqu'à {status.retry_at.astimezone(PARIS):%H:%M}")
    return ", ".join(parts)


def run_text(run: KeptRun) -> str:
    """One run in a few words: how it ended, how long it took, what it read."""
    parts = [run.phase.label + (f" ({run.error})" if run.error else "")]
    parts += [f"en {duration(run.seconds)}"] if run.seconds is not None else []
    parts += [f"{run.read} lus"]
    parts += [f"{count} {_COUNTS.get(name, name)}" for name, count in run.counts.items()]
    if run.asides:
        parts.append(f"{sum(run.asides.values())} valeurs écartées")
    return ", ".join(parts)


def codes_text(codes: Mapping[str, int]) -> str:
    """Counts by code, the most frequent first."""
    ordered = sorted(codes.items(), key=lambda pair: (-pair[1], pair[0]))
    return ", ".join(f"{code} : {count}" for code, count in ordered)


def bars(counts: Sequence[int]) -> str:
    """One bar per count, as high as it is beside the largest."""
    most = max(counts, default=0)
    return "".join(BARS[round(count / most * (len(BARS) - 1)) if most else 0] for count in counts)


def duration(seconds: float) -> str:
    """A duration in its largest unit, and the next one: « 1 j 4 h », « 3 min 20 s »."""
    left = round(seconds)
    if left < 1:
        return f"{seconds:.1f} s".replace(".", ",")
    parts = []
    for size, unit in _UNITS:
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count} {unit}")
        elif parts:
            break
    return " ".join(parts[:2])


def success_text(status: SourceStatus) -> str:
    """When the source last succeeded, and how long ago."""
    if status.succeeded_at is None or status.age is None:
        return NONE
    return f"{status.succeeded_at.astimezone(PARIS):%d/%m/%Y %H:%M}, il y a {duration(status.age)}"


def trend_text(status: SourceStatus) -> str:
    """A bar for each of the latest runs, then what the last one read."""
    return f"{bars(status.trend)} {status.trend[-1]}" if status.trend else NONE


def status_json(statuses: Sequence[SourceStatus]) -> list[dict[str, Any]]:
    """The same, for programs: instants in ISO 8601, durations in seconds."""
    return [
        {
            "source": status.source,
            "state": status.state.value,
            "late": status.late,
            "running": status.running,
            "lastSuccess": status.succeeded_at,
            "age": status.age,
            "retryAt": status.retry_at,
            "every": None if status.rhythm is None else status.rhythm.every,
            "lateAfter": None if status.rhythm is None else status.rhythm.latest,
            "trend": status.trend,
            "runs": [_run_json(run) for run in status.runs],
        }
        for status in statuses
    ]


def _run_json(run: KeptRun) -> dict[str, Any]:
    return {
        "phase": run.phase.value,
        "error": run.error,
        "startedAt": run.started_at,
        "seconds": run.seconds,
        "read": run.read,
        "written": run.written,
        "counts": run.counts,
        "refusals": run.refusals,
        "asides": run.asides,
        "inputs": [{"name": name, "sha256": digest} for name, digest in run.inputs],
        "cursor": run.cursor,
    }
