"""The page of the data-protection officer: one decision explained, the table, the matrix of rights, the
register, the impact assessment.

HTML written here whole and read without a script. docs/policy.md#rule-11: one's own decisions; those of others for
whoever verifies accesses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import TypeAlias

from hub.errors import HubError, RequestRefused
from hub.pages.markdown import as_html, inline
from hub.pages.rendering import framed, refusal, token_field
from hub.policy.decide.decision_table import DecisionClass, DecisionTable
from hub.policy.decide.policy_model import Policy
from hub.policy.decide.wording import EFFECTS, by_client
from hub.policy.report.decision_sheet import markdown
from hub.policy.report.explanation import Step, UnknownField, explained
from hub.policy.report.impact import impact
from hub.policy.report.register import register
from hub.policy.report.rights_matrix import matrix
from schema.facts import Fact

TITLE = "règles d'accès"
EXAMPLE = "Person.contact.phones"
VIEWS = {
    "explain": "Expliquer une décision",
    "table": "Table d'un acteur",
    "matrix": "Matrice des droits",
    "register": "Registre (article 30)",
    "impact": "Analyse d'impact",
}
OWN = ("explain", "table")
"""The views of whoever may see its own decisions only."""


Asked: TypeAlias = tuple[str, str, str | None]
"""A row of the table: kind of actor, purpose, scope of the application through which it asks."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads the page: its token, the words for it, the rows of the table that it may ask about, and whether these
    are those of all."""

    token: str
    label: str
    rows: tuple[Asked, ...]
    verifies: bool


def everyone(table: DecisionTable) -> list[Asked]:
    """The rows of all: of actors that ask themselves, then through each scope of an application."""
    through = (row for client in table.policy.clients for row in table.through(client))
    return [*((*pair, None) for pair in sorted(table.classes)), *((r.kind, r.purpose, r.client) for r in through)]


class PolicyPages:
    """The pages over one decision table."""

    def __init__(self, table: DecisionTable) -> None:
        self._table = table

    def door(self, nonce: str, problem: HubError | None = None) -> str:
        """The page before a token is given."""
        return framed(nonce, TITLE, "", f"<h1>Règles d'accès</h1>{refusal(problem)}{DOOR}")

    def page(self, nonce: str, reader: Reader, asked: Mapping[str, str]) -> tuple[str, int]:
        """What the fields of the form ask for, and the status of the answer; an error is told in the page."""
        view = asked.get("view") or "explain"
        try:
            return framed(nonce, TITLE, _navigation(reader, view), self._content(reader, view, asked)), 200
        except HubError as error:
            text = f"<h1>Règles d'accès</h1>{refusal(error)}"
            return framed(nonce, TITLE, _navigation(reader, view), text), error.http_status

    def _content(self, reader: Reader, view: str, asked: Mapping[str, str]) -> str:
        if view not in VIEWS:
            raise _unknown("view")
        if view not in OWN and not reader.verifies:
            raise _not_yours()
        if view == "matrix":
            return self._matrix
        if view == "register":
            return self._register
        if view == "impact":
            return self._impact
        row = self._row(reader, asked.get("pair"))
        if view == "table":
            sheet = as_html(markdown(self._table, [row]))
            return f"<h1>{VIEWS[view]}</h1>" + self._form(reader, view, self._pairs(reader, row)) + sheet
        return self._explanation(reader, row, asked)

    @cached_property
    def _matrix(self) -> str:
        return as_html(matrix(self._table))

    @cached_property
    def _register(self) -> str:
        return as_html(register(self._table))

    @cached_property
    def _impact(self) -> str:
        return as_html(impact(self._table))

    def _row(self, reader: Reader, pair: str | None) -> DecisionClass:
        known = {_key(each): each for each in reader.rows}
        if pair and pair not in known:
            raise _not_yours() if pair in map(_key, everyone(self._table)) else _unknown("pair")
        return self._table.decision_class(*(known[pair] if pair else reader.rows[0]))

    def _explanation(self, reader: Reader, row: DecisionClass, asked: Mapping[str, str]) -> str:
        path, chosen = asked.get("field", "").strip() or EXAMPLE, asked.get("relation", "")
        relations = {fact.name: fact for fact in self._table.policy.relations if fact.name is not None}
        if chosen and chosen not in relations:
            raise _unknown("relation")
        inputs = self._pairs(reader, row) + _relations(self._table.policy, chosen) + self._field(path)
        form = f"<h1>{VIEWS['explain']}</h1>" + self._form(reader, "explain", inputs)
        try:
            told = explained(path, row, self._table, relations.get(chosen))
        except UnknownField as error:
            return form + refusal(error)
        closed = f"<p><strong>{escape(told.closed)}</strong></p>" if told.closed is not None else ""
        return form + f"<p>{escape(told.title)}</p>" + "".join(map(_step, told.steps)) + closed

    def _form(self, reader: Reader, view: str, inputs: str) -> str:
        hidden = f'<input type="hidden" name="view" value="{view}">'
        token = token_field(reader.token)
        return f'<form class="ask" method="post" action="/policy">{token}{hidden}{inputs}{SUBMIT}</form>'

    def _pairs(self, reader: Reader, chosen: DecisionClass) -> str:
        policy, options = self._table.policy, ""
        for kind, purpose, client in reader.rows:
            label = f"{policy.actors[kind].label} — {policy.purposes[purpose].label}"
            label += f", par une application {by_client(client, policy)}" if client is not None else ""
            asked = (kind, purpose, client)
            options += _option(_key(asked), label, asked == (chosen.kind, chosen.purpose, chosen.client))
        return f'<label>Acteur et finalité<select name="pair">{options}</select></label>'

    def _field(self, path: str) -> str:
        value = f'<input name="field" list="fields" value="{escape(path)}" autocomplete="off" spellcheck="false">'
        return f"<label>Champ, ou chemin jusqu'à lui{value}</label>{self._fields}"

    @cached_property
    def _fields(self) -> str:
        schema = self._table.classification
        names = (name for name in sorted([*schema.fields, *schema.values]) if "._" not in name)
        return '<datalist id="fields">' + "".join(f'<option value="{name}">' for name in names) + "</datalist>"


def _key(asked: Asked) -> str:
    return " ".join(each for each in asked if each is not None)


def _step(step: Step) -> str:
    lines = "".join(
        f'<li class="sub">{inline(line[2:])}</li>' if line.startswith("  ") else f"<li>{inline(line)}</li>"
        for line in step.lines
    )
    title = f"<code>{step.coordinate}</code> : {EFFECTS[step.effect]}"
    return f'<section class="step {step.effect.value}"><h2>{title}</h2><ul>{lines}</ul></section>'


def _relations(policy: Policy, chosen: str) -> str:
    options = _option("", "toutes : ce que la ligne décidera", not chosen)
    for fact in (each for each in Fact if each in policy.relations):
        options += _option(fact.name or "", f"{policy.relations[fact].label} ({fact.name})", fact.name == chosen)
    return f'<label>Relation à la personne<select name="relation">{options}</select></label>'


def _option(value: str, label: str, chosen: bool) -> str:
    return f'<option value="{escape(value)}"{" selected" if chosen else ""}>{escape(label)}</option>'


def _navigation(reader: Reader, view: str) -> str:
    shown = {name: label for name, label in VIEWS.items() if reader.verifies or name in OWN}
    buttons = "".join(
        f'<button name="view" value="{name}"{" aria-current=page" if name == view else ""}>{label}</button>'
        for name, label in shown.items()
    )
    token = token_field(reader.token)
    journal = f'<form method="post" action="/journal">{token}<button>Journal des accès</button></form>'
    return (
        f'<form method="post" action="/policy" aria-label="Pages">{token}{buttons}</form>'
        f"{journal if reader.verifies else ''}<span>{escape(reader.label)}</span>"
    )


def _unknown(name: str) -> RequestRefused:
    return RequestRefused(
        "FORM_INVALID",
        f"Le champ « {name} » du formulaire n'a pas l'une des valeurs proposées : choisissez-en une dans la page.",
        f"unknown value of the form field {name}",
    )


def _not_yours() -> RequestRefused:
    return RequestRefused(
        "EXPLAIN_NOT_YOURS",
        "Les décisions des autres acteurs, la matrice, le registre et l'analyse d'impact se lisent ici avec un jeton "
        "qui admet la finalité « audit », celle du délégué à la protection des données. Les vôtres restent ouvertes.",
        "explaining another's decisions asks for the purpose audit",
        http_status=403,
    )


SUBMIT = "<button>Montrer</button>"
DOOR = """
<p>Cette page dit ce que chaque acteur peut lire, et pourquoi. Avec un jeton qui admet la finalité « audit » (délégué à
la protection des données), elle montre les décisions de tous, la matrice des droits, le registre et l'analyse
d'impact ; avec un autre, les siennes. Elle ne contient aucune donnée personnelle.</p>
<form class="ask" method="post" action="/policy">
<label>Jeton d'accès<input type="password" name="access_token" autocomplete="off" required></label>
<button>Entrer</button>
</form>
"""
