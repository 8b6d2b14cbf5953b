"""The log of a process, on its standard error: one line per event, as JSON or for people (decision 0125).

A line holds time, level, role, version, the trace id of the request under way and what our code says. Of an exception
it holds the class and the places that it passed, never its text; of other libraries it holds where they spoke, never
what they said, which may quote values. No line holds a NIR.
"""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

import orjson

from hub.observability.log_settings import LogSettings
from hub.version import release
from schema.nir import without_nir

ACCESS = "hub.access"
"""The logger of requests, one line each."""
SPEAKERS = ("hub", "infra", "spie", "uvicorn")
"""The loggers whose texts are told: they quote nothing that came. Others have lines from WARNING on."""
HIDDEN = "(caché)"

current_trace: ContextVar[str] = ContextVar("current_trace", default="")
"""The trace id of the request under way."""


def places(error: BaseException) -> str:
    """The files and lines that an error passed: unlike its text and local variables, they hold no person's data."""
    frames = traceback.extract_tb(error.__traceback__)
    return " > ".join(f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}" for frame in frames)


class Facts(logging.Formatter):
    """Makes the line of a record; `role` and version are in each."""

    def __init__(self, role: str) -> None:
        super().__init__()
        self._about = {"role": role, "version": release()}

    def facts(self, record: logging.LogRecord) -> dict[str, Any]:
        """What is told of a record, in the order of the line."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        facts = {
            "time": at,
            "level": record.levelname.lower(),
            **self._about,
            "logger": record.name,
            "message": _message(record),
        }
        if trace := current_trace.get():
            facts["trace"] = trace
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            facts |= {"error": type(error).__name__, "at": places(error)}
        return facts | getattr(record, "facts", {})


class JsonLines(Facts):
    """One JSON object per line."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        return orjson.dumps(self.facts(record)).decode()


class ConsoleLines(Facts):
    """Text for people."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        facts = self.facts(record)
        head = f"{facts.pop('time')} {facts.pop('level'):7} {facts.pop('role')} {facts.pop('message')}"
        del facts["version"], facts["logger"]
        line = " ".join([head, *(f"{name}={value}" for name, value in facts.items())])
        return line.replace("\n", " ")


def _message(record: logging.LogRecord) -> str:
    if record.name.partition(".")[0] in SPEAKERS:
        return without_nir(record.getMessage())
    return f"{HIDDEN} {record.name} {record.filename}:{record.lineno}"


@contextmanager
def logging_as(role: str, settings: LogSettings) -> Iterator[None]:
    """Log what the process of this role says, during the block."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines(role) if settings.format == "json" else ConsoleLines(role))
    level, root = logging.getLevelNamesMapping()[settings.level.upper()], logging.getLogger()
    levels = {
        root: max(level, logging.WARNING),
        logging.getLogger(ACCESS): logging.NOTSET if settings.access else logging.CRITICAL,
        **{logging.getLogger(name): level for name in SPEAKERS},
    }
    before = {logger: logger.level for logger in levels}
    hooks = logging.raiseExceptions, threading.excepthook
    root.addHandler(handler)
    for logger, least in levels.items():
        logger.setLevel(least)
    logging.raiseExceptions = False  # a record that can't be written would be printed with its arguments
    threading.excepthook = _log_end_of_thread
    try:
        yield
    finally:
        root.removeHandler(handler)
        for logger, least in before.items():
            logger.setLevel(least)
        logging.raiseExceptions, threading.excepthook = hooks


def _log_end_of_thread(end: threading.ExceptHookArgs) -> None:
    """Log what ended a thread, as any other exception."""
    error = end.exc_value
    logging.getLogger(__name__).error("a thread ended", exc_info=error)


def log_access(facts: Mapping[str, Any]) -> None:
    """Write the line of a request; `facts` are of the program's own words, and numbers."""
    logging.getLogger(ACCESS).info("request", extra={"facts": facts})
