"""What a run found: how often the verdicts and codes agree, by class, and the sets that differ, at their smallest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from tests.federation.composers.deliberate import deliberate
from tests.federation.composers.plans import Planned, planned
from tests.federation.composers.shrink import shrink
from tests.federation.composers.supergraphs import facts
from tests.federation.composers.verdict import PLANNERS, Loaded, Referees, SubgraphSet, Verdicts

SHOWN = 1
"""Sets that are made small and written, of one class of differences."""
SEED, OPERATIONS = 1, 4
"""Of the operations that are drawn over each set."""
LINES = 6
"""Lines that are written of one message."""


@dataclass
class Report:
    """Counts, and by class (our codes, Apollo's codes) the differing sets with their names."""

    sets: int = 0
    same_verdict: int = 0
    refused_by_both: int = 0
    same_code: int = 0
    deliberate: int = 0
    references_agree: int = 0
    composed_by_both: int = 0
    same_supergraph: int = 0
    composed: int = 0
    unloadable: dict[str, list[str]] = field(default_factory=dict)
    operations: int = 0
    worse_plans: list[tuple[str, SubgraphSet, Planned]] = field(default_factory=list)
    crashes: Counter[str] = field(default_factory=Counter)
    classes: dict[tuple[str, str], list[tuple[str, SubgraphSet, Verdicts]]] = field(default_factory=dict)

    def add(self, name: str, sources: SubgraphSet, verdicts: Verdicts) -> None:
        """Count one set."""
        self.sets += 1
        self.same_verdict += verdicts.same_verdict
        if verdicts.ours.accepts and verdicts.apollo.accepts:
            self.composed_by_both += 1
            self.same_supergraph += facts(verdicts.ours.supergraph) == facts(verdicts.apollo.supergraph)
        refused = not verdicts.ours.accepts and not verdicts.apollo.accepts
        self.refused_by_both += refused
        self.same_code += refused and verdicts.same_codes
        self.references_agree += verdicts.hive.accepts is verdicts.apollo.accepts
        self.crashes.update(code for code in verdicts.ours.codes if code.startswith("CRASH"))
        if not verdicts.same_codes:
            self.deliberate += deliberate(verdicts)
            self.classes.setdefault(verdicts.kind, []).append((name, sources, verdicts))

    def add_plans(self, name: str, sources: SubgraphSet, loaded: Loaded, operations: Sequence[Planned]) -> None:
        """Count the plans over a set that composes."""
        self.composed += 1
        for planner in loaded.reasons:
            self.unloadable.setdefault(planner, []).append(name)
        self.operations += len(operations)
        self.worse_plans.extend((name, sources, operation) for operation in operations if operation.worse)

    @property
    def differing(self) -> int:
        """How many sets differ, in verdict or codes."""
        return sum(map(len, self.classes.values()))

    def by_count(self) -> list[tuple[tuple[str, str], list[tuple[str, SubgraphSet, Verdicts]]]]:
        """The classes of differences, the most frequent first."""
        return sorted(self.classes.items(), key=lambda entry: -len(entry[1]))

    def lines(self) -> Iterator[str]:
        """The table."""
        yield f"sets: {self.sets}"
        yield f"verdict as Apollo's: {_share(self.same_verdict, self.sets)}"
        yield f"a code of Apollo's, of those that both refuse: {_share(self.same_code, self.refused_by_both)}"
        yield f"all but deliberate differences: {_share(self.sets - self.differing + self.deliberate, self.sets)}"
        yield f"the two reference composers agree on the verdict: {_share(self.references_agree, self.sets)}"
        yield f"supergraph says what Apollo's says: {_share(self.same_supergraph, self.composed_by_both)}"
        for planner in PLANNERS:
            names = self.unloadable.get(planner, [])
            yield f"not loaded by the planner of {planner}: {len(names)} of {self.composed} {names}"
        yield f"our plan has more fetches than a reference planner's: {_share(len(self.worse_plans), self.operations)}"
        yield f"exceptions that are no composition error: {sum(self.crashes.values())} {dict(self.crashes)}"
        yield ""
        for (ours, apollo), differing in self.by_count():
            hive = sum(verdicts.hive.accepts is verdicts.apollo.accepts for *_, verdicts in differing)
            yield f"{len(differing):5d}  ours: {ours} | Apollo: {apollo} | the other as Apollo: {hive}"


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole} ({part / whole:.2%})" if whole else "none"


def compare(sets: Iterable[tuple[str, SubgraphSet]], referees: Referees) -> Report:
    """Compose them all with all three composers."""
    report = Report()
    for name, sources in sets:
        verdicts = referees.verdicts(sources)
        report.add(name, sources, verdicts)
        if verdicts.ours.accepts:
            report.add_plans(name, sources, *planned(sources, SEED, OPERATIONS, referees))
    return report


def smallest(sources: SubgraphSet, verdicts: Verdicts, referees: Referees) -> tuple[SubgraphSet, Verdicts]:
    """The smallest part of a differing set that differs in the same way, and its verdicts."""
    shrunk = shrink(sources, lambda smaller: referees.verdicts(smaller).kind == verdicts.kind)
    return shrunk, referees.verdicts(shrunk)


def described(name: str, sources: SubgraphSet, verdicts: Verdicts) -> str:
    """A differing set as text: who says what, then the subgraphs."""
    lines = [f"# {name}"]
    for who, verdict in (("ours", verdicts.ours), ("Apollo", verdicts.apollo), ("the other", verdicts.hive)):
        lines.append(f"# {who}: {' '.join(sorted(verdict.codes)) or 'composes'}")
        lines.extend(f"#   {line}" for _, message in verdict.errors for line in message.splitlines()[:LINES])
    return _with_subgraphs(lines, sources)


def described_plan(name: str, sources: SubgraphSet, operation: Planned) -> str:
    """A set and an operation that is planned with more fetches than by another, as text."""
    return _with_subgraphs([f"# {name}", f"# {operation}"], sources)


def _with_subgraphs(lines: Sequence[str], sources: SubgraphSet) -> str:
    return "\n".join([*lines, "", *(f"# subgraph {source.name!r}\n{source.sdl}" for source in sources)]) + "\n"
