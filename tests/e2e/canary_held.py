"""What a running hub holds in memory, as bytes to search: caches above all, whatever they are and wherever they are."""

from __future__ import annotations

import gc
import sys
from asyncio import BaseProtocol
from collections.abc import Iterator
from datetime import date
from functools import _lru_cache_wrapper
from logging import Logger
from types import FrameType, FunctionType, ModuleType
from typing import Any
from uuid import UUID

from hub.journal.write.keyring import Keyring

SMALL = 10**6
"""Numbers below it are all over a program."""
PACKAGES = ("hub", "schema", "subgraphs")


def texts_in_memory(*roots: Any) -> bytes:
    """Every text, day, id and number that one comes to from these objects, our modules and our memoised functions.

    Left aside: the journal's keyring, which is by people's ids, for a short time, and of their pseudonyms only; what a
    connection last read of its socket.
    """
    visited: set[int] = set()
    texts: list[str] = []
    waiting: list[Any] = [*roots, *_globals(), *_memoised()]
    while waiting:
        item = waiting.pop()
        if id(item) in visited:
            continue
        visited.add(id(item))
        if isinstance(item, str | date | UUID) or (isinstance(item, int) and item > SMALL):
            texts.append(str(item))
        elif isinstance(item, bytes | bytearray):
            texts.append(bytes(item).decode("latin-1"))
        else:
            waiting += _below(item)
    return "\n".join(texts).encode("utf-8", "surrogatepass")


def _below(item: Any) -> list[Any]:
    if isinstance(item, ModuleType | type | FrameType | Logger | Keyring | BaseProtocol):
        return []
    if isinstance(item, FunctionType):
        return [item.__closure__, item.__defaults__, item.__kwdefaults__]
    return gc.get_referents(item)


def _globals() -> Iterator[Any]:
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in PACKAGES:
            yield from vars(module).values()


def _memoised() -> Iterator[Any]:
    gc.unfreeze()  # what is frozen is not listed
    objects = gc.get_objects()
    gc.freeze()
    for item in objects:
        if isinstance(item, _lru_cache_wrapper) and str(item.__module__).partition(".")[0] in PACKAGES:
            yield from gc.get_referents(item)
