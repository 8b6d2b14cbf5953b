"""The second lock: every object of a personal type is decided again, from the facts that its subgraph reported.

policy.md rule 3. Projection calls the guard once per object; the same call tells the journal what was released of whom.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, TypeAlias

from hub.document.operation import ACCESS_KEY
from hub.errors import FieldFailed
from hub.federation.collect import Unusual
from hub.federation.generate import Check
from schema.residual import Rule, holds

VERDICTS = 4096
"""Bound of the verdicts remembered per mark: facts are a small integer, so this is never reached in practice."""


Told: TypeAlias = tuple[str, bool, dict[str, Any]]
"""What may be told of a field of a row: its response key, whether it is denied (else: not held), and the entry."""


@dataclass(slots=True, eq=False)
class Verdict:
    """What becomes of one object: response keys to null, and the coordinates released. A mark has one per facts.

    `told` keeps what `explain` tells of it, once it has been asked.
    """

    nulls: frozenset[str]
    released: frozenset[str]
    masked: frozenset[str]
    told: list[Told] | None = None


@dataclass(frozen=True)
class Mark:
    """One selection set of a personal type in an authorised operation.

    `fields` are (response key, coordinate, rule or None for an open field); `named`: it is reached from a root field
    without passing a list, so it speaks of the person asked for.
    """

    type: str
    path: tuple[str, ...]
    named: bool
    row: Rule
    fields: tuple[tuple[str, str, Rule | None], ...]
    verdicts: dict[tuple[int, frozenset[str]], Verdict | None] = field(default_factory=dict, compare=False, hash=False)
    _absent: dict[frozenset[str], frozenset[str]] = field(default_factory=dict, compare=False, hash=False)

    @cached_property
    def keys(self) -> frozenset[str]:
        """Response keys of the fields."""
        return frozenset(key for key, _, _ in self.fields)

    def absent(self, fetched: frozenset[str]) -> frozenset[str]:
        """Response keys that are not among these, which depend on the operation and its conditions alone."""
        try:
            return self._absent[fetched]
        except KeyError:
            return self._absent.setdefault(fetched, self.keys - fetched)

    def verdict(self, facts: int, absent: frozenset[str] = frozenset()) -> Verdict | None:
        """The verdict for these facts; None where the row does not exist for the actor.

        `absent`: keys that did not come, excluded by a condition or lost with their subgraph: nothing of them is
        released.
        """
        try:
            return self.verdicts[facts, absent]
        except KeyError:
            found = self._decide(facts, absent)
            if len(self.verdicts) < VERDICTS:
                self.verdicts[facts, absent] = found
            return found

    def _decide(self, facts: int, absent: frozenset[str]) -> Verdict | None:
        bits = sum(bit for bit, _ in self.row.values)
        if not holds(self.row.read, facts) or not self.row.value_allowed(facts, bits):
            return None
        fields = [item for item in self.fields if item[0] not in absent]
        read = {key for key, _, rule in fields if rule is None or holds(rule.read, facts)}
        masked = {key for key, _, rule in fields if rule is not None and holds(rule.reduced, facts)} - read
        return Verdict(
            nulls=frozenset(key for key, _, _ in fields if key not in read and key not in masked),
            released=frozenset(coordinate for key, coordinate, _ in fields if key in read),
            masked=frozenset(coordinate for key, coordinate, _ in fields if key in masked),
        )


_INT, _STR = {int}, {str}


@dataclass(slots=True)
class Guard:
    """The guard of one request: it checks each object, then tells what was `disclosed` and explains the `named`.

    `inputs`: coordinates that the arguments of the field at a path reveal of each row below it (`check_inputs`).
    """

    marks: tuple[Mark, ...]
    variables: Mapping[str, Any] = field(default_factory=dict)
    inputs: Mapping[tuple[str, ...], frozenset[str]] = field(default_factory=dict)
    named: list[tuple[Mark, Verdict, int, tuple[str | int, ...]]] = field(default_factory=list)
    _seen: dict[tuple[int, Verdict], set[str]] = field(default_factory=dict)

    def __call__(self, mark: int, value: Mapping[str, Any], path: tuple[str | int, ...]) -> frozenset[str] | None:
        """Response keys to null, or None: the object must disappear (no facts, or facts that forbid it)."""
        try:
            subject, facts = value.get(ACCESS_KEY)  # type: ignore[misc]
        except (TypeError, ValueError):
            return None
        if type(subject) is not str or type(facts) is not int:
            return None
        found = self.marks[mark]
        verdict = found.verdict(facts, found.keys.difference(value))
        if verdict is None:
            return None
        self._seen.setdefault((mark, verdict), set()).add(subject)
        if found.named:
            self.named.append((found, verdict, facts, path))
        return verdict.nulls

    def check(self, mark: int, fetched: frozenset[str]) -> Check:
        """The same for all objects of a mark of which these keys came; raises Unusual where the other says None."""
        found = self.marks[mark]
        absent = found.absent(fetched)
        known: dict[int, tuple[frozenset[str], Callable[[str], None]]] = {}

        def check(value: Mapping[str, Any]) -> frozenset[str]:
            subject, facts = value[ACCESS_KEY]
            if type(subject) is not str or type(facts) is not int:
                raise Unusual
            try:
                nulls, seen = known[facts]
            except KeyError:
                verdict = found.verdict(facts, absent)
                if verdict is None:
                    raise Unusual from None
                nulls, seen = known[facts] = verdict.nulls, self._seen.setdefault((mark, verdict), set()).add
                if found.named:  # no list on its path: there is one object
                    self.named.append((found, verdict, facts, found.path))
            seen(subject)
            return nulls

        return check

    def check_all(self, mark: int, fetched: frozenset[str], values: list[Any]) -> bool:
        """Whether all these objects have the same facts, as the rows of a list have as a rule, and nothing of them is
        to null; they are noted then."""
        found = self.marks[mark]
        try:
            subjects, facts = zip(*[value[ACCESS_KEY] for value in values], strict=True)
        except (TypeError, ValueError):  # a null, or what is no fact, among them; or none
            return False
        kinds = set(facts)
        if len(kinds) != 1 or set(map(type, facts)) != _INT or set(map(type, subjects)) != _STR:
            return False
        verdict = found.verdict(kinds.pop(), found.absent(fetched))
        if verdict is None or verdict.nulls or found.named:
            return False
        self._seen.setdefault((mark, verdict), set()).update(subjects)
        return True

    def reached(self, errors: Iterable[FieldFailed]) -> frozenset[str]:
        """Response keys of the root fields below which someone was shown, or that failed."""
        shown = {self.marks[mark].path[0] for mark, _ in self._seen}
        return frozenset(shown | {str(error.path[0]) for error in errors if error.path})

    def restart(self) -> None:
        """Forget all objects: they are going to be shown again."""
        self._seen.clear()
        self.named.clear()

    def disclosed(self) -> list[tuple[frozenset[str], frozenset[str], list[str]]]:
        """(coordinates released, masked, the persons of whom they were), each person once."""
        told = [(self._released(mark, verdict), verdict.masked) for mark, verdict in self._seen]
        if len(told) == 1:
            return [(*told[0], list(subjects)) for subjects in self._seen.values()]
        met: dict[str, int] = {}
        for number, subjects in enumerate(self._seen.values()):
            for subject in subjects:
                met[subject] = met.get(subject, 0) | 1 << number
        groups: dict[int, list[str]] = {}
        for subject, numbers in met.items():
            groups.setdefault(numbers, []).append(subject)
        found = []
        for numbers, people in groups.items():
            pairs = [pair for number, pair in enumerate(told) if numbers >> number & 1]
            released, masked = joined(*(pair[0] for pair in pairs)), joined(*(pair[1] for pair in pairs))
            found.append((released, masked, people))
        return found

    def _released(self, mark: int, verdict: Verdict) -> frozenset[str]:
        if not self.inputs:
            return verdict.released
        path = self.marks[mark].path
        return joined(verdict.released, *(found for at, found in self.inputs.items() if path[: len(at)] == at))


@lru_cache(maxsize=4096)
def joined(*coordinates: frozenset[str]) -> frozenset[str]:
    """The union of sets of coordinates: the same object for the same sets, which come again and again."""
    return frozenset().union(*coordinates)
