"""The Python modules of a client: one per operation, beside those of enums, inputs and fragments."""

from __future__ import annotations

import json
import keyword
import re
from collections.abc import Iterable, Sequence

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLNamedType,
    GraphQLSchema,
    get_named_type,
    is_enum_type,
    is_input_object_type,
    is_input_type,
    is_required_input_field,
    type_from_ast,
)

from hub.client_code.operations import Operation, is_repeatable
from hub.client_code.paging import Paging, paging
from hub.client_code.python_names import WORDS, annotation, attribute, leaf
from hub.client_code.python_text import class_, default, docstring, member, module
from hub.client_code.shapes import Shape, ShapeField, Shapes, nested
from hub.errors import ClientRefused

RUNTIME_NAMES = {
    "access": ("Access",),
    "answers": ("Answer",),
    "async_hub": ("AsyncHub",),
    "errors": (
        "FieldError",
        "HubError",
        "Incomplete",
        "NotSigned",
        "NotUnderstood",
        "Refused",
        "StartAgain",
        "TokenRefused",
        "Unreachable",
        "Withheld",
    ),
    "exchange": ("Retries",),
    "hub": ("Hub",),
    "notifications": ("Notification", "WithdrawnPerson", "read_notification"),
    "pages": ("Page",),
    "tokens": ("BearerTokens", "ClientCredentials", "Tokens"),
    "vocabulary": ("Decision", "Purpose", "Reason"),
}
"""What the package offers beside its operations, by the module of the runtime."""
MODEL_NAMES = ("Connection", "Date", "DateTime", "Model", "Operation", "PagedOperation")
"""What the modules take of the runtime's models."""
MODULES = {"enums", "fragments", "inputs", "runtime"}
"""Modules that are no operation's."""


