"""The oracle: it reads everything, answers as graphql-core does, and hides what its actor may not read, field by field.

It is slow and has no plan, no statement, no residual, no guard. Out of its reach, and taken out of what is asked: what
`LEFT_OUT` names.
"""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from unicodedata import combining, normalize

from graphql import DocumentNode, GraphQLObjectType, GraphQLResolveInfo, execute_sync, get_named_type

from demo.token_issuer import DemoActor
from tests.oracle import values as v
from tests.oracle.pages import Order, Page, refused
from tests.oracle.rows import Row, World
from tests.oracle.rules import Item, Reader, data, schema
from tests.oracle.signals import SIGNALS, Period

LEFT_OUT = {
    "suggestedServices": "ranked by distances, which `tests/offers` holds to a rule in Python of its own",
    "findPerson": "matches identities by keys that only the tests of the registry make",
    "myAccessJournal": "tells of the requests themselves",
    "accessJournal": "as `myAccessJournal`",
    "near": "ordered by distances, which the tests of `subgraphs.kit.place_search` reckon",
}
"""Fields and arguments that the oracle does not know, and why."""
Criterion = tuple[tuple[str, ...], str]


def _range(coordinate: str, first: str, last: str) -> dict[str, Criterion]:
    """Two criteria that bound one value, both bounds included."""
    return {first: ((coordinate,), ">="), last: ((coordinate,), "<=")}


FILTERS: Mapping[str, Mapping[str, Criterion]] = {
    "persons": {
        "lastName": (("Person.lastName", "Person.birthName"), "name"),
        "lastNamePrefix": (("Person.lastName", "Person.birthName"), "prefix"),
        "birthDateFrom": (("Person.birthDate",), ">="),
        "birthDateTo": (("Person.birthDate",), "<="),
        "cityCode": (("Person.contact", "Contact.address", "Address.cityCode"), "="),
        "rsaStatus": (("Person.rsa", "Rsa.status"), "="),
    },
    "appointments": {
        "day": (("Appointment.day",), "="),
        "startsFrom": (("Appointment.startsAt",), ">="),
        "startsBefore": (("Appointment.startsAt",), "<"),
        "status": (("Appointment.status",), "="),
        "organisation": (("Appointment.organisation", "Organisation.id"), "="),
    },
    "contracts": {
        "kind": (("Contract.kind",), "="),
        **_range("Contract.signedOn", "signedFrom", "signedTo"),
        **_range("Contract.endsOn", "endsFrom", "endsTo"),
    },
    "orientations": {
        "pathway": (("Orientation.pathway",), "="),
        "decision": (("Orientation.decision",), "="),
        **_range("Orientation.startsOn", "startsFrom", "startsTo"),
    },
    "referrals": {"status": (("Referral.status",), "="), **_range("Referral.sentOn", "sentFrom", "sentTo")},
    "jobApplications": {
        "state": (("JobApplication.state",), "="),
        "createdFrom": (("JobApplication.createdAt",), ">="),
        "createdBefore": (("JobApplication.createdAt",), "<"),
    },
    "immersions": {
        "status": (("ImmersionAgreement.status",), "="),
        **_range("ImmersionAgreement.startsOn", "startsFrom", "startsTo"),
        **_range("ImmersionAgreement.endsOn", "endsFrom", "endsTo"),
    },
    "trainingPlacements": {
        "status": (("TrainingPlacement.status",), "="),
        **_range("TrainingPlacement.proposedOn", "proposedFrom", "proposedTo"),
        **_range("TrainingPlacement.endedOn", "endedFrom", "endedTo"),
    },
    "services": {
        "thematics": (("Service.thematics",), "thematics"),
        "types": (("Service.type",), "among"),
        "publics": (("Service.publics",), "among"),
        "fees": (("Service.fees",), "among"),
    },
    "jobPostings": {
        "company": (("JobPosting.company", "Company.id"), "="),
        "romeCodes": (("JobPosting.romeCode",), "among"),
        "contractTypes": (("JobPosting.contractType",), "among"),
    },
    "immersionOffers": {
        "romeCodes": (("ImmersionOffer.romeCode",), "among"),
        "volunteers": (("ImmersionOffer.volunteers",), "="),
    },
    "structures": {"siret": (("Structure.siret",), "="), "networks": (("Structure.networks",), "among")},
    "trainings": {
        "romeCode": (("Training.romeCodes",), "holds"),
        "formacode": (("Training.formacodes",), "holds"),
        "certifying": (("Training.certifying",), "="),
    },
    "trainingSessions": {
        "training": (("TrainingSession.training", "Training.id"), "="),
        "startsFrom": (("TrainingSession.startsOn",), ">="),
        "startsBefore": (("TrainingSession.startsOn",), "<"),
        "recruitmentState": (("TrainingSession.recruitmentState",), "="),
        "cityCode": (("TrainingSession.cityCode",), "="),
    },
}
"""The criteria of each list: the fields that lead to what is compared, and how."""
ORDERS = {
    "LAST_NAME": "lastName", "BIRTH_DATE": "birthDate", "STARTS_AT": "startsAt", "CREATED_AT": "createdAt",
    "SIGNED_ON": "signedOn", "ENDS_ON": "endsOn", "STARTS_ON": "startsOn", "SENT_ON": "sentOn",
    "PROPOSED_ON": "proposedOn", "ENDED_ON": "endedOn",
}  # fmt: skip
"""Fields by which lists are ordered; `_DESC` behind the name turns it round."""
DESCENDING = "_DESC"
TABLES = {
    "persons": "people.person",
    "appointments": "appointments.appointment",
    "contracts": "people.contract",
    "orientations": "people.orientation",
    "referrals": "offers.referral",
    "jobApplications": "offers.job_application",
    "immersions": "offers.immersion_agreement",
    "trainingPlacements": "trainings.placement",
    "services": "offers.service",
    "structures": "offers.structure",
    "jobPostings": "offers.job_posting",
    "immersionOffers": "offers.immersion_offer",
    "trainings": "trainings.training",
    "trainingSessions": "trainings.training_session",
}


