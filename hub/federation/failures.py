"""What failed of a request, under the client's paths. Error text of a subgraph stays here: only codes of ours leave."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from types import MappingProxyType
from typing import Any

from hub.errors import FieldFailed, Path
from hub.federation.nodes import Entities, Fetch, Rename
from hub.federation.represent import Asked, Target

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


class Failures:
    """Errors of one request, each told once, `most` at most. `codes` maps each `extensions.code` of a subgraph that may
    leave to its French message."""

    def __init__(self, codes: Mapping[str, str], most: int) -> None:
        self._codes, self._most = codes, most
        self._errors: dict[tuple[Path, str], FieldFailed] = {}
        self.fetches: dict[int, str] = {}
        """Fetches of which nothing came, with their code."""

    def told(self) -> tuple[FieldFailed, ...]:
        """The errors in their order."""
        return tuple(self._errors.values())

    def add(self, code: str, fetch: Fetch, path: Path) -> None:
        """Record one error, once, while there is room."""
        if len(self._errors) < self._most:
            message = self._codes.get(code) or MESSAGES.get(code) or MESSAGES["SUBGRAPH_ERROR"]
            failed = FieldFailed(code, message, f"subgraph {fetch.subgraph}", path=path)
            self._errors.setdefault((path, code), failed)

    def add_all(self, code: str, fetch: Fetch, paths: Iterable[Path], keys: Iterable[str]) -> None:
        """The same error for the keys of the objects at some paths."""
        ordered = tuple(keys)
        for path in paths:
            for key in ordered:
                self.add(code, fetch, (*path, key))

    def add_targets(self, code: str, fetch: Fetch, targets: Iterable[Target], below: Path = ()) -> None:
        """The same error for all that was asked of some objects, or for one path below each."""
        for target in targets:
            for each in (below,) if below else ((key,) for key in target.source.outputs):
                if each[0] not in target.without:
                    self.add(code, fetch, (*target.path, *each))

    def add_entities(
        self, fetch: Fetch, entities: Entities, asked: Asked, found: Sequence[Any], errors: Iterable[Any]
    ) -> None:
        """Errors of an `_entities` field that gave these; one without a path is of what is null."""
        lost = [target for entity, each in zip(found, asked.targets, strict=True) if entity is None for target in each]
        for code, steps in self.distinct(errors):
            if not steps:
                self.add_targets(code, fetch, lost)
            elif len(steps) > 1 and steps[0] == entities.key:
                index = steps[1]
                if isinstance(index, int) and 0 <= index < len(found):
                    self.add_targets(code, fetch, asked.targets[index], client_steps(steps[2:], entities.renames))

    def distinct(self, errors: Iterable[Any]) -> Iterator[tuple[str, Path]]:
        """Code and path of a subgraph's errors, equal ones once, so long as there is room."""
        for code, steps in islice(dict.fromkeys((self.code_of(each), steps_of(each)) for each in errors), self._most):
            if len(self._errors) >= self._most:
                return
            yield code, steps

    def code_of(self, error: Any) -> str:
        """The subgraph's code if it may leave, else ours."""
        extensions = error.get("extensions") if isinstance(error, dict) else None
        code = extensions.get("code") if isinstance(extensions, dict) else None
        return code if isinstance(code, str) and code in self._codes else "SUBGRAPH_ERROR"


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
