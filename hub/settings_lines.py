"""The settings as lines of text, each with its whole name; what opens something is not shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import Field, fields, is_dataclass
from pathlib import Path
from typing import Any

import msgspec

from hub.settings import Settings

HIDDEN, SET = "(caché)", "(donné)"
"""Stand for a secret, and for what is no text or number, such as a certificate."""


def settings_lines(settings: Settings) -> Iterator[str]:
    """One line per setting, in the order of the model."""
    for name, value in _items(settings):
        yield from _lines(name, value)


def _lines(name: str, value: Any) -> Iterator[str]:
    below = _items(value)
    if value is not None and below:
        for key, part in below:
            yield from _lines(f"{name}.{key}", part)
    else:
        yield f"{name} = {_text(value)}"


def _items(value: Any) -> list[tuple[str, Any]]:
    """The named parts of a value; none of what has none."""
    if is_dataclass(value) and not isinstance(value, type):
        return [(field.name, _shown(field, getattr(value, field.name))) for field in fields(value)]
    if isinstance(value, msgspec.Struct):
        return [(name, getattr(value, name)) for name in value.__struct_fields__]
    if isinstance(value, Mapping):
        return [(f'"{key}"' if "." in str(key) else str(key), part) for key, part in value.items()]
    if isinstance(value, tuple) and any(_items(part) for part in value):
        return [(str(number), part) for number, part in enumerate(value, 1)]
    return []


def _shown(field: Field[Any], value: Any) -> Any:
    """The value of a field, unless the model says not to show it."""
    return value if field.repr or value is None else _Hidden()


class _Hidden:
    """A value that is not shown."""


def _text(value: Any) -> str:
    if value is None:
        return "(aucun)"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, str | Path):
        return f'"{value}"'
    if isinstance(value, tuple | frozenset | list):
        parts = [_text(part) for part in value]
        return f"[{', '.join(sorted(parts) if isinstance(value, frozenset) else parts)}]"
    if isinstance(value, Mapping):
        return "(aucun)"
    return HIDDEN if isinstance(value, _Hidden) else SET
