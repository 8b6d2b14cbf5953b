"""What each composer says of a set of subgraphs: ours in this process, the two reference composers in one Node."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import orjson

from hub.federation.compose.composer import Source, compose
from hub.federation.errors import CompositionFailed
from infra.npm import Node

SubgraphSet = tuple[Source, ...]

PLANNERS = ("apollo", "hive")
CRASH = "CRASH"
"""Code of whatever is raised and is no composition error, and of an error without a code."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Codes and messages of the errors, none if the set composes; the supergraph's SDL if it does."""

    errors: tuple[tuple[str, str], ...] = ()
    supergraph: str = ""

    @property
    def codes(self) -> frozenset[str]:
        """The codes of the errors."""
        return frozenset(code for code, _ in self.errors)

    @property
    def accepts(self) -> bool:
        """Whether the set composes."""
        return not self.errors


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Of one set; Apollo's is the oracle, also against the other."""

    ours: Verdict
    apollo: Verdict
    hive: Verdict

    @property
    def same_verdict(self) -> bool:
        """Whether we and Apollo both compose the set, or both refuse it."""
        return self.ours.accepts is self.apollo.accepts

    @property
    def same_codes(self) -> bool:
        """Whether the verdict is the same, and so is one code at least of those that refuse, if Apollo gives any."""
        shared = self.ours.codes & self.apollo.codes
        return self.same_verdict and (bool(shared) or self.ours.accepts or CRASH in self.apollo.codes)

    @property
    def kind(self) -> tuple[str, str]:
        """Our codes and Apollo's, as text: what a difference is listed under."""
        return _text(self.ours), _text(self.apollo)


def _text(verdict: Verdict) -> str:
    return " ".join(sorted(verdict.codes)) or "composes"


@dataclass(frozen=True, slots=True)
class Loaded:
    """Why planners did not load a supergraph, by their names; the fetches of their plans of each operation, a text that
    says why there is no plan, or None."""

    reasons: Mapping[str, str]
    apollo: Sequence[int | str | None]
    hive: Sequence[int | str | None]


def our_verdict(sources: SubgraphSet) -> Verdict:
    """Compose with the hub's engine."""
    try:
        return Verdict(supergraph=compose(sources).text)
    except CompositionFailed as failed:
        return Verdict(tuple((failure.code, failure.message) for failure in failed.failures))
    except Exception as error:
        return Verdict(((f"{CRASH} {type(error).__name__}", str(error)),))


class Referees:
    """The reference composers in a Node, which is started again when a planner ends it: Hive's aborts over a few
    supergraphs and operations."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._process = self._started()

    def _started(self) -> subprocess.Popen[bytes]:
        command = [self._node.binary, "composers.cjs"]
        return subprocess.Popen(command, cwd=self._node.folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def close(self) -> None:
        """End the Node."""
        with self._process as process:
            process.kill()

    def _write(self, question: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(orjson.dumps(question) + b"\n")
        self._process.stdin.flush()

    def _read(self) -> Any:
        """The answer; None if there will be none, for the Node ended."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if line:
            return orjson.loads(line)
        self.close()
        self._process = self._started()
        return None

    def verdicts(self, sources: SubgraphSet) -> Verdicts:
        """What all three say of the set; ours is made while the others work."""
        self._write([{"name": source.name, "url": source.url, "typeDefs": source.sdl} for source in sources])
        ours = our_verdict(sources)
        answer = self._read()
        return Verdicts(ours, _verdict(answer["apollo"]), _verdict(answer["hive"]))

    def loaded(self, supergraph: str, operations: Sequence[str] = ()) -> Loaded:
        """What the reference planners make of a supergraph and of valid operations over it."""
        answer = self._planned(supergraph, operations, *PLANNERS)
        if answer is None:
            answer = {
                "apollo": self._planned(supergraph, operations, "apollo")["apollo"],
                **(self._planned(supergraph, (), "hive") or {"hive": {"unloadable": "it aborts", "fetches": ()}}),
            }
        reasons = {name: verdict["unloadable"] for name, verdict in answer.items() if verdict["unloadable"] is not None}
        absent = [None] * len(operations)
        return Loaded(reasons, *(answer[name]["fetches"] or absent for name in PLANNERS))

    def _planned(self, supergraph: str, operations: Sequence[str], *planners: str) -> Any:
        self._write({"supergraph": supergraph, "operations": operations, "names": planners})
        return self._read()


def _verdict(answer: dict[str, Any]) -> Verdict:
    errors: Sequence[dict[str, str]] = answer.get("errors", ())
    return Verdict(tuple((error["code"], error["message"]) for error in errors), answer.get("supergraph", ""))


@contextmanager
def referees(node: Node) -> Iterator[Referees]:
    """Both composers, until the block ends."""
    running = Referees(node)
    try:
        yield running
    finally:
        running.close()
