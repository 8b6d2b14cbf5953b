"""The subgraphs of a random supergraph, as they would write themselves."""

from __future__ import annotations

from tests.federation.harness import HEAD
from tests.federation.supergraphs.model import HUES, NODE, Field, Model, Type, printed

SHARED = f"""
directive @note(n: Int) repeatable on FIELD | INLINE_FRAGMENT | FRAGMENT_SPREAD
enum Hue {{ {" ".join(HUES)} }}
input Pick {{ n: Int = 1 hue: Hue hues: [Hue!] }}
"""


def sdl(model: Model, home: str) -> str:
    """The schema of one subgraph; empty if it has none."""
    types = [_type(model, home, type_) for type_ in model.types.values() if model.declared(home, type_)]
    return "\n".join([HEAD + SHARED, *types]) if types else ""


def _type(model: Model, home: str, type_: Type) -> str:
    keys = "".join(f' @key(fields: "{key}")' for key in type_.keys.get(home, ()))
    if type_.kind == "union":
        return f"union {type_.name} = {' | '.join(type_.members[home])}"
    if type_.kind == "interface" and home in type_.members:
        parent = model.parent(type_)
        fields = " ".join(f"{name}: {type_.common[name]}" for name in model.above(home, type_))
        return f"interface {type_.name}{f' implements {parent.name}' if parent else ''}{keys} {{ {fields} }}"
    if home in type_.hollow:
        return f"interface {type_.name} {{ c_{type_.name}: {type_.common[f'c_{type_.name}']} }}"
    if home in type_.stubs:
        keys += f' @key(fields: "{type_.stubs[home]}", resolvable: false)'
    head = f"type {type_.name}"
    implemented = model.implemented(type_.name, home)
    head += f" implements {' & '.join(implemented)}" if implemented else ""
    head += keys + (" @interfaceObject" if type_.name == NODE else "")
    head += f' @context(name: "{context(home)}")' if (home, type_.name) in model.setting else ""
    fields = "\n  ".join(_field(model, home, type_, field) for field in model.shown(home, type_))
    return f"{head} {{\n  {fields}\n}}"


def _field(model: Model, home: str, type_: Type, field: Field) -> str:
    resolved = home in field.homes
    arguments = [argument.sdl() for argument in field.arguments]
    if field.context and resolved:
        selections = " ".join(f"... on {name} {{ {read} }}" for name, read in field.context)
        arguments.append(f'word: String @fromContext(field: "${context(home)} {selections}")')
    text = field.name + (f"({', '.join(arguments)})" if arguments else "")
    text += f": {printed(*field.homes[home]) if resolved else field.type}"
    if (home, type_.name, field.name) in model.external and field.name not in type_.keyed(home):
        return f"{text} @external"
    if type_.lost.get(field.name) == (home, ""):
        return f"{text} @external"
    if resolved and (field.shared or type_.kind == "value" or len(field.homes) > 1):
        text += " @shareable"
    if field.name in type_.lost and home == type_.lost[field.name][1]:
        text += f' @override(from: "{type_.lost[field.name][0]}")'
    if resolved and field.requires:
        text += f' @requires(fields: "{field.requires}")'
    if home in field.provides:
        text += f' @provides(fields: "{field.provides[home]}")'
    if resolved and field.moved:
        label = f', label: "{field.label}"' if field.label else ""
        text += f' @override(from: "{field.moved}"{label})'
    return text + (" @inaccessible" if field.hidden and resolved else "")


def context(home: str) -> str:
    """The name of a subgraph's context."""
    return f"of{home}"
