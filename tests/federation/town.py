"""A graph of our own with the hard parts: keys by hop, composite and nested keys, split value types, abstract types
whose members lie in several subgraphs, requirements across subgraphs, types that differ in nullability."""

from __future__ import annotations

from typing import Any

from tests.federation.harness import HEAD, Gateway, Part

COUNTRY = {"iso": "FR"}
CITIES: dict[str, dict[str, Any]] = {
    "c1": {"__typename": "City", "code": "c1", "country": COUNTRY, "name": "Belleville", "population": 4000},
    "c2": {"__typename": "City", "code": "c2", "country": COUNTRY, "name": None, "population": None},
}
PEOPLE: dict[str, dict[str, Any]] = {
    "1": {
        "id": "1",
        "email": "a@x.example",
        "name": "Ana",
        "kind": "LEAD",
        "address": {"street": "rue A", "zip": "01000", "city": CITIES["c1"], "geo": {"lat": 1.5, "lon": 2.5}},
        "scores": [3, None, 5],
    },
    "2": {
        "id": "2",
        "email": "b@x.example",
        "name": None,
        "kind": None,
        "address": {"street": None, "zip": None, "city": CITIES["c2"], "geo": None},
        "scores": [],
    },
    "3": {"id": "3", "email": "c@x.example", "name": "Cyr", "kind": "PEER", "address": None, "scores": None},
}
ROOMS = [{"label": "R1", "floor": 1, "capacity": 12}, {"label": None, "floor": 2, "capacity": None}]
EVENTS: dict[str, dict[str, Any]] = {
    "m1": {"__typename": "Meeting", "id": "m1", "title": "Point", "host": PEOPLE["1"], "room": ROOMS[0], "cost": 10},
    "m2": {"__typename": "Meeting", "id": "m2", "title": None, "host": PEOPLE["2"], "room": ROOMS[1], "cost": None},
    "k1": {"__typename": "Call", "id": "k1", "title": "Appel", "host": None, "number": "06 39 98 00 01", "cost": 3},
}
COMPANIES: dict[str, dict[str, Any]] = {
    "o1": {
        "__typename": "Company",
        "id": "o1",
        "siren": "s1",
        "name": "Ateliers",
        "staff": [PEOPLE["1"], PEOPLE["3"]],
        "rating": 4,
    },
    "o2": {"__typename": "Company", "id": "o2", "siren": "s2", "name": None, "staff": None, "rating": 2},
}
for _person_row in PEOPLE.values():
    _person_row["__typename"] = "Person"
    _person_row["events"] = [e for e in EVENTS.values() if e.get("host") is _person_row]
    _person_row["next"] = next(iter(_person_row["events"]), None)
PEOPLE["1"]["friends"] = [PEOPLE["2"], PEOPLE["3"]]
PEOPLE["2"]["friends"] = []
PEOPLE["3"]["friends"] = None

ROOT: dict[str, Any] = {
    "person": lambda info, **arguments: PEOPLE.get(arguments["id"]),
    "people": lambda info, first=10: list(PEOPLE.values())[:first],
    "search": [PEOPLE["1"], COMPANIES["o1"], COMPANIES["o2"], PEOPLE["3"]],
    "named": [COMPANIES["o2"], PEOPLE["2"]],
    "events": list(EVENTS.values()),
    "latest": EVENTS["k1"],
    "cities": list(CITIES.values()),
}


def _stored(person: dict[str, Any]) -> dict[str, Any]:
    return dict(person.get("__representation", person))


def label(person: dict[str, Any], info: Any) -> str:
    stored = _stored(person)
    city = ((stored["address"] or {}).get("city") or {}).get("code")
    return f"{stored['name']}/{city}"


def level(person: dict[str, Any], info: Any) -> int:
    """Requires `label`, that requires in its turn."""
    stored = _stored(person)
    return len(stored["label"] if "label" in stored else label(person, info))


def total(person: dict[str, Any], info: Any) -> int | None:
    scores = _stored(person)["scores"]
    return None if scores is None else sum(score or 0 for score in scores)


def twice(person: dict[str, Any], info: Any, factor: int = 2) -> int:
    return factor * int(person["id"])


RESOLVERS = {"Person.label": label, "Person.level": level, "Person.total": total, "Person.times": twice}


