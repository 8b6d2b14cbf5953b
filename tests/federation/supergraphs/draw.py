"""Draws a supergraph: its types, their subgraphs, keys, and the fields that stand for themselves."""

from __future__ import annotations

from random import Random

from tests.federation.supergraphs.model import (
    LEAVES,
    NODE,
    PAIR,
    TWIN,
    Argument,
    Field,
    Model,
    Type,
    Wrapper,
    fields_of,
    printed,
)

KEYS = ("id", "k", "code org { iso }")
ARGUMENTS = (
    Argument("n", "Int", "2"),
    Argument("m", "Int!"),
    Argument("s", "String"),
    Argument("hue", "Hue", "RED"),
    Argument("pick", "Pick"),
    Argument("list", "[Int!]", "[1, 2]"),
)
FIRST = Argument("first", "Int", "2")
WRAPPERS: tuple[Wrapper, ...] = ((False,), (True,), (False, False), (True, False), (True, True), (False, True))
LEAF_WRAPPERS: tuple[Wrapper, ...] = ((False,),) * 4 + ((True,), (True, False), (False, False), (False, False, False))


class Drawer:
    """Draws from one source of chances."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.model = Model(tuple("abcd"[: random.choice((2, 3, 3, 4))]))
        self.count = 0

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def some(self, values: list[str], most: int) -> list[str]:
        """At least one of them, in their order."""
        chosen = self.random.sample(values, self.random.randint(1, min(most, len(values))))
        return [value for value in values if value in chosen]

    def name(self, start: str) -> str:
        """A name that no other field has, but for those that many types have."""
        self.count += 1
        return f"{start}{self.random.randrange(3) if self.chance(0.3) else f'_{self.count}'}"

    def new(self, type_: Type, field: Field) -> Field | None:
        """Add a field, if its name is free."""
        node = self.model.types.get(NODE)
        beside = {
            "interface": self.model.of("entity"),
            "entity": [node] if node else [],
            "mutation": self.model.of("root"),
        }
        siblings = beside.get(type_.kind, [])
        if any(field.name in sibling.fields for sibling in (type_, *siblings)):
            return None
        type_.fields[field.name] = field
        return field

    def types(self) -> None:
        """Entities, what stands for them, values, the root; each with its subgraphs, members and keys."""
        model, names = self.model, [f"T{number}" for number in range(self.random.randint(2, 4))]
        subgraphs = list(model.subgraphs)
        for name in names:
            model.types[name] = Type(name, "entity", self.some(subgraphs, 3))
        node = self.node(names) if self.chance(0.4) else None
        for name in names:
            self.keys(model.types[name], node)
        self.query()
        self.values()
        if node:
            model.types[NODE] = node
        for number in range(self.random.randint(0, 2)):
            self.interface(f"I{number}", self.some(names, 3))
        if node:
            self.common(node)
            self.stands(node, next(iter(node.members)))
        if self.chance(0.5):
            self.union([*names, *(value_type.name for value_type in model.of("value") if value_type.name != "V1")])

    def query(self) -> None:
        self.model.types["Query"] = Type("Query", "root", list(self.model.subgraphs))

    def node(self, names: list[str]) -> Type:
        """The interface with a key: a subgraph or two know it as an object, and none of its types."""
        homes = self.random.sample(self.model.subgraphs, self.random.randint(2, len(self.model.subgraphs)))
        split = 2 if len(homes) > 2 and self.chance(0.4) else 1
        full, alone = homes[split:], homes[:split]
        chosen, remaining = self.some(names, 3), set(self.model.subgraphs).difference(alone)
        for name in chosen:
            new_homes = remaining.intersection(self.model.types[name].homes).union(full)
            self.model.types[name].homes = [subgraph for subgraph in self.model.subgraphs if subgraph in new_homes]
        keys = {home: ["id"] for home in homes}
        types_by_home: dict[str, tuple[str, Wrapper]] = dict.fromkeys(alone, ("ID", (True,)))
        own = {"id": Field("id", "ID", (True,), types_by_home)}
        return Type(NODE, "interface", alone, own, keys, members=dict.fromkeys(full, chosen))

    def keys(self, type_: Type, node: Type | None) -> None:
        """Keys in each subgraph, so that each is reached from any."""
        pool, had = self.some(list(KEYS), 3), list[str]()
        whole = node is not None and any(type_.name in member for member in node.members.values())
        pool = list(dict.fromkeys([*pool, "id"])) if whole else pool
        for home in self.random.sample(type_.homes, len(type_.homes)):
            keys = self.some(pool, 2)
            if whole and node is not None and home in node.members:
                keys.append("id")
            if had and not set(keys) & set(had):
                keys.append(self.random.choice(had))
            type_.keys[home] = list(dict.fromkeys(keys))
            had += keys
        for key in pool:
            homes = [home for home in type_.homes if key in type_.keys[home]]
            for name in fields_of(key) if homes else ():
                type_name = {"id": "ID", "k": "Int", "code": "String", "org": "Org"}[name]
                types_by_home: dict[str, tuple[str, Wrapper]] = dict.fromkeys(homes, (type_name, (True,)))
                type_.fields[name] = Field(
                    name, type_name, (True,), types_by_home, targets=("Org",) if name == "org" else ()
                )
                if name == "org":
                    self.use("Org", homes)

    def use(self, value: str, homes: list[str]) -> None:
        """A value that is whole wherever it is known is known in these subgraphs too."""
        if value in ("V0", TWIN) and TWIN in self.model.types:
            homes = [*self.model.types["V0"].homes, *homes]
            self.whole("V0", homes)
            self.whole(TWIN, homes)
            self.model.types[PAIR].members = {home: ["V0", TWIN] for home in self.model.types["V0"].homes}
        else:
            self.whole(value, homes)

    def whole(self, value: str, homes: list[str]) -> None:
        """A subgraph has all fields of a value, some of them less strict than another's."""
        type_ = self.model.types.setdefault(value, Type(value, "value"))
        if value == "Org" and not type_.fields:
            type_.fields = {"iso": Field("iso", "String", (True,)), "size": Field("size", "Int")}
        type_.homes = [subgraph for subgraph in self.model.subgraphs if subgraph in type_.homes or subgraph in homes]
        for field in type_.fields.values():
            for home in type_.homes:
                wrapper = field.strict if value == "Org" else self.weaker(field.strict)
                field.homes.setdefault(home, (field.type_name, wrapper))

    def values(self) -> None:
        """Values that are whole in each subgraph, and one that two subgraphs share out between them."""
        if self.chance(0.6):
            whole = self.model.types["V0"] = Type("V0", "value")
            for _ in range(self.random.randint(1, 3)):
                self.leaf(whole, [])
        if self.chance(0.6):
            homes = self.some(list(self.model.subgraphs), 2)
            split = self.model.types["V1"] = Type("V1", "value", homes)
            for home in homes:
                self.leaf(split, [home])
            self.leaf(split, homes)

    def leaf(self, type_: Type, homes: list[str]) -> Field | None:
        """A field without any below."""
        field = Field(self.name("p"), self.random.choice(LEAVES), self.random.choice(LEAF_WRAPPERS))
        if self.chance(0.25):
            field.type_name, field.strict = "String", (False,)
            field.arguments = tuple(self.random.sample(ARGUMENTS, self.random.randint(1, 2)))
        field.homes = self.home_types(field.type_name, field.strict, homes)
        return self.new(type_, field)

    def home_types(self, type_name: str, wrapper: Wrapper, homes: list[str]) -> dict[str, tuple[str, Wrapper]]:
        """A type in each subgraph, each as strict as the one before at most: one of them holds for all."""
        homes_by_name = {}
        for home in homes:
            wrapper = self.weaker(wrapper)
            homes_by_name[home] = (type_name, wrapper)
        return homes_by_name

    def weaker(self, wrapper: Wrapper) -> Wrapper:
        return tuple(required and not self.chance(0.3) for required in wrapper)

    def interface(self, name: str, chosen: list[str]) -> None:
        """An interface over these entities, of which a subgraph may know some only."""
        type_ = Type(name, "interface")
        for home in self.model.subgraphs:
            own = [member for member in chosen if home in self.model.types[member].homes]
            if own and self.chance(0.8):
                type_.members[home] = own if self.chance(0.7) else self.some(own, 2)
        parent = self.model.types.get("I0")
        if parent and self.chance(0.5):
            type_.parent = parent.name
            type_.members = {home: self.some(own, 3) for home, own in parent.members.items() if self.chance(0.8)}
            type_.common = dict(parent.common)
        if not type_.members:
            return
        members = {member for own in type_.members.values() for member in own}
        if all("id" in self.model.types[member].fields for member in members):
            type_.common["id"] = "ID!"
        self.common(type_)
        self.model.types[name] = type_
        for home in list(type_.members):
            self.stands(type_, home)

    def common(self, type_: Type) -> None:
        """Fields that all types of an interface have, each in subgraphs of its own."""
        if type_.name == NODE:
            type_.common["id"] = "ID!"
        self.everywhere(type_, f"c_{type_.name}", self.random.choice(("String", "Int", "Hue")), (False,))
        target = self.random.choice(self.model.of("entity"))
        members = [self.model.types[member] for own in type_.members.values() for member in own]
        able = all(any(self.stubbed(target, home) for home in member.homes) for member in members)
        if able and self.chance(0.4):
            self.everywhere(type_, f"d_{type_.name}", target.name, self.random.choice(((False,), (False, False))))

    def everywhere(self, type_: Type, name: str, type_name: str, wrapper: Wrapper) -> None:
        type_.common[name] = printed(type_name, wrapper)
        targets = () if type_name in LEAVES else (type_name,)
        if type_.name == NODE:
            homes: dict[str, tuple[str, Wrapper]] = dict.fromkeys(type_.members, (type_name, wrapper))
            type_.fields[name] = Field(name, type_name, wrapper, homes, targets=targets)
        for fromkey in dict.fromkeys(fromkey for own in type_.members.values() for fromkey in own):
            entity = self.model.types[fromkey]
            strict = tuple(self.chance(0.3) for _ in wrapper)
            able = [
                fromkey for fromkey in entity.homes if not targets or self.stubbed(self.model.types[type_name], fromkey)
            ]
            homes = self.home_types(type_name, strict, self.some(able, 2))
            field = entity.fields[name] = Field(name, type_name, strict, homes, targets=targets)
            if field.leaf:
                self.move(entity, field)
            else:
                for home in homes:
                    self.refer(self.model.types[type_name], home)

    def stubbed(self, type_: Type, home: str) -> bool:
        """Whether a subgraph may refer to an entity, be it one that it does not have."""
        node = self.model.types.get(NODE)
        return node is None or home not in node.homes or type_.name not in next(iter(node.members.values()))

    def refer(self, type_: Type, home: str) -> None:
        """A subgraph knows an entity, if only by a key of another."""
        if home not in type_.homes and home not in type_.stubs:
            key = self.random.choice(next(iter(type_.keys.values())))
            type_.stubs[home] = key
            if "{" in key:
                self.use("Org", [home])

    def stands(self, type_: Type, home: str) -> None:
        """An interface has a field in each subgraph: one that some type of it must declare, if none is there."""
        model, names = self.model, [f"c_{type_.name}"]
        if type_.name == NODE:
            names = [name for name in type_.common if name != "id"]
        elif model.above(home, type_) and self.chance(0.8):
            return
        for name in names:
            for member in (model.types[member_name] for member_name in type_.members[home]):
                if name not in (shown.name for shown in model.shown(home, member)):
                    model.external.add((home, member.name, name))
                    if not member.fields[name].leaf:
                        self.refer(model.types[member.fields[name].type_name], home)

    def union(self, names: list[str]) -> None:
        chosen, type_ = self.some(names, 4), Type("U", "union")
        for home in self.model.subgraphs:
            own = [member for member in chosen if member == "V0" or home in self.model.types[member].homes]
            if own and self.chance(0.8):
                type_.members[home] = own if self.chance(0.6) else self.some(own, 3)
                if "V0" in type_.members[home]:
                    self.use("V0", [home])
        if type_.members:
            self.model.types["U"] = type_

    def move(self, type_: Type, field: Field) -> None:
        """Override a field of one subgraph by another's, or by none."""
        elsewhere = [home for home in type_.homes if home not in field.homes]
        if len(field.homes) == 1 and elsewhere and self.chance(0.15):
            field.moved = self.random.choice(elsewhere)
            if self.chance(0.5):
                field.label = f"percent({self.random.randint(1, 99)})"
                self.model.on |= {field.label} if self.chance(0.5) else set()
