"""Draws what is hard to select on abstract types: fields of one name whose type or nullability differs by member and by
subgraph, interfaces that a subgraph has without any type, keys that a subgraph has without resolving them."""

from __future__ import annotations

from tests.federation.supergraphs.draw import WRAPPERS, Drawer
from tests.federation.supergraphs.model import NODE, PAIR, TWIN, Argument, Field, Type, Wrapper, printed

LISTS = tuple(wrapper for wrapper in WRAPPERS if len(wrapper) == 2)
HOLLOW: tuple[Wrapper, ...] = ((False,), (False, False), (False, True), (True, True))


class AbstractDrawer(Drawer):
    """Between the types and the links."""

    def twins(self) -> None:
        """Two values whose fields have the same names and other nullabilities, nested in lists of their union."""
        whole = self.model.types.get("V0")
        if whole is None or not self.chance(0.6):
            return
        twin = self.model.types[TWIN] = Type(TWIN, "value")
        for field in list(whole.fields.values()):
            strict = tuple(self.chance(0.5) for _ in field.strict)
            twin.fields[field.name] = Field(field.name, field.type_name, strict, arguments=field.arguments)
        for type_ in (whole, twin):
            type_.fields["kids"] = Field("kids", PAIR, self.random.choice(LISTS), targets=("V0", TWIN))
        self.model.types[PAIR] = Type(PAIR, "union")
        self.use("V0", self.some(list(self.model.subgraphs), 2))

    def common(self, type_: Type) -> None:
        """Fields of the interface, in its types perhaps with an argument of their own, or of a narrower type."""
        super().common(type_)
        if type_.name == NODE:
            return
        self.narrow(type_)
        name = f"c_{type_.name}"
        if type_.common[name] == "String" and self.chance(0.3):
            for member in {member for own in type_.members.values() for member in own}:
                self.model.types[member].fields[name].arguments = (Argument("n", "Int", "2"),)

    def narrow(self, type_: Type) -> None:
        """A field of an interface that leads to the interface, and in some of its types to one of them alone."""
        candidates = {name: None for own in type_.members.values() for name in own}
        able = [name for name in candidates if self.narrows(type_, name)]
        if not able or type_.parent or not self.chance(0.6):
            return
        name, wrapper = f"n_{type_.name}", self.random.choice(((False,), (False, False)))
        type_.common[name] = printed(type_.name, wrapper)
        for member in dict.fromkeys(member for own in type_.members.values() for member in own):
            target, entity = self.random.choice(able), self.model.types[member]
            strict = tuple(self.chance(0.5) for _ in wrapper)
            homes: dict[str, tuple[str, Wrapper]] = {}
            for home in entity.homes:
                if home in type_.members or self.chance(0.3):
                    wide = home in type_.members and self.chance(0.3)
                    homes[home] = (type_.name if wide else target, self.weaker(strict))
                    self.refer(self.model.types[target], home)
            wide_somewhere = any(type_name == type_.name for type_name, _ in homes.values())
            type_name = type_.name if wide_somewhere else target
            entity.fields[name] = Field(name, type_name, strict, homes, targets=(target,))

    def narrows(self, type_: Type, name: str) -> bool:
        """Whether every subgraph of the interface has this type of it, and every other may refer to it."""
        members = {member for own in type_.members.values() for member in own}
        homes = {home for member in members for home in self.model.types[member].homes}
        return all(name in own for own in type_.members.values()) and all(
            self.stubbed(self.model.types[name], home) or home in self.model.types[name].homes for home in homes
        )

    def hollow(self) -> None:
        """A subgraph has an interface without any type of it, and a field of that interface."""
        for type_ in [type_ for type_ in self.model.of("interface") if f"c_{type_.name}" in type_.common]:
            free = [home for home in self.model.subgraphs if home not in type_.members and home not in type_.homes]
            if free and self.chance(0.4):
                home = self.random.choice(free)
                type_.hollow.append(home)
                owners = [owner for owner in self.model.of("root", "entity") if home in owner.homes]
                for owner in self.some_types(owners):
                    wrapper = self.random.choice(HOLLOW)
                    self.new(owner, Field(self.name("h"), type_.name, wrapper, {home: (type_.name, wrapper)}))

    def some_types(self, types: list[Type]) -> list[Type]:
        """At least one of them."""
        return self.random.sample(types, self.random.randint(1, min(2, len(types))))

    def keys(self, type_: Type, node: Type | None) -> None:
        super().keys(type_, node)
        if node is None or not any(type_.name in own for own in node.members.values()):
            self.lose(type_)

    def lose(self, type_: Type) -> None:
        """A subgraph overrides a key field of another, or has it as external itself, with another key to leave by."""
        for name in ("id", "k"):
            holders = [home for home in type_.homes if name in type_.keys[home]]
            pairs = [
                (loser, taker)
                for loser in holders
                for taker in holders
                if loser != taker and len({*type_.keys[loser]} & {*type_.keys[taker]}) > 1
            ]
            if pairs and self.chance(0.7):
                loser, taker = self.random.choice(pairs)
                type_.lost[name] = (loser, "" if self.chance(0.5) else taker)
                return
