"""The failures of one request, under the client's paths. A subgraph's text never leaves: only codes known before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from types import MappingProxyType
from typing import Any, NamedTuple

from hub.federation.errors import FieldFailure, Path
from hub.federation.execution.representations import EntityRequest, Target
from hub.federation.operations.operation import ACCESS_KEY
from hub.federation.planning.query_plan import Entities, Fetch, Rename

MESSAGES: Mapping[str, str] = MappingProxyType(
    {
        "SUBGRAPH_UNREACHABLE": "the subgraph can't be reached",
        "SUBGRAPH_TLS": "the subgraph does not prove who it is, or refuses the gateway",
        "SUBGRAPH_BUSY": "too many calls wait for the subgraph",
        "SUBGRAPH_CIRCUIT_OPEN": "the subgraph is left alone after failures in a row",
        "SUBGRAPH_TIMEOUT": "the subgraph did not answer in time",
        "SUBGRAPH_STATUS": "the subgraph answered with an HTTP status that says it failed, and no GraphQL",
        "SUBGRAPH_MALFORMED": "the subgraph's answer can't be read, or is not of the schema's form",
        "SUBGRAPH_TOO_LARGE": "the subgraph's answer is too large",
        "SUBGRAPH_ERROR": "the subgraph reported an error",
        "NON_NULL_VIOLATED": "null in a non-null position",
        "REPRESENTATIONS_LIMIT": "too many entities to ask for at once",
    }
)
"""The engine's own codes of failed fields."""


class Cause(NamedTuple):
    """Why fields failed: a code, and for an argument its path below the field and the code of the form it lacks."""

    code: str
    input: str = ""
    form: str = ""


MALFORMED = Cause("SUBGRAPH_MALFORMED")


@dataclass(frozen=True, slots=True, repr=False)
class AllowedCodes:
    """What may leave of a subgraph's error: `extensions.code` if it is one of `codes`, and for an argument
    `extensions.input` and `extensions.expected`, if they are of `inputs` and `forms`."""

    codes: frozenset[str] = frozenset()
    inputs: frozenset[str] = frozenset()
    forms: frozenset[str] = frozenset()

    def cause(self, error: Any) -> Cause:
        """The subgraph's code and argument if they may leave, else SUBGRAPH_ERROR."""
        extensions = error.get("extensions") if isinstance(error, dict) else None
        if not isinstance(extensions, dict):
            return Cause("SUBGRAPH_ERROR")
        values = (extensions.get(name) for name in ("code", "input", "expected"))
        code, argument, form = (value if isinstance(value, str) else "" for value in values)
        if code not in self.codes:
            return Cause("SUBGRAPH_ERROR")
        return Cause(code, argument, form) if argument in self.inputs and form in self.forms else Cause(code)


NO_CODES = AllowedCodes()


class Failures:
    """Errors of one request, each recorded once, `limit` at most; those of facts, which decide whether an object is
    there at all, have as much room of their own."""

    def __init__(self, codes: AllowedCodes, limit: int) -> None:
        self._codes, self._limit = codes, limit
        self._errors: dict[tuple[Path, Cause], FieldFailure] = {}
        self._facts: dict[tuple[Path, Cause], FieldFailure] = {}
        self.fetches: dict[int, Cause] = {}
        """Why fetches failed of which nothing came, by number."""

    def errors(self) -> tuple[FieldFailure, ...]:
        """The errors in their order."""
        return (*self._errors.values(), *self._facts.values())

    def cause(self, error: Any) -> Cause:
        """The cause that may be told of a subgraph's error."""
        return self._codes.cause(error)

    def add(self, cause: Cause, fetch: Fetch, path: Path) -> None:
        """Record one error, once, while there is room; that of the facts of a list's items is of the list."""
        errors = self._errors
        if path[-1:] == (ACCESS_KEY,):
            errors, path = self._facts, (*(path[:-2] if isinstance(path[-2], int) else path[:-1]), ACCESS_KEY)
        if len(errors) < self._limit and (path, cause) not in errors:
            errors[path, cause] = _failure(cause, fetch.subgraph, path)

    def add_all(self, cause: Cause, fetch: Fetch, paths: Iterable[Path], keys: Iterable[str]) -> None:
        """Record the same error for these keys of the objects at some paths."""
        ordered = tuple(keys)
        for path in paths:
            for key in ordered:
                self.add(cause, fetch, (*path, key))

    def add_targets(self, cause: Cause, fetch: Fetch, targets: Iterable[Target], below: Path = ()) -> None:
        """Record the same error for all keys that were fetched of some objects, or for one path below each."""
        for target in targets:
            for path in (below,) if below else ((key,) for key in target.source.outputs):
                if path[0] not in target.without:
                    self.add(cause, fetch, (*target.path, *path))

    def add_entities(
        self, fetch: Fetch, entities: Entities, request: EntityRequest, answers: Sequence[Any], errors: Iterable[Any]
    ) -> None:
        """Record the errors of an `_entities` field with these answers; one without a path is that of the nulls, and
        one below a null is that of all of it."""
        pairs = zip(answers, request.targets, strict=True)
        missing = [target for entity, targets in pairs if entity is None for target in targets]
        for cause, path in self.distinct(errors):
            if not path:
                self.add_targets(cause, fetch, missing)
            elif len(path) > 1 and path[0] == entities.key:
                index = path[1]
                if isinstance(index, int) and 0 <= index < len(answers):
                    below = () if answers[index] is None else client_path(path[2:], entities.renames)
                    self.add_targets(cause, fetch, request.targets[index], below)

    def distinct(self, errors: Iterable[Any]) -> Iterator[tuple[Cause, Path]]:
        """Cause and path of a subgraph's errors, equal ones once, while there is room."""
        pairs = dict.fromkeys((self.cause(error), error_path(error)) for error in errors)
        for cause, path in islice(pairs, self._limit):
            if min(len(self._errors), len(self._facts)) >= self._limit:
                return
            yield cause, path


def _failure(cause: Cause, subgraph: str, path: Path) -> FieldFailure:
    parameters = {"subgraph": subgraph}
    if cause.input:
        parameters |= {"input": cause.input, "expected": cause.form}
    message = MESSAGES.get(cause.code) or MESSAGES["SUBGRAPH_ERROR"]
    return FieldFailure(cause.code, f"{message}: {subgraph}", parameters, path=path)


def error_path(error: Any) -> Path:
    """Path of a subgraph's error, empty if it has none that is usable."""
    path = error.get("path") if isinstance(error, dict) else None
    if not isinstance(path, list) or not all(isinstance(step, str | int) for step in path):
        return ()
    return tuple(path)


def client_path(path: Path, renames: tuple[Rename, ...]) -> Path:
    """The path with the fetch's aliases undone, cut before an internal key."""
    translated: list[str | int] = []
    for step in path:
        key = step
        if isinstance(step, str):
            step_renames = [rename for rename in renames if rename.sent == step]
            key = step_renames[0].key if step_renames else step
            if key.startswith("__"):
                break
            renames = tuple(below for rename in step_renames for below in rename.below)
        translated.append(key)
    return tuple(translated)
