"""A page says how many records it has, in each form of an API; where that does not follow, it says nothing."""

from __future__ import annotations

from typing import Any

import pytest

from subgraphs.kit.ingest.ingestion_report import Announced
from subgraphs.kit.ingest.page_totals import announced_by_page


def numbered(total: Any, page: Any, size: Any, pages: Any) -> dict[str, Any]:
    return {"items": [], "total": total, "page": page, "size": size, "pages": pages}


def of_immersion(total: int, page: int, pages: int) -> dict[str, Any]:
    totals = {"totalRecords": total, "currentPage": page, "totalPages": pages, "numberPerPage": 10}
    return {"data": [], "pagination": totals}


def of_rdv_insertion(total: int, page: int, pages: int) -> dict[str, Any]:
    totals = {"current_page": page, "next_page": None, "prev_page": None, "total_pages": pages, "total_count": total}
    return {"users": [], "pagination": totals}


@pytest.mark.parametrize(
    ("beside", "count"),
    [
        ({"count": 2, "next": None, "previous": None, "results": []}, Announced(2, "count")),
        ({"count": 0, "results": []}, Announced(0, "count")),
        (numbered(7, 1, 7, 1), Announced(7, "total")),
        (numbered(9, 1, 7, 1), Announced(9, "total")),
        (numbered(0, 1, 50, 0), Announced(0, "total")),
        (numbered(12, 1, 5, 3), Announced(5, "total")),
        (numbered(12, 3, 5, 3), Announced(2, "total")),
        (numbered(12, 4, 5, 3), Announced(0, "total")),
        (of_immersion(12, 2, 2), Announced(2, "pagination.totalRecords")),
        (of_rdv_insertion(3, 1, 1), Announced(3, "pagination.total_count")),
    ],
)
def test_a_page_announces_the_records_that_are_on_it(beside: Any, count: Announced) -> None:
    assert announced_by_page(beside) == count


@pytest.mark.parametrize(
    "beside",
    [
        [],
        {},
        {"results": []},
        {"count": 2, "next": "http://127.0.0.1/?page=2", "previous": None},
        {"count": 2, "next": None, "previous": "http://127.0.0.1/"},
        {"count": True},
        {"count": -1},
        {"count": "2"},
        {"total": 12},
        numbered(12, None, 5, 3),
        numbered(12, 1, None, 3),
        numbered(12, 1, 5.0, 3),
        {"pagination": 7},
        of_rdv_insertion(30, 1, 2),
    ],
)
def test_what_does_not_follow_from_a_page_is_not_announced(beside: Any) -> None:
    assert announced_by_page(beside) is None
