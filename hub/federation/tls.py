"""TLS towards subgraphs: whom the hub believes, and as whom it presents itself."""

from __future__ import annotations

import ssl
from functools import lru_cache
from pathlib import Path

from hub.errors import StartRefused


@lru_cache(maxsize=32)
def client_tls(
    authorities: Path | None = None, certificate: Path | None = None, key: Path | None = None
) -> ssl.SSLContext:
    """A context of TLS 1.2 or newer that checks chain and host name; raises StartRefused (TLS_INVALID).

    `authorities` (PEM), if given, are the only ones believed, else the system's. `certificate` (PEM, with its chain)
    and its `key` are the hub's own, for mutual TLS; a key under a password is refused. Files are read once.
    """
    try:
        context = ssl.create_default_context(cafile=authorities)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["http/1.1"])
        if certificate is not None:
            context.load_cert_chain(certificate, key, password=_no_password)
        elif key is not None:
            raise ValueError("a key without its certificate")
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        detail = f"{type(error).__name__} {getattr(error, 'reason', None) or getattr(error, 'strerror', None) or error}"
        raise StartRefused(
            "TLS_INVALID",
            "Le certificat, sa clé ou les autorités d'un sous-graphe ne se lisent pas, rien ne démarre : des fichiers "
            f"PEM sont attendus, la clé sans mot de passe ({detail}).",
            detail,
        ) from error
    return context


def _no_password() -> str:
    """Instead of asking on the terminal."""
    raise ValueError("the key is under a password")
