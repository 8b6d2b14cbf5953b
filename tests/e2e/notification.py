"""A notification as a subscriber's server gets it, over a plain socket."""

from __future__ import annotations

import socket


def notification(server: socket.socket) -> tuple[dict[str, str], bytes, socket.socket]:
    """The headers and the body of the next notification, and its connection, which waits for an answer."""
    connection, _ = server.accept()
    text = b""
    while b"\r\n\r\n" not in text:
        text += connection.recv(65_536)
    head, _, body = text.partition(b"\r\n\r\n")
    lines = (line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
    headers = {name.lower(): value for name, value in lines}
    while len(body) < int(headers["content-length"]):
        body += connection.recv(65_536)
    return headers, body, connection