def _person(representation: dict[str, Any]) -> Any:
    if "id" in representation:
        return PEOPLE.get(representation["id"])
    return next((p for p in PEOPLE.values() if p["email"] == representation["email"]), None)


def _company(representation: dict[str, Any]) -> Any:
    return next(
        (
            c
            for c in COMPANIES.values()
            if representation.get("id", c["id"]) == c["id"] and representation.get("siren", c["siren"]) == c["siren"]
        ),
        None,
    )


def _city(representation: dict[str, Any]) -> Any:
    assert set(representation) == {"__typename", "code", "country"}
    assert representation["country"] == {"iso": "FR"}
    return CITIES.get(representation["code"])


PARTS = (
    Part(
        "directory",
        HEAD
        + """
        type Query { person(id: ID!): Person people(first: Int = 10): [Person!]! search: [Result!] named: [Named] }
        interface Named { name: String }
        enum Kind { LEAD PEER }
        type Person implements Named @key(fields: "id") {
          id: ID! name: String kind: Kind address: Address @shareable friends: [Person!] scores: [Int]
        }
        type Address @shareable { street: String city: City }
        type City @key(fields: "code country { iso }") { code: String! country: Country! name: String }
        type Country @shareable { iso: String! }
        type Company implements Named @key(fields: "id") @key(fields: "siren") {
          id: ID! siren: String! name: String staff: [Person]
        }
        union Result = Person | Company
        """,
        ROOT,
        {"Person": _person, "City": _city, "Company": _company},
    ),
    Part(
        "mail",
        HEAD
        + """
        type Person @key(fields: "id") @key(fields: "email") { id: ID! email: String! times(factor: Int = 2): Int }
        """,
        {},
        {"Person": _person},
        RESOLVERS,
    ),
    Part(
        "agenda",
        HEAD
        + """
        type Query { events: [Event!]! latest: Event }
        type Person @key(fields: "email") { email: String! @shareable events: [Event!] next: Event }
        interface Event { id: ID! title: String host: Person }
        type Meeting implements Event @key(fields: "id") { id: ID! title: String host: Person room: Room @shareable }
        type Call implements Event @key(fields: "id") { id: ID! title: String host: Person number: String }
        type Room @shareable { label: String floor: Int }
        """,
        ROOT,
        {
            "Person": _person,
            "Meeting": lambda representation: EVENTS.get(representation["id"]),
            "Call": lambda representation: EVENTS.get(representation["id"]),
        },
    ),
    Part(
        "rooms",
        HEAD
        + """
        type Query { cities: [City] }
        type Meeting @key(fields: "id") { id: ID! room: Room @shareable cost: Int }
        type Call @key(fields: "id") { id: ID! cost: Int! @shareable }
        type Room @shareable { floor: Int! capacity: Int }
        type City @key(fields: "code country { iso }") { code: String! country: Country! population: Int }
        type Country @shareable { iso: String! }
        """,
        ROOT,
        {
            "Meeting": lambda representation: EVENTS.get(representation["id"]),
            "Call": lambda representation: EVENTS.get(representation["id"]),
            "City": _city,
        },
    ),
    Part(
        "risk",
        HEAD
        + """
        type Person @key(fields: "id") {
          id: ID! name: String @external address: Address @external scores: [Int] @external
          label: String @requires(fields: "name address { city { code } }")
          total: Int @requires(fields: "scores")
        }
        type Address @shareable { city: City @external }
        type City @key(fields: "code country { iso }") { code: String! country: Country! }
        type Country @shareable { iso: String! }
        type Company @key(fields: "siren") { siren: String! rating: Int! }
        """,
        {},
        {"Person": _person, "Company": _company, "City": _city},
        RESOLVERS,
    ),
    Part(
        "levels",
        HEAD
        + """
        type Person @key(fields: "id") {
          id: ID! label: String @external address: Address @shareable
          level: Int @requires(fields: "label")
        }
        type Address @shareable { zip: String geo: Geo }
        type Geo { lat: Float lon: Float }
        type Call @key(fields: "id") { id: ID! cost: Int @shareable }
        """,
        {},
        {"Person": _person, "Call": lambda representation: EVENTS.get(representation["id"])},
        RESOLVERS,
    ),
)


def town() -> Gateway:
    return Gateway(*PARTS)
