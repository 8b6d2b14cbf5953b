"""A small classified graph and a small policy, for tests that state one rule each."""

from collections.abc import Mapping
from types import MappingProxyType

from hub.policy.decide.classification import Classification, FieldClass, InputClass
from hub.policy.decide.policy_model import (
    ActorKind,
    Basis,
    Grant,
    ItemRetention,
    Policy,
    Prohibition,
    Purpose,
    Reduction,
    Retention,
    Term,
)
from schema.categories import Category, Level
from schema.facts import Fact

OPPOSABLE = Basis("CASF", "CASF L.263-4-1", opposition=True, limitation=True)
FIRM = Basis("CT", "C. trav. R.5312-42", opposition=False, limitation=True)
RIGHTS = Basis("RGPD", "RGPD article 15", opposition=False, limitation=False)
JOURNEY = Retention("journey", Fact.JOURNEY_ENDED, 730, "24 mois")


def field(coordinate: str, returns: str, category: Category, **more: object) -> FieldClass:
    return FieldClass(
        coordinate=coordinate,
        type=coordinate.partition(".")[0],
        returns=returns,
        category=category,
        level=more.pop("level", Level.FULL),  # type: ignore[arg-type]
        **more,  # type: ignore[arg-type]
    )


FIELDS = [
    field("Query.person", "Person", Category.TECH),
    field("Query.persons", "PersonConnection", Category.TECH),
    field("PersonConnection.nodes", "Person", Category.TECH, many=True),
    field("Person.id", "ID", Category.TECH),
    field("Person.lastName", "String", Category.ID),
    field("Person.birthDate", "Date", Category.ID),
    field("Person.birthYear", "Int", Category.ID, level=Level.REDUCED),
    field("Person.nir", "String", Category.NIR),
    field("Person.contact", "Contact", Category.COORD),
    field("Contact.email", "String", Category.COORD),
    field("Person.constraints", "Constraint", Category.FREIN, many=True),
    field("Constraint.theme", "Theme", Category.FREIN, values=frozenset({Category.SAN}), action="DROP"),
    field("Constraint.state", "String", Category.FREIN),
    field(
        "Person.suggestedServices",
        "Service",
        Category.PUB,
        many=True,
        requires=frozenset({"Person.contact", "Contact.email", "Person.constraints", "Constraint.theme"}),
    ),
    field("Service.name", "String", Category.PUB),
]

SCHEMA = Classification(
    fields={item.coordinate: item for item in FIELDS},
    personal=frozenset({"Person", "Contact", "Constraint"}),
    recorded=frozenset({"Constraint"}),
    dated=frozenset({"Constraint"}),
    members={name: tuple(item.coordinate for item in FIELDS if item.type == name) for name in {f.type for f in FIELDS}},
    inputs={
        "Query.person(id:)": InputClass("ID", ()),
        "Query.persons(filter:)": InputClass("PersonFilter", ()),
        "PersonFilter.lastName": InputClass("String", ("Person.lastName",)),
        "PersonFilter.birthDate": InputClass("Date", ("Person.birthDate",)),
        "Query.persons(orderBy:)": InputClass("PersonOrder", ()),
        "PersonOrder.NIR": InputClass("PersonOrder", ("Person.nir",)),
        "PersonOrder.LAST_NAME": InputClass("PersonOrder", ("Person.lastName",)),
    },
    values={"Theme.SANTE": Category.SAN},
    digest="test",
)


def grant(id_: str, actor: str, relations: Fact, **more: object) -> Grant:
    values: dict[str, object] = {
        "purposes": frozenset({"suivi"}),
        "read": frozenset(),
        "reduced": frozenset(),
        "match": frozenset(),
        "own_recorded": frozenset(),
        "basis": FIRM,
        "retention": None,
        "label": id_,
    }
    return Grant(id=id_, actor=actor, relations=relations, **(values | more))  # type: ignore[arg-type]


def policy(
    *grants: Grant,
    prohibitions: tuple[Prohibition, ...] = (),
    reductions: tuple[Reduction, ...] = (),
    items: Mapping[str, ItemRetention] = MappingProxyType({}),
) -> Policy:
    scopes = {Fact.REFERENT: "agent", Fact.GROUP: "agent", Fact.TERRITORY: "departments", Fact.SELF: "person"}
    return Policy(
        actors={
            name: ActorKind(name, name, frozenset({"suivi", "orientation"}), frozenset(), scopes)
            for name in ("referent", "territory", "self")
        },
        purposes={code: Purpose(code, code, code) for code in ("suivi", "orientation")},
        bases={basis.id: basis for basis in (OPPOSABLE, FIRM, RIGHTS)},
        retentions={"journey": JOURNEY},
        items=dict(items),
        categories={category: Term(category.value, "") for category in Category},
        relations={fact: Term(fact.name or "", "") for fact in scopes},
        grants=grants,
        prohibitions=prohibitions,
        reductions={(row.actor, row.coordinate): row for row in reductions},
        digest="test",
    )
