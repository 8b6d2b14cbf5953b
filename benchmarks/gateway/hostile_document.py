"""The document of a recipe, within the limits of documents or a little beyond."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

from benchmarks.gateway.recipes import Recipe
from hub.document.limits import Limits
from hub.federation.supergraph import Supergraph

ABSTRACT = ("N", "U")
NAME = "Q0"
"""The name of the first operation."""


def document(recipe: Recipe, supergraph: Supergraph) -> str:
    """The document of a recipe."""
    return _Writer(recipe, supergraph).document()


class _Writer:
    """Writes one document; `left` is what it may still hold of each kind."""

    def __init__(self, recipe: Recipe, supergraph: Supergraph) -> None:
        self.recipe, self.supergraph, self.random = recipe, supergraph, Random(repr(recipe))  # noqa: S311
        limits = Limits()
        self.left = {
            "tokens": (limits.tokens - 100) // recipe.operations,
            "fields": limits.selections - 20,
            "aliases": limits.aliases - 10,
            "directives": limits.directives - 10,
            "literals": 2_000,
        }
        self.variables: dict[str, str] = {}
        self.fragments: list[str] = []

    def document(self) -> str:
        """Write operations of the same selections, and the fragments that they share."""
        body = " ".join(self.selection("N", 1))
        head = f"({' '.join(f'${name}: {type_}' for name, type_ in self.variables.items())})" if self.variables else ""
        note = f" {self.note()}" if self.draws(self.recipe.notes) else ""
        operations = [
            f"query Q{number}{head}{note} {{ start {{ {body} }} }}" for number in range(self.recipe.operations)
        ]
        return " ".join([*operations, *self.fragments])

    def draws(self, percentage: int) -> bool:
        """Draw whether something of this percentage is."""
        return self.random.randrange(100) < percentage

    def spend(self, kind: str, count: int = 1) -> bool:
        """Take so much of what may be, if it is left."""
        if self.left[kind] < count:
            return False
        self.left[kind] -= count
        return True

    def selection(self, type_: str, depth: int) -> Iterator[str]:
        """Write the fields on a value of a type, the interface N or the union U."""
        self.spend("fields")
        self.spend("tokens")
        yield "id" if type_ != "U" else "__typename"
        if type_ not in ABSTRACT:
            own = [
                name for name in self.supergraph.types[type_].fields if name not in ("id", "f0", "f1", "f2", "n0", "o1")
            ]
            yield from self.fields(own, ("f0", "f1", "f2", "n0"), type_, depth)
            return
        if type_ == "N" and self.draws(self.recipe.lifted):
            yield from self.fields(("i0",), ("n0",), "N", depth)
        if type_ == "N" and self.recipe.objects:
            yield from self.fields(("o0", "o2"), ("o1",), "N", depth)
        for number in range(self.recipe.types):
            if self.left["fields"] > 0 and self.left["tokens"] > 0 and self.draws(self.recipe.fragments):
                inner = " ".join(self.selection(f"T{number}", depth))
                yield self.fragment(f"T{number}", inner)

    def fragment(self, type_: str, body: str) -> str:
        """Write a fragment in place, or by its name."""
        condition = self.directives()
        self.spend("tokens", 5)
        if not self.draws(self.recipe.named):
            return f"... on {type_}{condition} {{ {body} }}"
        self.spend("tokens", 2)
        name = f"F{len(self.fragments)}"
        self.fragments.append(f"fragment {name} on {type_} {{ {body} }}")
        return f"...{name}{condition}"

    def fields(self, names: Sequence[str], composites: Sequence[str], type_: str, depth: int) -> Iterator[str]:
        """Write leaves, and composite fields with what is below them."""
        for _ in range(self.recipe.leaves):
            if self.spend("fields") and self.spend("tokens"):
                name = self.random.choice(names)
                arguments = self.arguments() if name == "a" else ""
                key = self.key() or (f"k{self.left['aliases']}: " if arguments and self.spend("aliases") else "")
                yield self.wrapped(f"{key}{name}{arguments if key else ''}{self.directives()}")
        for _ in range(self.recipe.width if depth < self.recipe.depth else 0):
            if not self.spend("fields") or not self.spend("tokens", 3):
                return
            name = self.random.choice(composites)
            below = {"f1": type_, "f2": "U"}.get(name, "N")
            body = " ".join(" ".join(self.selection(below, depth + 1)) for _ in range(self.recipe.repeats))
            yield self.wrapped(f"{self.key()}{name}{self.directives()} {{ {body} }}")

    def key(self) -> str:
        """Write an alias, if the recipe has them."""
        if not self.recipe.aliases or not self.spend("aliases") or not self.spend("tokens", 2):
            return ""
        return f"k{self.left['aliases']}: "

    def wrapped(self, field: str) -> str:
        """Write a field inside of fragments without a type condition."""
        count = self.random.randint(0, self.recipe.wrapped)
        if not self.spend("tokens", 3 * count):
            return field
        return "".join(f"...{self.directives()} {{ " for _ in range(count)) + field + " }" * count

    def directives(self) -> str:
        """Write a condition and a note, as the recipe draws them."""
        written = ""
        if self.draws(self.recipe.conditions) and self.spend("directives") and self.spend("tokens", 7):
            name = f"v{self.random.randrange(40)}"
            self.variables[name] = "Boolean!"
            written += f" @{self.random.choice(('include', 'skip'))}(if: ${name})"
        if self.draws(self.recipe.notes) and self.spend("directives") and self.spend("tokens", 6):
            written += f" {self.note()}"
        return written

    def note(self) -> str:
        """Write a directive of the schema."""
        return f"@note(text: {self.text()}, more: {self.literal('more')})"

    def arguments(self) -> str:
        """Write arguments of a leaf, by literals or by a variable whose default is one."""
        if not self.draws(self.recipe.arguments) or not self.spend("tokens", 6):
            return ""
        if self.draws(30):
            name = f"w{len(self.variables)}"
            self.variables[name] = f"More = {self.literal('more', constant=True)}"
            return f"(more: ${name})"
        return f"(more: {self.literal('more')}, list: {self.literal('list')}, text: {self.text()})"

    def literal(self, kind: str, *, constant: bool = False) -> str:
        """Write a list of lists, or an input object, of as many values as the recipe says and the document may hold."""
        size = min(self.recipe.literal, self.left["literals"], self.left["tokens"] // 5)
        self.left["literals"] -= max(0, size)
        self.left["tokens"] -= 4 * max(0, size)
        if kind == "list":
            return f"[{' '.join(f'[{number}]' for number in range(max(0, size)))}]"
        shape = self.random.randrange(3)
        if shape == 0:
            return f"{{list: [{' {}' * max(0, size)}]}}"
        if shape == 1:
            depth = min(size, 40)
            return "{below: " * depth + "{i0: 1}" + "}" * depth
        values = " ".join(
            f"i{number % self.recipe.inputs}: {number}" for number in range(min(size, self.recipe.inputs))
        )
        return f"{{{values}}}"

    def text(self) -> str:
        """Write a text."""
        return '"' + "x" * self.random.choice((0, self.recipe.literal)) + '"'
