"""An HTTP/1.1 connection that bounds the head of a request and the sending of an answer, which uvicorn does not
(docs/attaques.md#attack-34).

Without these bounds a client that sends endless headers or none holds memory and a connection before it is identified,
and one that does not read holds its answer.
"""

from __future__ import annotations

import asyncio
from asyncio.events import TimerHandle
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEAD = 65_536
"""Bytes of a request's line and headers, or of what follows a body, beyond the piece in which they begin."""
HEAD_SECONDS = 30.0
"""Longest time for a head to arrive, from the connection or from the first byte after an answer (of the next head, of a
blank line, or of the rest of a body that was answered before its end)."""
STILL_SECONDS = 30.0
"""Longest time without progress in sending an answer."""
TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"  # RFC 6585, 5
)


class Sending:
    """A transport that takes no more once it closes: uvloop's raises an error for an answer to a client that left."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport

    def __getattr__(self, name: str) -> Any:
        """All else is the transport's."""
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Write, unless the connection closes."""
        if not self._transport.is_closing():
            self._transport.write(data)


class Connection(HttpToolsProtocol):
    """Closes when a head is too long or too late, or when an answer is not read; ignores trailers and upgrades to other
    protocols."""

    head_seconds, still_seconds = HEAD_SECONDS, STILL_SECONDS
    draining = False
    """Whether each answer is the last one of its connection."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._in_head, self._progressed, self._head_size = True, False, 0
        self._head_timer: TimerHandle | None = None
        self._write_timer: TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start waiting for a head."""
        super().connection_made(cast(asyncio.Transport, Sending(transport)))
        self._start_head_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop all timers."""
        self._stop_head_timer()
        self._stop_write_timer()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Watch the progress of sending: the client reads more slowly than the answer is written."""
        super().pause_writing()
        self._start_write_timer(self.transport.get_write_buffer_size())

    def resume_writing(self) -> None:
        """Stop watching: most of the answer is sent."""
        self._stop_write_timer()
        super().resume_writing()

    def data_received(self, data: bytes) -> None:
        """Count bytes that complete neither a head nor a part of a body, and start waiting for the next head."""
        super().data_received(data)
        if self.transport.is_closing():
            return
        self._head_size = 0 if self._progressed else self._head_size + len(data)
        self._progressed = False
        if self._head_size > MAX_HEAD:
            if self._in_head:
                self.transport.write(TOO_LARGE)
            self.transport.close()
        elif self._head_timer is None and (self._in_head or self.cycle.response_complete):
            self._start_head_timer()

    def on_message_begin(self) -> None:
        """Note that a head begins."""
        self._in_head = self._progressed = True
        super().on_message_begin()

    def on_body(self, body: bytes) -> None:
        """Note that a part of a body came."""
        self._progressed = True
        super().on_body(body)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header, but not a trailer (RFC 9110, 6.5.1)."""
        if self._in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Stop waiting for the head."""
        self._in_head, self._progressed = False, True
        self._stop_head_timer()
        super().on_headers_complete()
        if self.draining:
            self.cycle.keep_alive = False

    def _unsupported_upgrade_warning(self) -> None:
        """Log nothing: a request for another protocol is answered in this one."""

    def _start_write_timer(self, unsent: int) -> None:
        self._write_timer = self.loop.call_later(self.still_seconds, self._check_write_progress, unsent)

    def _check_write_progress(self, unsent_before: int) -> None:
        unsent = self.transport.get_write_buffer_size()
        if unsent < unsent_before:
            self._start_write_timer(unsent)
        else:
            self.transport.abort()

    def _stop_write_timer(self) -> None:
        if self._write_timer is not None:
            self._write_timer.cancel()
            self._write_timer = None

    def _start_head_timer(self) -> None:
        self._head_timer = self.loop.call_later(self.head_seconds, self.transport.close)

    def _stop_head_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None
