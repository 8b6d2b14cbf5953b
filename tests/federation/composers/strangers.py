"""Random sets of subgraphs as strangers write them: any version of the specification, any directive, mostly valid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from hub.federation.compose.composer import Source
from hub.federation.compose.specification import LATEST, federation_directives
from tests.federation.composers.verdict import SubgraphSet
from tests.federation.rules.case import LINK

TYPES = ("User", "Order", "Item", "Place")
LEAVES = ("String", "Int", "Float", "Boolean", "ID", "Size", "Date")
DEFINITIONS = {"Size": "enum Size { SMALL LARGE }", "Date": "scalar Date"}
KEYS = ("id", "id", "id", "code", "id code", "org { id }")


@dataclass
class DrawnField:
    """A field of the whole graph: its printed type, and the subgraphs that resolve it."""

    name: str
    type: str
    homes: list[str]
    arguments: str = ""


@dataclass
class DrawnType:
    """An object type of the whole graph; without keys it is a value, whole and shareable wherever it is."""

    name: str
    homes: list[str]
    keys: dict[str, list[str]] = field(default_factory=dict)
    fields: list[DrawnField] = field(default_factory=list)
    interfaces: list[str] = field(default_factory=list)


class Stranger:
    """Draws one set from one source of chances."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.names = [f"s{number}" for number in range(random.choice((1, 2, 2, 2, 3, 3)))]
        self.versions = {name: self._version() for name in self.names}
        self.types: dict[str, DrawnType] = {}
        self.interface = self._chance(0.4)
        self.interface_objects: list[str] = []
        self.union = self._chance(0.25)
        self.input = self._chance(0.3)

    def _chance(self, share: float) -> bool:
        return self.random.random() < share

    def _version(self) -> int | None:
        """The minor version of Federation 2; None for a subgraph of Federation 1."""
        return (
            None
            if self._chance(0.15)
            else self.random.choice((0, 3, 5, 7, 8, 9, LATEST[1], self.random.randint(0, LATEST[1])))
        )

    def _some(self, values: Sequence[str], most: int = 3) -> list[str]:
        chosen = self.random.sample(values, self.random.randint(1, min(most, len(values))))
        return [value for value in values if value in chosen]

    def sources(self) -> SubgraphSet:
        """The set."""
        for name in self.random.sample(TYPES, self.random.randint(1, 3)):
            self._type(name)
        if self.interface and len(self.names) > 1 and self._chance(0.5):
            name = self.random.choice(self.names)
            if (self.versions[name] or 0) >= 3 and not any(
                name in t.homes and t.interfaces for t in self.types.values()
            ):
                self.interface_objects.append(name)
        return tuple(Source(name, f"http://{name}.example", self._sdl(name)) for name in self.names)

    def _type(self, name: str) -> None:
        type_ = DrawnType(name, self._some(self.names))
        entity = self._chance(0.75)
        if entity:
            key = self.random.choice(KEYS)
            type_.keys = {home: [key] for home in type_.homes}
            if self._chance(0.2):
                type_.keys[self.random.choice(type_.homes)].append(self.random.choice(KEYS))
        for number in range(self.random.randint(1, 4)):
            homes = self._some(type_.homes, 2 if self._chance(0.3) else 1) if entity else list(type_.homes)
            targets = [target_type.name for target_type in self.types.values() if set(homes) <= set(target_type.homes)]
            leaf = self.random.choice(LEAVES)
            named_type = self.random.choice(targets) if targets and self._chance(0.3) else leaf
            wrapped = self.random.choice(("{}", "{}", "{}!", "[{}]", "[{}!]!")).format(named_type)
            arguments = (
                self.random.choice(("(n: Int)", "(n: Int = 1)", "(n: Int!)", "(in: In)")) if self._chance(0.15) else ""
            )
            type_.fields.append(
                DrawnField(f"f{number}", wrapped, homes, "" if "In)" in arguments and not self.input else arguments)
            )
        if self.interface and self._chance(0.6):
            type_.interfaces.append("Node")
        self.types[name] = type_

    def _sdl(self, home: str) -> str:
        version = self.versions[home]
        parts = [self._type_sdl(type_, home) for type_ in self.types.values() if home in type_.homes]
        implementing = [type_ for type_ in self.types.values() if home in type_.homes and type_.interfaces]
        if home in self.interface_objects:
            parts.append('type Node @key(fields: "id") @interfaceObject { id: ID! extra: String }')
        elif implementing:
            keyed = self.interface_objects or ((version or 0) >= 3 and self._chance(0.2))
            key = ' @key(fields: "id")' if keyed and (version or 0) >= 3 else ""
            parts.append(f"interface Node{key} {{ id: ID! }}")
        local_types = [type_.name for type_ in self.types.values() if home in type_.homes]
        if self.union and local_types:
            parts.append(f"union Any_ = {' | '.join(local_types)}")
            parts.append(f"extend type Query {{ any_{home}: [Any_] }}" if local_types else "")
        if self.input:
            parts.append("input In { n: Int size: Size = SMALL }")
            parts.append(f"extend type Query {{ in_{home}(in: In): Int }}")
        if any("org {" in key for type_ in self.types.values() for key in type_.keys.get(home, ())):
            parts.append(f"type Org{self._shareable(version)} {{ id: ID! }}")
        roots = [f"{name[0].lower()}{name[1:]}_{home}: {name}" for name in local_types] or [f"only_{home}: Int"]
        if implementing or home in self.interface_objects:
            roots.append(f"node_{home}: Node")
        query = "extend type Query" if self._chance(0.3) else "type Query"
        parts.insert(0, f"{query} {{ {' '.join(roots)} }}")
        if self._chance(0.15):
            parts.append(f"type Mutation {{ do_{home}: {self.random.choice([*local_types, 'Int'])} }}")
        if self._chance(0.05):
            parts.append(f"type Subscription {{ on_{home}: {self.random.choice([*local_types, 'Int'])} }}")
        text = "\n".join(part for part in parts if part)
        parts = [self._link(version), text, *(sdl for name, sdl in DEFINITIONS.items() if name in text)]
        return "\n".join(part for part in parts if part) + "\n"

    def _link(self, version: int | None) -> str:
        if version is None:
            return ""
        names = [f'"@{name}"' for name in federation_directives((2, version))]
        return LINK.format(minor=version, names=", ".join(names))

    @staticmethod
    def _shareable(version: int | None) -> str:
        return "" if version is None else " @shareable"

    def _type_sdl(self, type_: DrawnType, home: str) -> str:
        version = self.versions[home]
        keys = type_.keys.get(home, [])
        resolvable = ", resolvable: false" if version is not None and self._chance(0.06) else ""
        directives = "".join(f' @key(fields: "{key}"{resolvable})' for key in dict.fromkeys(keys))
        if not type_.keys:
            directives += self._shareable(version)
        implements = " implements Node" if type_.interfaces else ""
        later = home != type_.homes[0]
        extends = version is None and later and self._chance(0.8)
        fields = self._key_fields(type_, home, extends)
        for drawn in type_.fields:
            fields[drawn.name] = self._field_sdl(type_, drawn, home) or ""
        text = " ".join(sdl for sdl in fields.values() if sdl)
        keyword = "extend type" if extends or (later and self._chance(0.1)) else "type"
        return f"{keyword} {type_.name}{implements}{directives} {{ {text} }}"

    def _key_fields(self, type_: DrawnType, home: str, extends: bool) -> dict[str, str]:
        names = {name for key in type_.keys.get(home, ()) for name in key.partition(" {")[0].split()}
        names |= {"id"} if type_.interfaces else set()
        external = " @external" if extends else ""
        types = {"id": "ID!", "code": "String!", "org": "Org!"}
        shared = "" if type_.keys else self._shareable(self.versions[home])
        keyed = {name for key in type_.keys.get(home, ()) for name in key.partition(" {")[0].split()}
        return {
            name: f"{name}: {types[name]}{external if name in keyed else shared if name not in keyed else ''}"
            for name in sorted(names)
        }

    def _field_sdl(self, type_: DrawnType, drawn: DrawnField, home: str) -> str | None:
        version, directives = self.versions[home], federation_directives((2, self.versions[home] or 0))
        text = f"{drawn.name}{drawn.arguments}: {drawn.type}"
        if home not in drawn.homes:
            elsewhere = type_.keys and drawn.type.strip("[]!") in LEAVES and "!)" not in drawn.arguments
            if elsewhere and self._chance(0.25):
                return f'{text} @external r_{drawn.name}_{home}: Int @requires(fields: "{drawn.name}")'
            return None
        if version is None:
            return text
        if type_.keys and len(drawn.homes) > 1:
            text += " @shareable"
        elif type_.keys and self._chance(0.08):
            source = self.random.choice([*self.names, "gone"])
            text += f' @override(from: "{source}")' if source != home else ""
        for directive, share in EXTRAS.items():
            if directive.lstrip("@").partition("(")[0] in directives and self._chance(share):
                text += f" {directive}"
        return text


EXTRAS = {
    '@tag(name: "t")': 0.06,
    "@inaccessible": 0.04,
    "@authenticated": 0.03,
    '@requiresScopes(scopes: [["a", "b"], ["c"]])': 0.03,
    '@policy(policies: [["p"]])': 0.02,
    "@cost(weight: 3)": 0.02,
}
"""Directives that a field may have anywhere, with the share of fields that do."""


def strangers(random: Random) -> SubgraphSet:
    """A random set."""
    return Stranger(random).sources()
