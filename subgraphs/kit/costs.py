"""What fields cost, as the SDL says it by `@cost` and `@listSize` (decision 0056).

An object costs 1 and a leaf nothing; a list costs its size times its element. Only what takes PostgreSQL more than its
rows is weighted here. Every list of objects has a size, so that nobody can nest lists without counting them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from strawberry import UNSET
from strawberry.federation.schema_directives import Cost, ListSize

COMPUTED = Cost(weight=20)
"""A list that is computed from values of other subgraphs."""
IDENTITY_MATCH = Cost(weight=50)
"""A search for one person among all."""
NEAR_COST = Cost(weight=50)
"""A search around a place, which reckons the distance of every row within the radius."""


def page_size(page: int) -> ListSize:
    """The size of a connection: `first`, or `page` where a variable gives no value."""
    return ListSize(
        assumed_size=page,
        slicing_arguments=["first"],
        sized_fields=["nodes", "edges"],
        require_one_slicing_argument=False,
    )


def list_size(rows: int) -> ListSize:
    """The size of a plain list."""
    return ListSize(assumed_size=rows, slicing_arguments=UNSET, sized_fields=UNSET, require_one_slicing_argument=UNSET)


def sized(directives: Iterable[Any], size: ListSize) -> list[Any]:
    """The directives of a list with its size, in place of the one that it had."""
    return [*(directive for directive in directives if not isinstance(directive, ListSize)), size]