class PythonPackage:
    """The modules of a client, made operation by operation."""

    def __init__(self, schema: GraphQLSchema, operations: Sequence[Operation]) -> None:
        self._schema = schema
        self._operations = operations
        self._leaves: dict[str, GraphQLNamedType] = {}
        self._fragments: dict[str, Shape] = {}
        types = (name for name, type_ in schema.type_map.items() if is_enum_type(type_) or is_input_object_type(type_))
        offered = (name for group in RUNTIME_NAMES.values() for name in group)
        self._reserved = frozenset({*MODEL_NAMES, *WORDS, *keyword.kwlist, *types, *offered})
        self._check_names()

    def modules(self) -> dict[str, str]:
        """The text of each module, by file name."""
        modules = {f"{attribute(operation.name)}.py": self._operation(operation) for operation in self._operations}
        fragments = [self._shape(shape) for _, shape in sorted(self._fragments.items())]
        if fragments:
            modules["fragments.py"] = self._module(fragments, own=set(self._fragments))
        inputs = [self._input(type_) for type_ in self._input_types()]
        if inputs:
            modules["inputs.py"] = self._module(inputs, own={type_.name for type_ in self._input_types()})
        enums = sorted(name for name, type_ in self._leaves.items() if is_enum_type(type_))
        if enums:
            imports = ("from .runtime.models import OpenEnum",)
            modules["enums.py"] = module(imports, [_enum(self._leaves[name]) for name in enums])
        modules["__init__.py"] = self._init()
        manifest = {operation.digest: operation.text for operation in self._operations}
        modules["documents.json"] = json.dumps(manifest, ensure_ascii=False, indent=2) + "\n"
        return modules

    def _check_names(self) -> None:
        """Every operation has a module and a class of its own, every fragment a class of its own."""
        modules = [attribute(operation.name) for operation in self._operations]
        fragments = {node.name.value for operation in self._operations for node in operation.fragments}
        classes = {operation.name for operation in self._operations} | fragments
        if clashes := (classes & self._reserved) or (MODULES & set(modules)):
            raise _clash(min(clashes))
        if len(set(modules)) < len(modules):
            raise _clash(max(modules, key=modules.count))

    def _operation(self, operation: Operation) -> str:
        shape = Shapes(self._schema, operation, self._reserved).data()
        shapes = _own(shape)
        for below in nested(shape):
            for part in _own(below) if below.fragment else ():
                self._add_fragment(part)
        page = paging(operation, shape)
        parts = [self._operation_class(operation, shape, page), *(self._shape(part) for part in shapes)]
        return self._module([*parts[1:], parts[0]], own={part.name for part in shapes} | {operation.name})

    def _add_fragment(self, shape: Shape) -> None:
        if self._fragments.setdefault(shape.name, shape).fields != shape.fields:
            raise _clash(shape.name)

    def _operation_class(self, operation: Operation, data: Shape, page: Paging | None) -> str:
        variables: list[str] = []
        _check_members(operation.name, [node.variable.name.value for node in operation.node.variable_definitions or ()])
        for node in operation.node.variable_definitions or ():
            type_ = type_from_ast(self._schema, node.type)
            assert is_input_type(type_)
            key = node.variable.name.value
            text = annotation(type_, self._leaf(get_named_type(type_)))
            required = not text.endswith(" | None") and node.default_value is None
            variables += _variable(key, text, required, "")
        lines = [
            f'    NAME = "{operation.name}"',
            f"    DOCUMENT = {_literal(operation.text)}",
            f'    DOCUMENT_ID = "{operation.digest}"',
            *([] if is_repeatable(operation, self._schema) else ["    IS_REPEATABLE = False"]),
            f"    DATA = {data.name}",
            *([f'    CURSOR = "{attribute(page.variable)}"'] if page else []),
            *variables,
            *(_connection_of(page, data.name) if page else []),
        ]
        base = f"PagedOperation[{data.name}, {page.node}]" if page else f"Operation[{data.name}]"
        bases = f"{base}, frozen=True, kw_only=True"
        return class_(operation.name, bases, operation.description, lines)

    def _shape(self, shape: Shape) -> str:
        _check_members(shape.name, [entry.key for entry in shape.fields])
        lines = [line for entry in shape.fields for line in self._field(entry)]
        tag = f', tag_field="__typename", tag="{shape.tag}"' if shape.tag else ""
        return class_(shape.name, f"Model, frozen=True, kw_only=True{tag}", shape.description, lines)

    def _field(self, entry: ShapeField) -> list[str]:
        name = attribute(entry.key)
        named_type = " | ".join(shape.name for shape in entry.shapes) or self._leaf(get_named_type(entry.type))
        type_ = annotation(entry.type, named_type)
        if entry.optional:
            type_ = f"{type_.removesuffix(' | None')} | None"
        return member(name, type_, default(entry.key, name, "None" if entry.optional else ""), entry.description)

    def _input(self, type_: GraphQLInputObjectType) -> str:
        lines: list[str] = []
        for key, entry in type_.fields.items():
            text = annotation(entry.type, self._leaf(get_named_type(entry.type)))
            lines += _variable(key, text, is_required_input_field(entry), entry.description or "")
        return class_(type_.name, "Model, frozen=True, kw_only=True", type_.description or "", lines)

    def _input_types(self) -> list[GraphQLInputObjectType]:
        """The input types in use, with those that they hold."""
        waiting = [type_ for type_ in self._leaves.values() if is_input_object_type(type_)]
        types: dict[str, GraphQLInputObjectType] = {}
        while waiting:
            type_ = waiting.pop()
            if type_.name not in types:
                types[type_.name] = type_
                named_types = [get_named_type(entry.type) for entry in type_.fields.values()]
                waiting += [below for below in named_types if is_input_object_type(below)]
        return [types[name] for name in sorted(types)]

    def _leaf(self, named_type: GraphQLNamedType) -> str:
        self._leaves[named_type.name] = named_type
        return leaf(named_type)

    def _module(self, parts: Sequence[str], own: set[str]) -> str:
        """A module with the imports that its text needs."""
        text = "\n".join(parts)
        enums = [name for name, type_ in self._leaves.items() if is_enum_type(type_)]
        inputs = [name for name, type_ in self._leaves.items() if is_input_object_type(type_)]
        imports = [
            _import("msgspec", ("UNSET", "UnsetType", "field"), text),
            _import(".enums", enums, text),
            _import(".fragments", set(self._fragments) - own, text),
            _import(".inputs", set(inputs) - own, text),
            _import(".runtime.models", MODEL_NAMES, text),
        ]
        external, *local = imports
        return module([*([external, ""] if external else []), *filter(None, local)], parts)

    def _init(self) -> str:
        names = {f".runtime.{module_}": group for module_, group in RUNTIME_NAMES.items()}
        names |= {f".{attribute(operation.name)}": (operation.name,) for operation in self._operations}
        imports = [f"from {origin} import {', '.join(group)}" for origin, group in sorted(names.items())]
        exported = "\n".join(f'    "{name}",' for name in sorted(name for group in names.values() for name in group))
        return module([*imports, "", f"__all__ = [\n{exported}\n]"], ())


