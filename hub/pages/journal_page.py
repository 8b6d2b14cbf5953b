"""The page on which the data-protection officer searches the access journal: the answer of `accessJournal`, in HTML."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from html import escape
from typing import Any

from hub.errors import HubError
from hub.pages.rendering import framed, refusal, token_field, told
from hub.policy.decide.policy_model import Policy
from schema.days import PARIS

PURPOSES = ("audit", "droits")
"""Purposes for which the journal is searched."""
QUERY = """query AccessJournal($filter: AccessFilter, $after: String) {
  accessJournal(filter: $filter, first: 50, after: $after) {
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
FIELDS = frozenset({"access_token", "search", "why", "reference", "purpose", "after", *CRITERIA, *INSTANTS})
TITLE = "journal des accès"


class JournalPages:
    """The pages over one policy, which gives the words for purposes."""

    def __init__(self, policy: Policy) -> None:
        self._labels = {code: each.label for code, each in policy.purposes.items() if not each.abstract}

    def door(self, nonce: str, problem: HubError | None = None) -> str:
        """The page before a token is given."""
        return framed(nonce, TITLE, "", f"<h1>Journal des accès</h1>{refusal(problem)}{DOOR}")

    def page(
        self, nonce: str, asked: Mapping[str, str], answer: Mapping[str, Any] | None, problem: HubError | None = None
    ) -> str:
        """The form as it was filled in, and what a search answered, or why it was refused, if there was one."""
        found = refusal(problem) if answer is None else _found(asked, answer)
        return framed(nonce, TITLE, "", f"<h1>Journal des accès</h1>{self._form(asked)}{found}")

    def _form(self, asked: Mapping[str, str]) -> str:
        inputs = self._purposes("why", "Vous cherchez pour", PURPOSES, asked)
        inputs += _input("reference", "Numéro de dossier", "inscrit au journal", asked)
        inputs += "".join(_input(name, *words, asked) for name, words in CRITERIA.items())
        inputs += self._purposes("purpose", "Finalité de l'accès", ("", *self._labels), asked)
        for name, label in INSTANTS.items():
            value = escape(asked.get(name, ""))
            inputs += (
                f'<label>{label} (heure de Paris)<input type="datetime-local" name="{name}" value="{value}"></label>'
            )
        token = token_field(asked["access_token"])
        button = '<button name="search" value="1">Chercher</button>'
        return f'<form class="ask" method="post" action="/journal">{token}{inputs}{button}</form>{NOTE}'

    def _purposes(self, name: str, label: str, codes: tuple[str, ...], asked: Mapping[str, str]) -> str:
        options = "".join(
            f'<option value="{code}"{" selected" if asked.get(name, "") == code else ""}>'
            f"{escape(self._labels.get(code, 'toutes'))}</option>"
            for code in codes
        )
        return f'<label>{label}<select name="{name}">{options}</select></label>'


def _input(name: str, label: str, hint: str, asked: Mapping[str, str]) -> str:
    value = escape(asked.get(name, ""))
    return (
        f'<label>{label}<input name="{name}" value="{value}" placeholder="{escape(hint)}" autocomplete="off" '
        'spellcheck="false"></label>'
    )


def _found(asked: Mapping[str, str], answer: Mapping[str, Any]) -> str:
    page = (answer.get("data") or {}).get("accessJournal")
    errors = "".join(told(each["message"], each["extensions"]["code"]) for each in answer.get("errors", ()))
    if page is None or page["nodes"] is None:
        return errors or told("Ce jeton ne lit pas le journal des accès pour cette finalité.", "FIELD_NOT_FOR_ACTOR")
    if not page["nodes"]:
        return errors + "<p>Aucun accès ne correspond, dans ce que vous pouvez lire.</p>"
    rows = "".join(map(_row, page["nodes"]))
    more = _more(asked, page["pageInfo"]["endCursor"]) if page["pageInfo"]["hasNextPage"] else ""
    return f"{errors}<table><thead><tr>{HEADS}</tr></thead><tbody>{rows}</tbody></table>{more}"


def _row(node: Mapping[str, Any]) -> str:
    late = f"<br>différé : la personne le voit le {_day(node['visibleFrom'])}" if node["visibleFrom"] else ""
    data = "".join(f"<li>{escape(each['label'])} : {escape(', '.join(each['fields']))}</li>" for each in node["data"])
    cells = (
        escape(f"{datetime.fromisoformat(node['at']).astimezone(PARIS):%d/%m/%Y %H:%M:%S}") + late,
        _lines(node["actorLabel"], node["actor"], node["client"] and f"par {node['client']}"),
        _lines(node["organisationName"], node["organisation"]),
        _lines(node["purposeLabel"], node["reference"] and f"dossier {node['reference']}"),
        f"<ul>{data}</ul>" if data else "rien qui soit d'une personne",
        str(node["people"]),
        _lines(node["operation"], node["trace"]),
    )
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _lines(*parts: str | None) -> str:
    return "<br>".join(escape(part) for part in parts if part)


def _day(at: str) -> str:
    return f"{datetime.fromisoformat(at).astimezone(PARIS):%d/%m/%Y}"


def _more(asked: Mapping[str, str], cursor: str) -> str:
    kept = {**asked, "after": cursor, "search": "1"}
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{escape(value)}">' for name, value in sorted(kept.items())
    )
    return f'<form method="post" action="/journal">{hidden}<button>Plus anciens</button></form>'


HEADS = "".join(
    f"<th>{head}</th>"
    for head in ("Quand", "Qui", "Organisation", "Pour quoi", "Quelles données", "Personnes", "Opération, trace")
)
NOTE = """
<p>La recherche s'inscrit elle-même au journal. Sans personne, elle porte sur les accès de votre organisation, et ne dit
pas de qui ; avec une personne de votre périmètre, sur tous les accès à ses données.</p>
"""
DOOR = """
<p>Cette page cherche qui a eu communication de quoi, quand et pour quelle finalité, avec le jeton d'un délégué à la
protection des données.</p>
<form class="ask" method="post" action="/journal">
<label>Jeton d'accès<input type="password" name="access_token" autocomplete="off" required></label>
<button>Entrer</button>
</form>
"""
