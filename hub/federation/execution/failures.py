"""What failed of a request, under the client's paths. Error text of a subgraph stays here: only codes of ours leave."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from types import MappingProxyType
from typing import Any, NamedTuple

from hub.errors import FieldFailed, Path
from hub.federation.execution.representations import Asked, Target
from hub.federation.planning.query_plan import Entities, Fetch, Rename

MESSAGES: Mapping[str, str] = MappingProxyType(
    {
        "SUBGRAPH_UNREACHABLE": "Une source de données ne répond pas : réessayez plus tard.",
        "SUBGRAPH_TLS": "Une source de données ne prouve pas qui elle est, ou refuse le hub : signalez-le.",
        "SUBGRAPH_BUSY": "Une source de données a trop de demandes en attente : réessayez plus tard.",
        "SUBGRAPH_CIRCUIT_OPEN": "Une source de données est laissée au repos après des pannes : réessayez plus tard.",
        "SUBGRAPH_TIMEOUT": "Une source de données a dépassé le délai : réessayez plus tard.",
        "SUBGRAPH_STATUS": "Une source de données a refusé ou échoué : réessayez plus tard.",
        "SUBGRAPH_MALFORMED": "Une source de données a donné une réponse illisible : signalez-le.",
        "SUBGRAPH_TOO_LARGE": "La réponse d'une source de données est trop grande : demandez moins d'éléments.",
        "SUBGRAPH_ERROR": "Une source de données n'a pas pu fournir ce champ.",
        "NON_NULL_VIOLATED": "Une source de données n'a pas fourni une valeur obligatoire : signalez-le.",
        "REPRESENTATIONS_LIMIT": "Trop d'éléments à compléter d'un coup : demandez des pages plus petites.",
    }
)


class Said(NamedTuple):
    """What is told of one error: a code; and of an argument, its path below the field and the code of the form it
    lacks."""

    code: str
    input: str = ""
    form: str = ""


MALFORMED = Said("SUBGRAPH_MALFORMED")


@dataclass(frozen=True, slots=True)
class Codes:
    """What may leave of a subgraph's error, all of it known before: each `extensions.code` with our French `messages`;
    and of an argument `extensions.input`, one of our `inputs`, and `extensions.expected`, one of our `forms`."""

    messages: Mapping[str, str] = field(default_factory=dict)
    inputs: frozenset[str] = frozenset()
    forms: Mapping[str, str] = field(default_factory=dict)

    def said(self, error: Any) -> Said:
        """The subgraph's code and argument if they may leave, else a code of ours."""
        extensions = error.get("extensions") if isinstance(error, dict) else None
        told = extensions if isinstance(extensions, dict) else {}
        code, given, form = (
            each if isinstance(each, str) else "" for each in map(told.get, ("code", "input", "expected"))
        )
        if code not in self.messages:
            return Said("SUBGRAPH_ERROR")
        return Said(code, given, form) if given in self.inputs and form in self.forms else Said(code)

    def failed(self, said: Said, detail: str, path: Path) -> FieldFailed:
        """The error that tells this to the client."""
        message = self.messages.get(said.code) or MESSAGES.get(said.code) or MESSAGES["SUBGRAPH_ERROR"]
        if not said.input:
            return FieldFailed(said.code, message, detail, path=path)
        wanted = f"« {said.input} » n'a pas la forme attendue, {self.forms[said.form]} : corrigez sa valeur."
        return FieldFailed(
            said.code, wanted, detail, path=path, extensions={"input": said.input, "expected": said.form}
        )


NO_CODES = Codes()


class Failures:
    """Errors of one request, each told once, `most` at most; `codes` say what may leave of a subgraph's."""

    def __init__(self, codes: Codes, most: int) -> None:
        self._codes, self._most = codes, most
        self._errors: dict[tuple[Path, Said], FieldFailed] = {}
        self.fetches: dict[int, Said] = {}
        """Fetches of which nothing came, with what is told of it."""

    def told(self) -> tuple[FieldFailed, ...]:
        """The errors in their order."""
        return tuple(self._errors.values())

    def add(self, said: Said, fetch: Fetch, path: Path) -> None:
        """Record one error, once, while there is room."""
        if len(self._errors) < self._most and (path, said) not in self._errors:
            self._errors[path, said] = self._codes.failed(said, f"subgraph {fetch.subgraph}", path)

    def add_all(self, said: Said, fetch: Fetch, paths: Iterable[Path], keys: Iterable[str]) -> None:
        """The same error for the keys of the objects at some paths."""
        ordered = tuple(keys)
        for path in paths:
            for key in ordered:
                self.add(said, fetch, (*path, key))

    def add_targets(self, said: Said, fetch: Fetch, targets: Iterable[Target], below: Path = ()) -> None:
        """The same error for all that was asked of some objects, or for one path below each."""
        for target in targets:
            for each in (below,) if below else ((key,) for key in target.source.outputs):
                if each[0] not in target.without:
                    self.add(said, fetch, (*target.path, *each))

    def add_entities(
        self, fetch: Fetch, entities: Entities, asked: Asked, found: Sequence[Any], errors: Iterable[Any]
    ) -> None:
        """Errors of an `_entities` field that gave these; one without a path is of what is null."""
        lost = [target for entity, each in zip(found, asked.targets, strict=True) if entity is None for target in each]
        for said, steps in self.distinct(errors):
            if not steps:
                self.add_targets(said, fetch, lost)
            elif len(steps) > 1 and steps[0] == entities.key:
                index = steps[1]
                if isinstance(index, int) and 0 <= index < len(found):
                    self.add_targets(said, fetch, asked.targets[index], client_steps(steps[2:], entities.renames))

    def distinct(self, errors: Iterable[Any]) -> Iterator[tuple[Said, Path]]:
        """What is told, and path, of a subgraph's errors, equal ones once, so long as there is room."""
        for said, steps in islice(dict.fromkeys((self.said(each), steps_of(each)) for each in errors), self._most):
            if len(self._errors) >= self._most:
                return
            yield said, steps

    def said(self, error: Any) -> Said:
        """What is told of a subgraph's error."""
        return self._codes.said(error)


def steps_of(error: Any) -> Path:
    """Path of a subgraph's error, empty if it has none that is usable."""
    path = error.get("path") if isinstance(error, dict) else None
    if not isinstance(path, list) or not all(isinstance(step, str | int) for step in path):
        return ()
    return tuple(path)


def client_steps(steps: Path, renames: tuple[Rename, ...]) -> Path:
    """The path with aliases of ours undone, cut before an internal key."""
    names = {each.sent: each.key for each in renames}

    def translated() -> Iterator[str | int]:
        for step in steps:
            known = names.get(step, step) if isinstance(step, str) else step
            if isinstance(known, str) and known.startswith("__"):
                return
            yield known

    return tuple(translated())
