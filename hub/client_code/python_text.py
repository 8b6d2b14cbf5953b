"""Pieces of generated Python modules."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

HEADER = '"""Made by `hub client python`: to change it, change the operations or the schema, and make it again."""'
WIDTH = 120


def module(imports: Iterable[str], parts: Iterable[str]) -> str:
    """The text of a module."""
    head = "\n".join([HEADER, "", "from __future__ import annotations", "", *imports])
    return "\n\n\n".join([head.rstrip(), *parts]) + "\n"


def docstring(text: str, indent: str = "    ") -> str:
    """A docstring in lines of the usual width."""
    plain = " ".join(text.split()).replace("\\", "\\\\").replace('"""', "'''")
    if plain.endswith('"'):
        plain = f'{plain[:-1]}\\"'
    lines = textwrap.wrap(plain, WIDTH - len(indent) - 6, break_long_words=False, break_on_hyphens=False) or [""]
    body = f"\n{indent}".join(lines)
    return f'{indent}"""{body}"""'


def class_(name: str, bases: str, description: str, lines: Iterable[str]) -> str:
    """A class with a docstring and these lines, each indented already."""
    return "\n".join([f"class {name}({bases}):", docstring(description or f"{name}."), *lines])


def member(name: str, type_: str, default: str, description: str) -> list[str]:
    """An attribute, and what it is."""
    line = f"    {name}: {type_}{f' = {default}' if default else ''}"
    return [line, *([docstring(description)] if description else [])]


def default(key: str, attribute: str, value: str = "") -> str:
    """The right-hand side that gives an attribute its key in JSON, and its value if it may be left out."""
    if attribute == key:
        return value
    return f'field(name="{key}"{f", default={value}" if value else ""})'
