"""`make composers`: compose many sets with all three composers, plan operations over them with all three planners.

It prints how far they agree, and writes where they differ, at its smallest.
Usage: python -m tests.federation.composers FOLDER [FIRST_SEED]; COMPOSERS is the number of sets.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.draws import COMPOSERS
from tests.federation.composers.plans import smallest_worse
from tests.federation.composers.report import (
    OPERATIONS,
    SEED,
    SHOWN,
    compare,
    described,
    described_plan,
    smallest,
)
from tests.federation.composers.sets import subgraph_sets
from tests.federation.composers.verdict import referees
from tests.node import installed

PLANS = 10
"""Sets that are made small and written of those where our plan has more fetches."""


def main(folder: Path, first_seed: int = 0) -> None:
    """Compose the sets; write the table, and a file for each differing set that is shown."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.graphql"):
        old.unlink()
    with referees(installed()) as composers:
        report = compare(subgraph_sets(COMPOSERS, first_seed), composers)
        table = "\n".join(report.lines()) + "\n"
        (folder / "table.txt").write_text(table, encoding="utf-8")
        sys.stdout.write(table)
        sys.stdout.flush()
        for number, (_, differing) in enumerate(report.by_count()):
            for name, sources, verdicts in differing[:SHOWN]:
                shrunk, shrunk_verdicts = smallest(sources, verdicts, composers)
                file = folder / f"{number:03d}-{name}.graphql"
                file.write_text(described(name, shrunk, shrunk_verdicts), encoding="utf-8")
        for name, sources, _ in report.worse_plans[:PLANS]:
            shrunk, operation = smallest_worse(sources, SEED, OPERATIONS, composers)
            (folder / f"plan-{name}.graphql").write_text(described_plan(name, shrunk, operation), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:]))
