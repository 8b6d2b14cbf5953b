"""The page on which the data-protection officer finds who asks, and searches the access journal (`accessJournal`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub.errors import HubError
from hub.pages import person_search
from hub.pages.access_export import FORMATS
from hub.pages.rendering import render
from hub.policy.decide.policy_model import Policy

PURPOSES = ("audit", "droits", person_search.PURPOSE)
"""Purposes for which the journal is searched."""
SHOWN, EXPORTED = 50, 100
"""Accesses of a page, and of each part of a file."""
QUERY = """query AccessJournal($filter: AccessFilter, $first: Int, $after: String) {
  accessJournal(filter: $filter, first: $first, after: $after) {
    nodes {
      at actorLabel actor client organisation organisationName purposeLabel reference operation trace people visibleFrom
      data { label fields }
    }
    pageInfo { hasNextPage endCursor }
  }
}"""
CRITERIA = {
    "person": ("Personne", "son « id » ; sans elle, les accès de votre organisation"),
    "actor": ("Acteur", "« émetteur#sujet »"),
    "organisation": ("Organisation", "SIRET"),
    "client": ("Application", "nom"),
    "trace": ("Trace", "32 chiffres, que cite une erreur"),
}
INSTANTS = {"from": "Depuis", "to": "Avant"}
NOT_FOR_ACTOR = {
    "message": "Ce jeton ne lit pas le journal des accès pour cette finalité.",
    "extensions": {"code": "FIELD_NOT_FOR_ACTOR"},
}
"""The error shown where the answer holds neither accesses nor errors."""
SEARCH = frozenset({"access_token", "why", "reference", "purpose", *CRITERIA, *INSTANTS})
"""Names of the fields by which a search is repeated."""
FIELDS = SEARCH | {"search", "after", "export"} | person_search.FIELDS


class JournalPages:
    """The pages over one policy, which labels the purposes. `form` holds the fields of the form as they were sent."""

    def __init__(self, policy: Policy) -> None:
        self._labels = {code: purpose.label for code, purpose in policy.purposes.items() if not purpose.abstract}

    def entry(self, nonce: str, problem: HubError | None = None) -> str:
        """Render the page before a token is given."""
        return render("journal_entry.html", nonce=nonce, problem=problem)

    def page(
        self,
        nonce: str,
        form: Mapping[str, str],
        answer: Mapping[str, Any] | None,
        problem: HubError | None = None,
        match: Mapping[str, Any] | None = None,
    ) -> str:
        """Render the form as it was filled in, and the answer of its search if there was one, or why it was refused;
        `match` is the answer of a search for the person who asks, of whom nothing is filled in again."""
        return render(
            "journal_search.html",
            nonce=nonce,
            form=form,
            criteria=CRITERIA,
            instants=INSTANTS,
            search_purposes=self._purposes(PURPOSES, form.get("why", "")),
            access_purposes=self._purposes(("", *self._labels), form.get("purpose", "")),
            problem=problem,
            names=person_search.NAMES,
            key=person_search.KEY,
            formats=FORMATS,
            **person_search.match_context(match),
            **_accesses(form, answer),
        )

    def _purposes(self, codes: tuple[str, ...], selected: str) -> list[tuple[str, str, bool]]:
        return [(code, self._labels.get(code, "toutes"), code == selected) for code in codes]


def _accesses(form: Mapping[str, str], answer: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the errors of an answer, the accesses found (None: there was no search, or it may not be read), the fields
    of the form that asks for the next page, and those that repeat the search."""
    repeated = {name: value for name, value in form.items() if name in SEARCH}
    if answer is None:
        return {"errors": (), "accesses": None, "next_page": None, "repeated": repeated}
    errors, connection = answer.get("errors", ()), (answer.get("data") or {}).get("accessJournal")
    if connection is None or connection["nodes"] is None:
        return {"errors": errors or (NOT_FOR_ACTOR,), "accesses": None, "next_page": None, "repeated": repeated}
    page_info, next_page = connection["pageInfo"], None
    if connection["nodes"] and page_info["hasNextPage"]:
        next_page = {**repeated, "after": page_info["endCursor"], "search": "1"}
    return {"errors": errors, "accesses": connection["nodes"], "next_page": next_page, "repeated": repeated}
