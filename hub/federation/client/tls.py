"""TLS between the hub and its subgraphs: the authorities that each side trusts, and the certificate that it presents.

TLS 1.2 or newer, HTTP/1.1. Files are PEM, read once; a key under a password is refused rather than asked for.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from hub.federation.errors import ConfigurationRefused


@lru_cache(maxsize=32)
def client_tls(
    authorities: Path | None = None, certificate: Path | None = None, key: Path | None = None
) -> ssl.SSLContext:
    """A context that checks chain and host name of a server; raises ConfigurationRefused (TLS_INVALID).

    `authorities`, if given, are the only ones trusted, else the system's. `certificate` (with its chain) and its `key`
    are the hub's own, for mutual TLS.
    """
    with _reading(authorities):
        context = ssl.create_default_context(cafile=authorities)
    _present(context, certificate, key)
    return context


def server_tls(certificate: Path | None, key: Path | None = None, authorities: Path | None = None) -> ssl.SSLContext:
    """A context that presents `certificate` (with its chain) to clients; raises ConfigurationRefused (TLS_INVALID).

    With `authorities`, only clients with a certificate of theirs are accepted (mutual TLS).
    """
    with _reading(authorities):
        if certificate is None:
            raise ValueError("a key or authorities without the server's certificate")
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=authorities)
    if authorities is not None:
        context.verify_mode = ssl.CERT_REQUIRED
    _present(context, certificate, key)
    return context


def _present(context: ssl.SSLContext, certificate: Path | None, key: Path | None) -> None:
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    with _reading(certificate, key):
        if certificate is not None:
            context.load_cert_chain(certificate, key, password=_no_password)
        elif key is not None:
            raise ValueError("a key without its certificate")


@contextmanager
def _reading(*files: Path | None) -> Iterator[None]:
    """Turn what goes wrong with these files into a refusal that names them."""
    try:
        yield
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        cause = f"{type(error).__name__} {getattr(error, 'reason', None) or getattr(error, 'strerror', None) or error}"
        names = ", ".join(file.name for file in files if file is not None)
        detail = f"{names}: {cause}" if names else cause
        raise ConfigurationRefused("TLS_INVALID", detail, {"detail": detail}) from error


def _no_password() -> str:
    """Instead of asking on the terminal."""
    raise ValueError("the key is under a password")
