"""How many records a page of an API says that it has, in what stands beside its list.

Three forms are known: Django REST framework (`count`, with `next` and `previous`), which tells it of a list that is on
one page alone; numbered pages with their size (data.inclusion, Immersion facilitée); numbered pages without it
(RDV-Insertion).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from subgraphs.kit.ingest.ingestion_report import Announced


@dataclass(frozen=True, slots=True, repr=False)
class _Form:
    """The names under which numbered pages say the records of the list, the page, the pages and the records of one."""

    within: str
    total: str
    page: str
    pages: str
    size: str | None


NUMBERED = (
    _Form("", "total", "page", "pages", "size"),
    _Form("pagination", "totalRecords", "currentPage", "totalPages", "numberPerPage"),
    _Form("pagination", "total_count", "current_page", "total_pages", None),
)


def announced_by_page(beside: Any) -> Announced | None:
    """The number of records that a page announces, if it does, by its document without the list."""
    if not isinstance(beside, dict):
        return None
    for form in NUMBERED:
        if (count := _on_numbered_page(beside, form)) is not None:
            return Announced(count, f"{form.within}.{form.total}".lstrip("."))
    count = _number(beside.get("count"))
    if count is None or beside.get("next") is not None or beside.get("previous") is not None:
        return None
    return Announced(count, "count")


def _on_numbered_page(beside: dict[str, Any], form: _Form) -> int | None:
    """The number of records on a numbered page of this form, None if it does not follow from what the page says."""
    announced = beside.get(form.within) if form.within else beside
    if not isinstance(announced, dict):
        return None
    total, page, pages = (_number(announced.get(name)) for name in (form.total, form.page, form.pages))
    if total is None or page is None or pages is None:
        return None
    if pages <= 1:
        return total if page <= 1 else 0
    size = _number(announced.get(form.size)) if form.size is not None else None
    if size is None:
        return None
    return size if page < pages else max(0, total - (page - 1) * size)


def _number(value: object) -> int | None:
    return value if type(value) is int and value >= 0 else None
