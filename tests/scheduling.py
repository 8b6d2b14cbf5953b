"""Which worker runs which test file, and in what order: the longest first, so that all workers end together."""

from __future__ import annotations

from typing import Any

from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]

DEPLOYED = (
    "tests/e2e/test_slice.py",
    "tests/e2e/test_journey_people.py",
    "tests/e2e/test_offer.py",
    "tests/e2e/test_bad_input_http.py",
    "tests/e2e/test_subscribing.py",
)
"""Files that ask the same running processes: one worker runs them all."""
DEMONSTRATED = ("tests/cli/test_demo.py", "tests/docs/test_pages.py")
"""Files that start the demo in the same copy of the project, the first from nothing."""
TOGETHER = {file: files[0] for files in (DEPLOYED, DEMONSTRATED) for file in files}
"""Files that one worker runs together, by the first of them."""
LONGEST = (
    "tests/e2e/test_leaks_silence_model.py",
    DEMONSTRATED[0],
    "tests/oracle/test_oracle.py",
    "tests/e2e/test_failures_database.py",
    "tests/e2e/test_leaks_random_a.py",
    "tests/e2e/test_leaks_random_b.py",
    DEPLOYED[0],
    "tests/sources/test_kills.py",
    "tests/e2e/test_leaks_worlds.py",
    "tests/e2e/test_leaks_canary.py",
    "tests/e2e/test_journal_kills.py",
    "tests/sources/test_no_nir.py",
    "tests/cli/test_policy.py",
    "tests/e2e/test_leaks_holes.py",
    "tests/infra/test_postgresql.py",
    "tests/infra/test_environment.py",
    "tests/joined/test_join_rules.py",
    "tests/sources/test_hostile_values.py",
    "tests/federation/test_differential.py",
    "tests/pages/test_graphiql.py",
    "tests/cli/test_bench.py",
    "tests/demo/test_actors.py",
    "tests/e2e/test_failures_subgraphs.py",
    "tests/federation/test_composers.py",
    "tests/docs/test_contributing.py",
    "tests/benchmarks/test_gateway.py",
)
"""Files that take longest. The others follow in the order of how many tests they have."""


class LongestFirst(LoadFileScheduling):  # type: ignore[misc]
    """Distribution by file."""

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        return TOGETHER.get(file, file)

    def _assign_work_unit(self, node: Any) -> None:
        """Give a worker the longest file that waits."""
        longest = next((file for file in LONGEST if file in self.workqueue), None)
        if longest is not None:
            self.workqueue.move_to_end(longest, last=False)
        super()._assign_work_unit(node)
