"""Draws what leads from one type to another, and what reads fields of other subgraphs: requirements, provisions,
contexts."""

from __future__ import annotations

from random import Random

from tests.federation.supergraphs.abstract import AbstractDrawer
from tests.federation.supergraphs.draw import FIRST, WRAPPERS
from tests.federation.supergraphs.model import NODE, PAIR, TWIN, Argument, Field, Model, Type


def draw(random: Random) -> Model:
    """A supergraph that composes, whatever is drawn."""
    drawer = Linker(random)
    drawer.types()
    drawer.fields()
    return drawer.model


class Linker(AbstractDrawer):
    """The second half of drawing: all fields that lead or read somewhere."""

    def fields(self) -> None:
        model = self.model
        owners = [*model.of("entity"), *([model.types[NODE]] if NODE in model.types else [])]
        self.twins()
        for type_ in model.of("entity"):
            for _ in range(self.random.randint(1, 3)):
                field = self.leaf(type_, self.some(type_.homes, 2))
                if field is not None:
                    self.move(type_, field)
        root = model.types["Query"]
        for home in model.subgraphs:
            for _ in range(self.random.randint(1, 2)):
                self.link(root, home)
            if self.chance(0.3):
                self.leaf(root, [home])
        self.hollow()
        if all(root_field.leaf for root_field in root.fields.values()):
            self.lead(root, model.types["T0"].homes[0], "T0", ["T0"])
        for type_ in owners:
            for _ in range(self.random.randint(0, 3)):
                self.link(type_, self.random.choice(type_.homes))
            if type_.name == NODE:
                self.leaf(type_, type_.homes)
        for value in model.of("value"):
            if value.name == "V1" and self.chance(0.4):
                self.link(value, self.random.choice(value.homes))
        for type_ in model.of("entity", "root"):
            for field in list(type_.fields.values()):
                for home in field.homes:
                    if not field.leaf and self.chance(0.3):
                        self.provide(field, home)
        if self.chance(0.5):
            for home in self.some(list(model.subgraphs), 2):
                self.feed(home)
        elif self.chance(0.5):
            self.mutations()
        for type_ in owners:
            for _ in range(self.random.randint(0, 2)):
                self.compute(type_, self.random.choice(type_.homes))
        for type_ in model.of("entity"):
            for field in type_.fields.values():
                field.hidden = field.name[0] == "p" and bool(field.homes) and self.chance(0.05)

    def link(self, owner: Type, home: str) -> None:
        """A field that leads to a type which the subgraph can lead to."""
        candidates = [(type_.name, self.targets(type_, owner, home)) for type_ in self.model.types.values()]
        self.lead(owner, home, *self.random.choice([candidate for candidate in candidates if candidate[1]]))

    def targets(self, type_: Type, owner: Type, home: str) -> list[str]:
        """The objects that a field of a type may give in a subgraph."""
        if type_.members.get(home):
            return type_.members[home]
        able = {
            "entity": lambda: home in type_.homes or self.stubbed(type_, home),
            "value": lambda: owner.kind != "value" and (type_.name != "V1" or self.shares(owner, type_)),
            "root": lambda: owner.kind == "entity" and self.model.declared(home, type_),
        }
        if type_.name == NODE and home in type_.homes:
            return next(iter(type_.members.values()))
        return [type_.name] if type_.kind in able and able[type_.kind]() else []

    def shares(self, owner: Type, value: Type) -> bool:
        """Whether all that share out a value have its owner: for a mutation, which one makes, one has it all."""
        return set(value.homes) <= set(owner.homes) and (owner.kind != "mutation" or len(value.homes) == 1)

    def lead(self, owner: Type, home: str, type_name: str, targets: list[str]) -> None:
        target = self.model.types[type_name]
        strict = self.random.choice(WRAPPERS)
        field = Field(
            self.name("l"), type_name, strict, {home: (type_name, self.weaker(strict))}, targets=tuple(targets)
        )
        if type_name == "V1":
            field.homes = self.home_types(type_name, strict, target.homes)
        elif type_name in ("V0", TWIN, PAIR, "Org"):
            self.use("V0" if type_name == PAIR else type_name, [home])
        elif target.kind == "entity":
            self.refer(target, home)
        if len(strict) == 2 and self.chance(0.2):
            field.arguments = (FIRST,)
        elsewhere = [free_home for free_home in owner.homes if free_home not in field.homes]
        if elsewhere and type_name != "V1" and self.chance(0.3):
            self.share(field, self.random.choice(elsewhere))
        self.new(owner, field)

    def share(self, field: Field, home: str) -> None:
        """Another subgraph resolves the field too, perhaps as one of the types that it may give."""
        target = self.model.types[field.type_name]
        ((_, first),) = field.homes.values()
        wrapper = self.weaker(first)
        if target.kind == "entity" and (home in target.homes or home in target.stubs):
            field.homes[home] = (field.type_name, wrapper)
        elif target.kind == "value" or (target.kind == "root" and self.model.declared(home, target)):
            if target.kind == "value":
                self.use(field.type_name, [home])
            field.homes[home] = (field.type_name, wrapper)
        elif target.members.get(home) and field.type_name != NODE:
            shared = [name for name in field.targets if name in target.members[home]]
            if shared:
                chosen = self.random.choice(shared)
                narrow = self.chance(0.3)
                field.targets = (chosen,) if narrow else tuple(shared)
                field.homes[home] = (chosen, field.strict) if narrow else (field.type_name, wrapper)

    def compute(self, owner: Type, home: str) -> None:
        """A field that requires others of its entity."""
        before = set(self.model.external)
        text = self.required(owner, home)
        field = Field(self.name("x"), "String", homes={home: ("String", (False,))}, requires=text)
        if not text or not self.new(owner, field):
            self.model.external = before

    def required(self, owner: Type, home: str) -> str:
        """A field set that the subgraph lacks; empty if there is none."""
        names = [field for field in owner.fields if self.lacked(owner, field, home)]
        self.random.shuffle(names)
        return " ".join(filter(None, (self.read(owner, name, home) for name in names[: self.random.randint(1, 2)])))

    def lacked(self, type_: Type, name: str, home: str) -> bool:
        mine = name in type_.keyed(home) or self.model.resolved(home, type_, name)
        return not mine and type_.fields[name].moved != home

    def read(self, type_: Type, name: str, home: str, depth: int = 2) -> str:
        """A field in a field set, declared where the set is, with what is read below it."""
        field, before = type_.fields[name], set(self.model.external)
        below = "" if field.leaf else self.below(field, home, depth - 1)
        lacked = self.lacked(type_, name, home)
        if (not field.leaf and not below) or (not lacked and not self.model.resolved(home, type_, name)):
            self.model.external = before
            return ""
        if lacked:
            self.model.external.add((home, type_.name, name))
        return name + self.literal_arguments(field) + below

    def literal_arguments(self, field: Field) -> str:
        """Arguments in a field set: those that must be, and some others."""
        literals = {"Int": "3", "Int!": "4", "Hue": "GREEN", "Pick": "{ n: 5, hues: [BLUE] }", "[Int!]": "[6]"}
        chosen = [
            f"{argument.name}: {literals[argument.type]}"
            for argument in field.arguments
            if argument.type in literals and (argument.type.endswith("!") or self.chance(0.5))
        ]
        return f"({', '.join(chosen)})" if chosen else ""

    def below(self, field: Field, home: str, depth: int) -> str:
        """What is read below a field; empty if the subgraph can't say it."""
        target = self.model.types[field.type_name]
        if target.kind == "value":
            if field.type_name == "V1":
                names = [inner_field.name for inner_field in target.fields.values() if inner_field.leaf]
            else:
                self.use(field.type_name, [home])
                names = list(target.fields)
            texts = [self.read(target, name, home) for name in self.some(names, 2)]
        elif target.kind == "entity" and (home in target.homes or self.stubbed(target, home)):
            self.refer(target, home)
            texts = [self.read(target, name, home, depth) for name in self.some(self.readable(target, depth), 2)]
        elif target.name == NODE and home in target.homes:
            texts = [self.read(target, name, home, depth) for name in self.some(self.readable(target, depth), 2)]
        elif target.members.get(home):
            texts = []
            for name in self.some([name for name in target.members[home] if name in field.targets] or [""], 2):
                member = self.model.types.get(name)
                inner = member and self.read(member, self.random.choice(self.readable(member, depth)), home, depth)
                texts.append(f"... on {name} {{ {inner} }}" if inner else "")
        else:
            return ""
        return f" {{ {' '.join(filter(None, texts))} }}" if any(texts) else ""

    def readable(self, type_: Type, depth: int) -> list[str]:
        return [field.name for field in type_.fields.values() if field.leaf or (depth > 0 and self.chance(0.5))]

    def provide(self, field: Field, home: str) -> None:
        """What a subgraph gives of a type, on this way alone, though it does not resolve it."""
        target = self.model.types[field.type_name]
        names = [field.type_name] if target.kind == "entity" else list(target.members.get(home, ()))
        texts = []
        for type_ in (self.model.types[name] for name in names if field.homes[home][0] == field.type_name):
            text = self.provided(type_, home) if self.model.declared(home, type_) else ""
            if text:
                texts.append(text if target.kind == "entity" else f"... on {type_.name} {{ {text} }}")
        if texts:
            field.provides[home] = " ".join(texts)

    def provided(self, type_: Type, home: str) -> str:
        """A field of a type that a subgraph has only where it provides it; empty if there is none."""
        fields = [candidate for candidate in type_.fields.values() if not (candidate.moved or candidate.arguments)]
        free = [
            candidate
            for candidate in fields
            if self.lacked(type_, candidate.name, home) and candidate.type_name not in ("V1", "Query")
        ]
        self.random.shuffle(free)
        for field in free:
            target = self.model.types.get(field.type_name)
            inner = ""
            if target is not None and target.kind == "value":
                self.use(target.name, [home])
                plain = [candidate for candidate in target.fields.values() if candidate.leaf]
                names = [candidate.name for candidate in plain if not candidate.arguments]
                inner = f" {{ {' '.join(self.some(names, 2))} }}" if names else ""
            elif target is not None and target.kind == "entity" and self.stubbed(target, home):
                self.refer(target, home)
                leaf = self.leaf_of(target, home)
                inner = f" {{ {leaf} }}" if leaf else ""
            if field.leaf or inner:
                field.shared = True
                self.model.external.add((home, type_.name, field.name))
                return field.name + inner
        return ""

    def leaf_of(self, type_: Type, home: str) -> str:
        """A leaf of a type that is provided with what leads to it, or a key."""
        free = [
            candidate
            for candidate in type_.fields.values()
            if candidate.leaf and self.lacked(type_, candidate.name, home)
        ]
        free = [candidate for candidate in free if not (candidate.moved or candidate.arguments)]
        if not free or self.chance(0.3):
            external = {name for name, lost in type_.lost.items() if lost == (home, "")}
            keyed = [name for name in type_.keyed(home) if name != "org"]
            keyed = [name for name in keyed if name in external or self.model.resolved(home, type_, name)]
            return self.random.choice(keyed) if keyed else ""
        field = self.random.choice(free)
        field.shared = True
        self.model.external.add((home, type_.name, field.name))
        return field.name

    def mutations(self) -> None:
        """Fields that are asked in turn, wherever they are."""
        type_ = self.model.types["Mutation"] = Type("Mutation", "mutation", list(self.model.subgraphs))
        for number, home in enumerate(self.random.choices(self.model.subgraphs, k=self.random.randint(2, 4))):
            if self.chance(0.4):
                self.new(type_, Field(f"turn{number}", "Int", homes={home: ("Int", (False,))}))
            else:
                self.link(type_, home)

    def feed(self, home: str) -> None:
        """A field whose argument the nearest object above gives: the root at the latest."""
        model, root = self.model, self.model.types["Query"]
        fed = [entity for entity in model.of("entity") if home in entity.homes]
        edition = Field(f"edition_{home}", "String", homes={home: ("String", (False,))})
        if not fed or self.new(root, edition) is None:
            return
        type_, before = self.random.choice(fed), set(model.external)
        context = [("Query", edition.name)]
        for setter in fed:
            texts = self.texts(setter, home)
            if setter is not type_ and texts and self.chance(0.7):
                read = self.random.choice(texts)
                if read in setter.fields and self.lacked(setter, read, home):
                    model.external.add((home, setter.name, read))
                context.append((setter.name, read))
        field = Field(self.name("w"), "String", homes={home: ("String", (False,))}, context=tuple(context))
        field.arguments = (Argument("n", "Int"),) if self.chance(0.5) else ()
        if self.new(type_, field):
            model.setting |= {(home, type_name) for type_name, _ in context}
        else:
            model.external = before

    def texts(self, type_: Type, home: str) -> list[str]:
        """The selections of a type that a context may take: its nullable strings, and `org { iso }` if it is keyed."""
        plain = [field for field in type_.fields.values() if field.type_name == "String" and not field.arguments]
        names = [leaf.name for leaf in plain if leaf.homes and leaf.wrapper == (False,) and leaf.moved != home]
        return [*names, "org { iso }"] if "org" in type_.keyed(home) else names
