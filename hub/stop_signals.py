"""The signals that end a process which reads by itself: as `hub.serving` does for one that listens."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def stopping(stop: asyncio.Event) -> Iterator[None]:
    """Set `stop` at SIGINT, SIGTERM and SIGHUP during the block, in the main thread; at no SIGHUP under `nohup`."""
    loop = asyncio.get_running_loop()
    signals = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signals.append(signal.SIGHUP)
    try:
        for number in signals:
            loop.add_signal_handler(number, stop.set)
    except (RuntimeError, ValueError):  # not the main thread, to which signals come: whoever started it stops it
        signals = []
    try:
        yield
    finally:
        for number in signals:
            loop.remove_signal_handler(number)