KINDS = {"persons": "Person", "immersions": "ImmersionAgreement"}
"""Types of lists whose names are not their plural."""
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT")


class Oracle:
    """Answers for one actor under one purpose; `cursors` are those that the hub gave it, as the oracle's own, `told` is
    of which fields it told something."""

    def __init__(self, world: World, actor: DemoActor, purpose: str) -> None:
        self.world, self.reader, self.actor = world, Reader(world, actor, purpose), actor
        self.cursors: dict[str, str] = {}
        self.told: set[str] = set()

    def answer(self, document: DocumentNode, variables: Mapping[str, Any]) -> tuple[Any, set[str]]:
        """Data, and the codes of the errors that there are."""
        result = execute_sync(schema(), document, variable_values=dict(variables), field_resolver=self._resolve)
        codes = {str((error.extensions or {}).get("code", error)) for error in result.errors or ()}
        return result.data, codes

    def _resolve(self, source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
        kind, field = info.parent_type.name, info.field_name
        target = get_named_type(info.return_type)
        if kind == "Query":
            return self._root(field, arguments)
        if isinstance(source, Page):
            return self._page(source, field, target.name)
        if isinstance(source, tuple):
            page, item = source
            fields = {"cursor": page.cursor(item), "node": item}
            return fields.get(field)  # no place is asked for: `distanceKm` is null
        if kind == "PageInfo":
            return source[field]
        if not self.reader.reads(source, field):
            return None
        if isinstance(target, GraphQLObjectType):
            return self._edge(source, field, target.name, arguments)
        value = self._value(source, field)
        if value is not None:
            self.told.add(f"{kind}.{field}")
        return value

    def _page(self, page: Page, field: str, target: str) -> Any:
        if field == "nodes":
            return page.items if self.reader.served(target) else None
        if field == "edges":
            return [(page, item) for item in page.items]
        ends: list[str | None] = [page.cursor(item) for item in page.items] or [None]
        return {
            "hasNextPage": page.more, "hasPreviousPage": page.after, "startCursor": ends[0], "endCursor": ends[-1],
        }  # fmt: skip

    def _value(self, item: Item, field: str) -> Any:
        value = v.value(self.world, item, field)
        coarse = v.COARSE.get(f"{item.type}.{field}")
        if coarse is not None and (value is None or not self.reader.protected(item, v.STRICTER.get(value))):
            return coarse
        return value

    def _edge(self, item: Item, field: str, target: str, arguments: Mapping[str, Any]) -> Any:
        coordinate = f"{item.type}.{field}"
        if target in ("Provenance", "Address", "Motive", "Transmission"):
            items: list[Item] = [] if item.row.keys() == {"id"} else [Item(target, item.row, item.person)]
        else:
            items = self._targets(item, coordinate, target.removesuffix("Connection"))
        items = [target_item for target_item in items if self._target_exists(item, coordinate, target_item)]
        if target.endswith("Connection"):
            if coordinate in v.CHILDREN and item.row.keys() == {"id"}:
                return None
            return Page.of(coordinate, self._order(coordinate), items, arguments, self.cursors)
        if not self.reader.served(target):
            return None
        if coordinate in v.MANY or coordinate in v.CHILDREN or coordinate == "Appointment.agents":
            return None if item.row.keys() == {"id"} else self._order(coordinate).sorted(items)
        chosen = v.SINGLE.get(coordinate, ("", ""))[1]
        order = Order(lambda target_item: self._guarded(target_item, chosen), descending=True) if chosen else Order()
        return next(iter(order.sorted(items) if len(items) > 1 else items), None)

    def _targets(self, item: Item, coordinate: str, target: str) -> list[Item]:
        """Whom an edge leads to, whoever asks."""
        world = self.world
        if coordinate in v.MANY or coordinate in v.SINGLE:
            table = (v.MANY.get(coordinate) or v.SINGLE[coordinate])[0]
            only = v.ONLY.get(coordinate)
            rows = [row for row in world.where(table, "person_id", item.person) if only is None or only(row)]
            return [Item(target, row, item.person) for row in rows]
        if coordinate in v.CHILDREN:
            table, column = v.CHILDREN[coordinate]
            return [Item(target, row) for row in world.where(table, column, item.row["id"])]
        if coordinate == "Household.partner":
            return [self._person(row) for row in world.where("people.person", "id", item.row["partner_id"])]
        if target == "Person":
            return [self._person(row) for row in world.where("people.person", "id", item.person)]
        if coordinate == "Appointment.agents":
            received = world.where("appointments.appointment_agent", "appointment_id", item.row["id"])
            return [self._stub("people.agent", target, row["agent_id"]) for row in received]
        if coordinate in v.STUBS:
            structure = item.row.get(v.STUBS[coordinate])
            return [] if structure is None else [self._stub("offers.structure", target, structure)]
        table, column = v.KEYED[coordinate]
        return [Item(target, row) for row in world.where(table, "id", item.row.get(column, ""))]

    def _stub(self, table: str, target: str, key: Any) -> Item:
        return Item(target, self.world.first(table, "id", key) or {"id": key})

    def _target_exists(self, above: Item, coordinate: str, item: Item) -> bool:
        """Whether an object that an edge leads to exists for the actor."""
        row = item.row if coordinate in v.MANY or coordinate in v.SINGLE else above.row
        category = v.revealed(self.world, coordinate, row)
        if not self.reader.protected(above, "JUST" if category == v.UNKNOWN else category):
            return False
        return self._exists(item)

    def _exists(self, item: Item) -> bool:
        if item.type in v.DROPPED:
            theme = v.value(self.world, item, "theme")
            if not self.reader.protected(item, v.DROPPED[item.type].get(theme)):
                return False
        if not self.reader.own(item):
            categories = (v.revealed(self.world, edge, item.row) for edge in v.TELLING.get(item.type, ()))
            if not all(category == v.UNKNOWN or self.reader.protected(item, category) for category in categories):
                return False
        return self.reader.exists(item)

    def _order(self, coordinate: str) -> Order:
        field, descending = v.MANY.get(coordinate, ("", "", False))[1:]
        if coordinate == "Person.followUpGroup":
            return Order(lambda item: self._guarded(item, field, f"{item.row['since'] or ''}Z{item.row['source_id']}"))
        if coordinate == "Person.statements":
            return Order(lambda item: self._guarded(item, field, f"{item.row['source']} {item.row['source_id']}"))
        return Order(lambda item: self._guarded(item, field), descending) if field else Order()

    def _guarded(self, item: Item, field: str, value: Any = ...) -> Any:
        """The value as the actor may read it, else null."""
        if not self.reader.reads(item, field):
            return None
        return self._value(item, field) if value is ... else value

    def _person(self, row: Row) -> Item:
        return Item("Person", row, row["id"])

    def _root(self, name: str, arguments: Mapping[str, Any]) -> Any:
        datum = data()[f"Query.{name}"]
        if datum.category not in ("TECH", "PUB") and not self.reader.could(datum):
            return None
        if name in ("person", "me"):
            identifier = arguments["id"] if name == "person" else self.actor.claims.get("person")
            people = [self._person(row) for row in self.world.where("people.person", "id", identifier)]
            return next(filter(self.reader.exists, people), None)
        if name in SIGNALS:
            return self._signals(name, arguments)
        criteria = {key: operand for key, operand in (arguments.get("filter") or {}).items() if operand is not None}
        order_by = arguments.get("orderBy") or ""
        order = ORDERS.get(order_by.removesuffix(DESCENDING), "")
        kind = KINDS.get(name, name[0].upper() + name[1:-1])
        compared = {read for key in criteria for read in FILTERS[name][key][0]} | (
            {f"{kind}.{order}"} if order else set()
        )
        if not self.reader.compares(compared):
            raise refused("FORBIDDEN_INPUT")
        rows = self.world.tables[TABLES[name]]
        items = [Item(kind, row, row.get("person_id", row["id"])) for row in rows]
        items = [item for item in items if self._exists(item) and self._passes(name, item, criteria)]
        place = json.dumps([name, order_by, criteria], sort_keys=True)
        sorted_by = self._sorted_by(order, order_by.endswith(DESCENDING))
        return Page.of(place, sorted_by, items, arguments, self.cursors)

    def _signals(self, name: str, arguments: Mapping[str, Any]) -> Page:
        signal = SIGNALS[name]
        if not self.reader.compares({f"{signal.type}.{field}" for field in signal.reads}):
            raise refused("FORBIDDEN_INPUT")
        items = [Item(signal.type, row, row["person_id"]) for row in self.world.tables[signal.table]]
        items = [item for item in items if self._exists(item)]
        period = Period(self.world.today, arguments["days"])
        raised = [
            item
            for item in items
            if signal.raised(
                self._guarded,
                item,
                [sibling for sibling in items if sibling.person == item.person and sibling != item],
                period,
            )
        ]
        field, descending = signal.order
        place = json.dumps([name, arguments["days"]])
        order = Order(lambda item: self._guarded(item, field), descending)
        return Page.of(place, order, raised, arguments, self.cursors)

    def _sorted_by(self, order: str, descending: bool) -> Order:
        if order == "lastName":
            return Order(lambda item: self._guarded(item, order, item.row["last_name_key"]), descending)
        return Order(lambda item: self._guarded(item, order), descending) if order else Order()

    def _passes(self, name: str, item: Item, criteria: Mapping[str, Any]) -> bool:
        return all(self._passes_one(item, *FILTERS[name][key], operand) for key, operand in criteria.items())

    def _passes_one(self, item: Item, path: Sequence[str], how: str, operand: Any) -> bool:
        if how in ("name", "prefix"):
            return any(self._called(item, coordinate.partition(".")[2], how, operand) for coordinate in path)
        *edges, last = [coordinate.partition(".")[2] for coordinate in path]
        at: Item | None = item
        for edge in edges:
            if at is None or not self.reader.reads(at, edge):
                return False
            target = schema().type_map[at.type].fields[edge].type  # type: ignore[attr-defined]
            at = self._edge(at, edge, get_named_type(target).name, {})
        value = None if at is None else self._guarded(at, last)
        if how == "thematics" and at is not None:
            return bool({*(value or ()), *at.row["categories"]} & set(operand))
        return value is not None and _compared(value, how, operand)

    def _called(self, item: Item, field: str, how: str, operand: str) -> bool:
        value, letters = self._guarded(item, field), _letters(operand)
        if value is None or not letters:
            return False
        return _letters(value).startswith(letters) if how == "prefix" else _letters(value) == letters


def _letters(name: str) -> str:
    bare = "".join(letter for letter in normalize("NFKD", name) if not combining(letter))
    return re.sub(r"[^A-Z0-9]+", " ", bare.upper()).strip()


def _compared(value: Any, how: str, operand: Any) -> bool:
    if how == "holds":
        return operand in value
    if how == "among":
        return bool(set(value if isinstance(value, list) else [value]) & set(operand))
    compare = {"=": operator.eq, "<": operator.lt, "<=": operator.le, ">=": operator.ge}[how]
    return bool(compare(_instant(value), _instant(operand)))


def _instant(value: Any) -> Any:
    return datetime.fromisoformat(value) if isinstance(value, str) and INSTANT.match(value) else value
