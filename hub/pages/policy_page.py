"""The page of the data-protection officer: one decision explained, the table, the matrix of rights, the register, the
impact assessment.

It is read without a script. docs/policy.md#rule-11: a reader sees its own decisions, and those of others if it verifies
accesses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

from markupsafe import Markup

from hub.errors import HubError, RequestRefused
from hub.pages.markdown import markdown
from hub.pages.rendering import render
from hub.policy.decide.decision import DecisionClass
from hub.policy.decide.decision_table import DecisionTable
from hub.policy.decide.wording import EFFECTS, client_label
from hub.policy.report.decision_sheet import sheet_markdown
from hub.policy.report.explanation import UnknownField, explain_path
from hub.policy.report.impact import impact
from hub.policy.report.law_gaps import law_gaps_page
from hub.policy.report.register import register
from hub.policy.report.rights_matrix import matrix
from schema.facts import Fact

EXAMPLE = "Person.contact.phones"
"""The field explained where the form names none."""
VIEWS = {
    "explain": "Expliquer une décision",
    "table": "Table d'un acteur",
    "matrix": "Matrice des droits",
    "register": "Registre (article 30)",
    "impact": "Analyse d'impact",
    "gaps": "Écarts avec la loi",
}
OWN_VIEWS = ("explain", "table")
"""The views of a reader who sees only its own decisions."""


Pair: TypeAlias = tuple[str, str, str | None]
"""The key of a row of the table: kind of actor, purpose, scope of the application that carries the token."""
Option: TypeAlias = tuple[str, str, bool]
"""An option of a list: value, text, whether it is selected."""


@dataclass(frozen=True, slots=True, repr=False)
class Reader:
    """Whoever reads the page: its token, the label of its kind, the rows that it may see, whether these are all."""

    token: str
    label: str
    rows: tuple[Pair, ...]
    verifies: bool


def all_pairs(table: DecisionTable) -> list[Pair]:
    """Every row: of actors that ask themselves, then through each scope of an application."""
    through = (row for client in table.policy.clients for row in table.through(client))
    return [*((*pair, None) for pair in sorted(table.classes)), *((r.kind, r.purpose, r.client) for r in through)]


class PolicyPages:
    """The pages over one decision table. `form` holds the fields of the form as they were sent."""

    def __init__(self, table: DecisionTable) -> None:
        self._table = table

    def entry(self, nonce: str, problem: HubError | None = None) -> str:
        """Render the page before a token is given."""
        return render("policy_entry.html", nonce=nonce, problem=problem)

    def page(self, nonce: str, reader: Reader, form: Mapping[str, str]) -> tuple[str, int]:
        """Render what the form asks for, or why it is refused; return the page and its status."""
        view = form.get("view") or "explain"
        views = {name: label for name, label in VIEWS.items() if reader.verifies or name in OWN_VIEWS}
        frame = {"nonce": nonce, "reader": reader, "view": view, "views": views}
        try:
            template, values = self._content(reader, view, form)
        except HubError as error:
            return render("policy_refusal.html", problem=error, **frame), error.http_status
        return render(template, **values, **frame), 200

    def _content(self, reader: Reader, view: str, form: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
        """Return the template of a view, and its values."""
        if view not in VIEWS:
            raise _unknown("view")
        if view not in OWN_VIEWS and not reader.verifies:
            raise _not_yours()
        if view == "matrix":
            return "policy_document.html", {"document": self._matrix}
        if view == "register":
            return "policy_document.html", {"document": self._register}
        if view == "impact":
            return "policy_document.html", {"document": self._impact}
        if view == "gaps":
            return "policy_document.html", {"document": self._gaps}
        row = self._row(reader, form.get("pair"))
        pairs = self._pairs(reader, row)
        if view == "table":
            return "policy_table.html", {"pairs": pairs, "sheet": sheet_markdown(self._table, [row])}
        return "policy_explanation.html", {"pairs": pairs, **self._explanation(row, form)}

    @cached_property
    def _matrix(self) -> Markup:
        return markdown(matrix(self._table))

    @cached_property
    def _register(self) -> Markup:
        return markdown(register(self._table))

    @cached_property
    def _impact(self) -> Markup:
        return markdown(impact(self._table))

    @cached_property
    def _gaps(self) -> Markup:
        return markdown(law_gaps_page(self._table.policy))

    def _row(self, reader: Reader, key: str | None) -> DecisionClass:
        pairs = {_key(pair): pair for pair in reader.rows}
        if key and key not in pairs:
            raise _not_yours() if key in map(_key, all_pairs(self._table)) else _unknown("pair")
        return self._table.decision_class(*(pairs[key] if key else reader.rows[0]))

    def _explanation(self, row: DecisionClass, form: Mapping[str, str]) -> dict[str, Any]:
        path, relation = form.get("field", "").strip() or EXAMPLE, form.get("relation", "")
        facts = {fact.name: fact for fact in self._table.policy.relations if fact.name is not None}
        if relation and relation not in facts:
            raise _unknown("relation")
        explanation, problem = None, None
        try:
            explanation = explain_path(path, row, self._table, facts.get(relation))
        except UnknownField as error:
            problem = error
        return {
            "path": path,
            "relations": self._relations(relation),
            "fields": self._fields,
            "explanation": explanation,
            "effects": EFFECTS,
            "problem": problem,
        }

    def _pairs(self, reader: Reader, row: DecisionClass) -> list[Option]:
        policy, options = self._table.policy, []
        for kind, purpose, client in reader.rows:
            label = f"{policy.actors[kind].label} — {policy.purposes[purpose].label}"
            label += f", par une application {client_label(client, policy)}" if client is not None else ""
            pair = (kind, purpose, client)
            options.append((_key(pair), label, pair == (row.kind, row.purpose, row.client)))
        return options

    def _relations(self, selected: str) -> list[Option]:
        relations = self._table.policy.relations
        return [
            ("", "toutes : ce que la ligne décidera", not selected),
            *(
                (fact.name or "", f"{relations[fact].label} ({fact.name})", fact.name == selected)
                for fact in Fact
                if fact in relations
            ),
        ]

    @cached_property
    def _fields(self) -> list[str]:
        classification = self._table.classification
        return [name for name in sorted([*classification.fields, *classification.values]) if "._" not in name]


def _key(pair: Pair) -> str:
    return " ".join(part for part in pair if part is not None)


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
