"""The subgraph `people` over a real database, as tests of the kit have it."""

from tests.kit.conftest import people, rows

__all__ = ["people", "rows"]
