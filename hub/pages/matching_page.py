"""The page on which an agent says whether two files are of one person; `form` holds what the agent sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hub.errors import HubError
from hub.matching.review_queue import Pair, RefusedRecord
from hub.pages.rendering import render

PURPOSE = "fiabilisation"
"""The purpose under which pairs are compared; whoever is granted it decides."""
_PERSON = """{
    civility firstName lastName birthName birthDate birthCityCode birthCountryCode
    identifiers { kind value organisation role }
    contact { email phones address { street postalCode city } }
  }"""
COMPARE = f"""query ComparerDeuxDossiers($one: ID!, $other: ID!) {{
  one: person(id: $one) {_PERSON}
  other: person(id: $other) {_PERSON}
}}"""
"""What is compared: identity, identifiers and contact, as the agent may read them."""
SHOW = f"query ComparerUnEnregistrement($one: ID!) {{one: person(id: $one) {_PERSON}}}"
"""What is shown of the person of whom a refused record may be, of which nothing is shown."""
DECISIONS = {
    "SAME": "query ReunirDeuxDossiers($one: ID!, $other: ID!) {one: person(id: $one) {firstName lastName}"
    " other: person(id: $other) {firstName lastName}}",
    "DIFFERENT": "query SeparerDeuxDossiers($one: ID!, $other: ID!) {one: person(id: $one) {firstName lastName}"
    " other: person(id: $other) {firstName lastName}}",
}
"""What is asked, and so journalled for both people, before a verdict is written."""
RECORD_DECISIONS = {
    "SAME": "query RattacherUnEnregistrement($one: ID!) {one: person(id: $one) {firstName lastName}}",
    "DIFFERENT": "query EcarterUnEnregistrement($one: ID!) {one: person(id: $one) {firstName lastName}}",
}
"""What is asked, and so journalled for the person, before a verdict on a refused record is written."""
VERDICTS = {"SAME": "C'est la même personne", "DIFFERENT": "Ce sont deux personnes"}
RECORD_VERDICTS = {"SAME": "Il est de cette personne", "DIFFERENT": "Il est de quelqu'un d'autre"}
GROUNDS = {
    "PERSON": "la personne l'a confirmé",
    "DOCUMENT": "une pièce l'établit",
    "SOURCE": "le service d'origine l'a confirmé",
    "MISTAKE": "la décision d'avant était une erreur",
}
REASONS = {
    "NIR": "même NIR et même date de naissance, sous deux prénoms",
    "RECORD": "un enregistrement refusé porte les identifiants des deux",
    "NAMES": "mêmes noms et même date de naissance",
    "CONTACT": "même prénom, et même courriel ou téléphone",
}
FIELDS = frozenset({"access_token", "pair", "record", "number", "verdict", "ground"})
_ROWS = {
    "civility": "Civilité",
    "firstName": "Prénom",
    "lastName": "Nom d'usage",
    "birthName": "Nom de naissance",
    "birthDate": "Date de naissance",
    "birthCityCode": "Commune de naissance",
    "birthCountryCode": "Pays de naissance",
}


def entry(nonce: str, problem: HubError | None = None) -> str:
    """Render the page before a token is given, or why it shows nothing."""
    return render("matching_entry.html", nonce=nonce, problem=problem)


def listing(
    nonce: str,
    token: str,
    waiting: Sequence[Pair],
    records: Sequence[RefusedRecord],
    joined: Sequence[Pair],
    message: str | None,
    problem: HubError | None,
) -> str:
    """Render pairs and refused records, of which nothing of a person is told; `message` tells what was just decided."""
    return render(
        "matching_list.html",
        nonce=nonce,
        token=token,
        waiting=waiting,
        records=records,
        joined=joined,
        message=message,
        problem=problem,
        reasons=REASONS,
    )


def record_review(nonce: str, token: str, record: RefusedRecord, person: Mapping[str, Any]) -> str:
    """Render the person of whom a refused record may be, and the form of the decision."""
    return render(
        "matching_record.html",
        nonce=nonce,
        token=token,
        record=record,
        rows=[(label, values) for label, values, _ in _compared(person, {})],
        verdicts=RECORD_VERDICTS,
        grounds=[(code, text, False) for code, text in GROUNDS.items()],
    )


def comparison(nonce: str, token: str, pair: Pair, first: Mapping[str, Any], second: Mapping[str, Any]) -> str:
    """Render both people of a pair side by side, and the form of the decision."""
    return render(
        "matching_pair.html",
        nonce=nonce,
        token=token,
        pair=pair,
        rows=_compared(first, second),
        is_one=pair.served[0] == pair.served[1],
        reasons=REASONS,
        verdicts=VERDICTS,
        grounds=[(code, text, False) for code, text in GROUNDS.items()],
    )


def _compared(first: Mapping[str, Any], second: Mapping[str, Any]) -> list[tuple[str, list[str], list[str]]]:
    """Each row of the comparison: its label, and what both say."""
    rows = [(label, _cell(first.get(name)), _cell(second.get(name))) for name, label in _ROWS.items()]
    rows.append(("Identifiants", _identifiers(first), _identifiers(second)))
    rows.append(("Coordonnées", _contact(first.get("contact") or {}), _contact(second.get("contact") or {})))
    return [row for row in rows if row[1] or row[2]]


def _cell(value: str | None) -> list[str]:
    return [] if value is None else [value]


def _identifiers(person: Mapping[str, Any]) -> list[str]:
    return [
        " ".join(str(identifier[name]) for name in ("kind", "organisation", "value", "role") if identifier[name])
        for identifier in person.get("identifiers") or ()
    ]


def _contact(contact: Mapping[str, Any]) -> list[str]:
    address = contact.get("address") or {}
    place = " ".join(address[name] for name in ("street", "postalCode", "city") if address.get(name))
    return [text for text in (contact.get("email"), *(contact.get("phones") or ()), place) if text]
