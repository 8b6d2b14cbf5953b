"""SCRAM-SHA-256 verifiers (RFC 5802, RFC 7677), so that no password enters an SQL statement or its log."""

import hmac
import secrets
from base64 import b64encode
from hashlib import pbkdf2_hmac, sha256

ITERATIONS = 4096


def verifier(password: str) -> str:
    """Return what PostgreSQL stores for an ASCII password, in the form of `pg_authid.rolpassword`."""
    salt = secrets.token_bytes(16)
    salted = pbkdf2_hmac("sha256", password.encode("ascii"), salt, ITERATIONS)
    stored = sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    salt_text, stored_text, server_text = (b64encode(part).decode() for part in (salt, stored, server))
    return f"SCRAM-SHA-256${ITERATIONS}:{salt_text}${stored_text}:{server_text}"
