"""One HTTP/1.1 connection: the bounds of a request's head and of an answer's way out, which the server below does not
set (docs/attaques.md#attack-34).

Whoever sends headers without end, or none, would hold memory and a connection before anybody knows who asks; whoever
does not read would hold its answer.
"""

from __future__ import annotations

import asyncio
from asyncio.events import TimerHandle
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEAD = 65_536
"""Bytes of a request's line and headers, or of what follows a body, beyond the piece in which they begin."""
HEAD_SECONDS = 30.0
"""Longest that a head may take to come, from the connection or from the first byte after an answer, be it of a head, of
a blank line or of the rest of a body that was answered before its end."""
STILL_SECONDS = 30.0
"""Longest that nothing of an answer may be taken by whom it is for."""
TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"  # RFC 6585, 5
)


class Connection(HttpToolsProtocol):
    """Ends where a head is too long or too late, or an answer is not taken; takes no header from a trailer, and speaks
    no other protocol."""

    head_seconds, still_seconds = HEAD_SECONDS, STILL_SECONDS

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._in_head, self._progressed, self._head_size = True, False, 0
        self._head_timer: TimerHandle | None = None
        self._write_timer: TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """The head has to come from now on."""
        super().connection_made(transport)
        self._start_head_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for."""
        self._stop_head_timer()
        self._stop_write_timer()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """More is to be sent than is taken: from now on some of it has to be."""
        super().pause_writing()
        self._start_write_timer(self.transport.get_write_buffer_size())

    def resume_writing(self) -> None:
        """Most is taken."""
        self._stop_write_timer()
        super().resume_writing()

    def data_received(self, data: bytes) -> None:
        """Count what brings neither a whole head nor a part of a body, and wait for the next head from now on."""
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
        """A head begins."""
        self._in_head = self._progressed = True
        super().on_message_begin()

    def on_body(self, body: bytes) -> None:
        """A part of a body."""
        self._progressed = True
        super().on_body(body)

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header; what follows a body is none (RFC 9110, 6.5.1)."""
        if self._in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head is there."""
        self._in_head, self._progressed = False, True
        self._stop_head_timer()
        super().on_headers_complete()

    def _unsupported_upgrade_warning(self) -> None:
        """Whoever asks for another protocol gets an answer in this one, and the log is not filled by it."""

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