def _clash(name: str) -> ClientRefused:
    return ClientRefused(
        "CLIENT_NAMES",
        f"« {name} » nomme déjà autre chose dans le client, ou dans Python : renommez une opération ou un fragment.",
        "a name that is taken",
    )


def _check_members(owner: str, keys: Sequence[str]) -> None:
    """Every variable or field has an attribute of its own; raises ClientRefused."""
    names = [attribute(key) for key in keys]
    if len(set(names)) < len(names):
        raise ClientRefused(
            "CLIENT_NAMES",
            f"« {owner} » aurait deux attributs nommés « {max(names, key=names.count)} » : changez un alias ou le nom "
            "d'une variable.",
            "two attributes of one name",
        )


def _own(shape: Shape) -> list[Shape]:
    """The shape and those below it that are not of another fragment."""
    inner = [below for entry in shape.fields for below in entry.shapes if not below.fragment]
    return [shape, *(part for below in inner for part in _own(below))]


def _variable(key: str, text: str, required: bool, description: str) -> list[str]:
    name = attribute(key)
    if required:
        return member(name, text, default(key, name), description)
    text = f"{text.removesuffix(' | None')} | UnsetType{' | None' if text.endswith(' | None') else ''}"
    return member(name, text, default(key, name, "UNSET"), description)


def _enum(type_: GraphQLNamedType) -> str:
    assert isinstance(type_, GraphQLEnumType)
    lines: list[str] = []
    for name, value in type_.values.items():
        lines.append(f'    {attribute(name).upper() if name.lower() in ("name", "value") else name} = "{name}"')
        if value.description:
            lines.append(docstring(value.description))
    lines += ['    UNKNOWN_VALUE = "UNKNOWN_VALUE"', docstring("Une valeur que ce client ne connaît pas encore.")]
    return class_(type_.name, "OpenEnum", type_.description or "", lines)


def _connection_of(page: Paging, data: str) -> list[str]:
    lines = ["", "    @classmethod", f"    def connection_of(cls, data: {data}) -> Connection[{page.node}] | None:"]
    lines.append(docstring("The page in this data; None if it is withheld.", " " * 8))
    previous = "data"
    for number, (key, nullable) in enumerate(page.path):
        name = f"level_{number}"
        lines.append(f"        {name} = {previous}.{attribute(key)}")
        if nullable:
            lines += [f"        if {name} is None:", "            return None"]
        previous = name
    if page.nodes_nullable:
        lines += [f"        if {previous}.nodes is None:", "            return None"]
    lines += [
        f"        bounds = {previous}.page_info",
        f"        return Connection({previous}.nodes, bounds.end_cursor, not bounds.has_next_page)",
    ]
    return lines


def _literal(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    return f'"""{escaped}"""'


def _import(origin: str, names: Iterable[str], text: str) -> str:
    """The import of those names that the text uses."""
    words = set(re.findall(r"\w+", text))
    used = sorted(set(names) & words)
    return f"from {origin} import {', '.join(used)}" if used else ""
