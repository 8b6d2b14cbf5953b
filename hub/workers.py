"""`hub serve --workers`: a process per core behind one port, replaced without a dropped request (decision 0139).

The supervisor loads what is served once, and forks workers that share its memory and its listening socket. It starts
another for one that dies. At SIGHUP it loads everything anew, and once as many new workers are ready it lets the old
ones end their requests; what can't be loaded changes nothing. At SIGTERM and SIGINT all of them end so.
"""

from __future__ import annotations

import gc
import logging
import os
import signal
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from typing import NoReturn, TypeAlias

log = logging.getLogger(__name__)
SIGNALS = frozenset({signal.SIGCHLD, signal.SIGHUP, signal.SIGTERM, signal.SIGINT, signal.SIGUSR1, signal.SIGALRM})
AGAIN_SECONDS = 1.0
"""Seconds after which a worker is started again that died before it was ready."""
NUMBER_BYTES = 4


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker, from within: its number from 1, and what it has from its supervisor."""

    number: int
    life: int
    """A pipe that ends with the supervisor."""
    ready_pipe: int
    """A pipe to the supervisor."""

    def ready(self) -> None:
        """Tell the supervisor that this worker answers requests."""
        os.write(self.ready_pipe, os.getpid().to_bytes(NUMBER_BYTES, "big"))
        os.kill(os.getppid(), signal.SIGUSR1)


Serve: TypeAlias = Callable[[Worker], None]
"""Serves in a worker until it is told to end."""


@dataclass(slots=True)
class _Generation:
    """Workers of one loading, by process: their numbers; `ready` are those that answer requests."""

    serve: Serve
    loaded: ExitStack
    workers: dict[int, int] = field(default_factory=dict)
    ready: set[int] = field(default_factory=set)
    served: bool = False

    def end(self) -> None:
        """Let each worker end its requests, and then itself."""
        for process in self.workers:
            os.kill(process, signal.SIGTERM)


class Supervisor:
    """Keeps `count` workers that serve what `load` loads, for as long as its context lasts; `ready` is called the
    first time that all answer."""

    def __init__(
        self,
        count: int,
        load: Callable[[], AbstractContextManager[Serve]],
        ready: Callable[[], None],
    ) -> None:
        self._count, self._load, self._tell_ready = count, load, ready
        self._heard, self._told = os.pipe()
        self._life, self._living = os.pipe()
        os.set_blocking(self._heard, False)
        self._mask = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        self._current: _Generation | None = None
        self._older: list[_Generation] = []
        self._stopping = self._failed = self._has_served = False

    def run(self) -> int:
        """Serve until SIGTERM or SIGINT; return the exit code. Raises what the first loading raises."""
        self._begin()
        while self._generations:
            {
                signal.SIGCHLD: self._reap,
                signal.SIGUSR1: self._hear,
                signal.SIGHUP: self._reload,
                signal.SIGALRM: self._fill,
                signal.SIGTERM: self._stop,
                signal.SIGINT: self._stop,
            }[signal.Signals(signal.sigwait(SIGNALS))]()
        return int(self._failed)

    @property
    def _generations(self) -> list[_Generation]:
        return [*self._older, *([] if self._current is None else [self._current])]

    def _begin(self) -> None:
        """Load, and start workers beside those there are."""
        with ExitStack() as stack:
            serve = stack.enter_context(self._load())
            loaded = stack.pop_all()
        gc.collect()
        gc.freeze()
        if self._current is not None:
            self._older.append(self._current)
        self._current = _Generation(serve, loaded)
        self._fill()

    def _reload(self) -> None:
        if self._stopping or self._current is None or not self._current.served:
            return
        try:
            self._begin()
        except Exception as refusal:  # whatever it is, what was served goes on
            log.error("not reloaded, what was served goes on: %s", getattr(refusal, "code", type(refusal).__name__))

    def _fill(self) -> None:
        """Start the workers that the newest generation lacks."""
        generation = self._current
        if generation is None or self._stopping:
            return
        for number in sorted(set(range(1, self._count + 1)) - set(generation.workers.values())):
            process = os.fork()
            if not process:
                self._work(generation.serve, number)
            generation.workers[process] = number

    def _work(self, serve: Serve, number: int) -> NoReturn:
        """Be a worker, and never return to what the supervisor was doing."""
        code = 1
        try:
            os.close(self._living)
            signal.pthread_sigmask(signal.SIG_SETMASK, self._mask)
            serve(Worker(number, self._life, self._told))
            code = 0
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 1
        except Exception as error:
            log.error("worker %d ended: %s", number, getattr(error, "code", type(error).__name__))
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def _hear(self) -> None:
        """Note which workers are ready; those of before may end once all of the newest generation are."""
        try:
            while process := os.read(self._heard, NUMBER_BYTES):
                for generation in self._generations:
                    if (number := int.from_bytes(process, "big")) in generation.workers:
                        generation.ready.add(number)
        except BlockingIOError:
            pass
        newest = self._current
        if newest is None or len(newest.ready) < self._count or newest.served:
            return
        newest.served = True
        for older in self._older:
            older.end()
        if not self._has_served:
            self._has_served = True
            self._tell_ready()

    def _reap(self) -> None:
        """Note which workers have ended, and start others in their place."""
        while True:
            try:
                process, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                break
            if not process:
                break
            for generation in self._generations:
                if process in generation.workers:
                    self._ended(generation, process, os.waitstatus_to_exitcode(status))
        for generation in [older for older in self._older if not older.workers]:
            self._older.remove(generation)
            generation.loaded.close()
        if self._current is not None and not self._current.workers and self._stopping:
            self._current.loaded.close()
            self._current = None

    def _ended(self, generation: _Generation, process: int, code: int) -> None:
        number, was_ready = generation.workers.pop(process), process in generation.ready
        generation.ready.discard(process)
        if self._stopping or generation is not self._current:
            return
        log.warning("worker %d ended (%d)", number, code)
        if not generation.served:
            self._take_back(generation)
        elif was_ready:
            self._fill()
        else:
            signal.setitimer(signal.ITIMER_REAL, AGAIN_SECONDS)

    def _take_back(self, failed: _Generation) -> None:
        """Give up a loading whose workers do not serve; what was served before goes on, or nothing if nothing was."""
        failed.end()
        if self._older:
            self._current = self._older.pop()
            self._older.append(failed)
            self._fill()
        else:
            self._failed = self._stopping = True

    def _stop(self) -> None:
        """Let all workers end."""
        self._stopping = True
        for generation in self._generations:
            generation.end()
        self._reap()
