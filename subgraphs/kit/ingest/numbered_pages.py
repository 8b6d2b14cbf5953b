"""Pages of an API made with Django REST framework: `results`, and `next`, which is null on the last one.

A page beyond the last is answered 404: where a list has become shorter since the page before, that is its end.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from schema.confidential import Confidential
from subgraphs.kit.ingest.api import ApiRefused, Calls
from subgraphs.kit.ingest.listing import Page

NO_SUCH_PAGE = frozenset({404})


class Answer(Confidential, frozen=True):
    """A page, or, in `detail`, that there is none of this number."""

    results: list[msgspec.Raw] | None = None
    next: str | msgspec.UnsetType | None = msgspec.UNSET
    detail: str | None = None


async def numbered_page(calls: Calls, path: str, parameters: Mapping[str, str], number: int) -> Page:
    """The page of this number, from 1; raises ApiRefused, SYNC_MALFORMED for an answer that is none."""
    answers = NO_SUCH_PAGE if number > 1 else frozenset[int]()
    answer = await calls.get(path, {**parameters, "page": str(number)}, Answer, answers=answers)
    if answer.results is None and answer.detail is not None and number > 1:
        return Page((), last=True)
    if answer.results is None or answer.next is msgspec.UNSET:
        raise ApiRefused("SYNC_MALFORMED", "not a page")
    return Page(answer.results, answer.next is None)
