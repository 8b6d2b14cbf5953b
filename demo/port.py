"""The port of the demo: `python -m demo.port` refuses one that is busy, before anything is installed or built.

It needs the standard library alone, since the system's Python runs it.
"""

from __future__ import annotations

import os
import socket
import sys

HOST = "127.0.0.1"


def reserved() -> socket.socket:
    """The socket of the port that PORT names, which nobody else can have; ends the process with one French line
    (PORT_INVALID, PORT_BUSY)."""
    port = os.environ.get("PORT", "8000")
    if not port.isascii() or not port.isdigit() or not 0 < int(port[:6]) < 65_536:
        sys.exit("PORT est un numéro de port, de 1 à 65535. [PORT_INVALID]")
    reservation = socket.socket()
    reservation.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port that was just left is free
    try:
        reservation.bind((HOST, int(port)))
        reservation.listen()  # before, Linux lets a second one bind it too
    except OSError:
        sys.exit(
            f"Le port {port} ne s'ouvre pas : un autre programme l'a pris, ou le système le réserve. Choisissez-en un "
            "autre, par exemple « make demo PORT=8001 ». [PORT_BUSY]"
        )
    return reservation


if __name__ == "__main__":
    reserved().close()
