"""French messages for composition failures and hints: one sentence per code, then the engine's English detail."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import msgspec

from hub.federation.compose.hints import Hint
from hub.federation.errors import RuleViolation


class Sentences(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The tables of composition.toml: French sentences by code."""

    failures: dict[str, str]
    hints: dict[str, str]


@cache
def sentences() -> Sentences:
    """The sentences of composition.toml."""
    return msgspec.toml.decode(Path(__file__).with_suffix(".toml").read_bytes(), type=Sentences)


def failure_message(failure: RuleViolation) -> str:
    """Coordinate, subgraphs, French sentence and English problem of a failure."""
    return _message(failure.coordinate, failure.subgraphs, sentences().failures[failure.code], failure.problem)


def hint_message(hint: Hint) -> str:
    """Coordinate, subgraphs, French sentence and English remark of a hint."""
    return _message(hint.coordinate, hint.subgraphs, sentences().hints[hint.code], hint.message)


def _message(coordinate: str, subgraphs: tuple[str, ...], sentence: str, detail: str) -> str:
    return f"{coordinate} ({', '.join(subgraphs)}) : {sentence} Détail : {detail}."
