"""The data of a random supergraph: whole objects, which all its subgraphs read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from tests.federation.supergraphs.model import HUES, NODE, Field, Model, Type, Wrapper

OBJECTS = 3
DEPTH = 2
"""Levels of values in values."""
TEXTS = ("x", 'é"\\', "", "RED")
KEYED: Mapping[str, Callable[[str, int], Any]] = {
    "id": lambda name, number: f"{name}-{number}",
    "k": lambda name, number: number + 10,
    "code": lambda name, number: "xy"[number % 2],
    "org": lambda name, number: {"__typename": "Org", "iso": "fg"[number // 2], "size": number or None},
}
"""Of the key of code and org, each is known by both alone."""

Value = dict[str, Any]


class Store:
    """Whole objects by type, and the root, which holds what mutations give too. A value that is an exception fails."""

    def __init__(self, model: Model, random: Random) -> None:
        self.model, self.random = model, random
        self.objects: dict[str, list[Value]] = {
            type_.name: [self._object(type_, number) for number in range(OBJECTS)] for type_ in model.of("entity")
        }
        self.root: Value = {"__typename": "Query"}
        self.turns = self.depth = 0
        self.faults = random.choice((0, 0, 0.05))
        for type_ in model.of("entity"):
            for value in self.objects[type_.name]:
                self._fill(value, type_)
        for type_ in model.of("root", "mutation"):
            self._fill(self.root, type_)

    def turn(self) -> int:
        """How many mutations that count there have been since `turns` was last put back."""
        self.turns += 1
        return self.turns

    def _object(self, type_: Type, number: int) -> Value:
        keys = {name: make(type_.name, number) for name, make in KEYED.items() if name in type_.fields}
        return {"__typename": type_.name, **keys}

    def _fill(self, value: Value, type_: Type) -> None:
        node = self.model.types.get(NODE)
        more = node.fields.values() if node and type_.name in next(iter(node.members.values())) else ()
        for field in (*type_.fields.values(), *more):
            if field.name not in value:
                value[field.name] = self._value(field, field.strict)

    def _value(self, field: Field, wrapper: Wrapper) -> Any:
        if not wrapper[-1] and self.random.random() < 0.2:
            return None
        if not wrapper[-1] and wrapper == field.strict and self.random.random() < self.faults:
            return ValueError("broken")
        if len(wrapper) > 1:
            count = (
                0 if self.depth > DEPTH or not (field.leaf or field.targets) else self.random.choice((0, 1, 2, 2, 3))
            )
            return [self._value(field, wrapper[:-1]) for _ in range(count)]
        if not field.leaf and not field.targets:
            return None
        if not field.leaf:
            return self._target(self.random.choice(field.targets))
        values: dict[str, Callable[[], Any]] = {
            "String": lambda: self.random.choice(TEXTS),
            "ID": lambda: str(self.random.randrange(3)),
            "Int": lambda: self.random.randrange(-1, 2),
            "Float": lambda: self.random.choice((0.5, -2.0, 1e20)),
            "Boolean": lambda: self.random.random() < 0.5,
            "Hue": lambda: self.random.choice(HUES),
        }
        return values[field.type_name]()

    def _target(self, name: str) -> Value:
        if name == "Query":
            return self.root
        if name in self.objects:
            return self.random.choice(self.objects[name])
        value: Value = {"__typename": name}
        self.depth += 1
        self._fill(value, self.model.types[name])
        self.depth -= 1
        return value
