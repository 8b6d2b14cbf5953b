"""A revoked token is revoked in every form in which its signature is valid."""

from __future__ import annotations

import base64
import time

import pytest
from joserfc import jwk, jwt

from hub.errors import IdentityRefused
from hub.identity.authenticator import Authenticator
from hub.identity.issuer import Issuer
from hub.identity.revocations import token_name
from tests.identity.test_tokens import KINDS, NOW, claims
from tests.shared_states import state_of, until
from tests.valkey import Valkey

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""The order of the curve P-256: of the signature (r, s), (r, ORDER - s) is as good."""


def twin(token: str) -> str:
    """The token with the other signature that its key would have given."""
    signed, _, signature = token.rpartition(".")
    decoded = base64.urlsafe_b64decode(signature + "==")
    mirrored = decoded[:32] + (ORDER - int.from_bytes(decoded[32:], "big")).to_bytes(32, "big")
    return f"{signed}.{base64.urlsafe_b64encode(mirrored).decode().rstrip('=')}"


async def test_57_a_revoked_token_is_refused_under_its_other_signature(
    valkey_server: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("infra.shared_state.server_state.LOOK_SECONDS", 0.05)
    key = jwk.ECKey.generate_key("P-256", {"kid": "one"})
    issuer = Issuer.from_jwks("https://idp.example", "ES256", {"keys": [key.as_dict(private=False)]})
    token = jwt.encode({"alg": "ES256", "kid": "one"}, claims(), key, algorithms=["ES256"])
    state = state_of(valkey_server)
    async with state.running():
        callers = Authenticator({issuer.name: issuer}, "hub", KINDS, lambda: NOW, state=state)
        first, second = await callers.actor(token, NOW), await callers.actor(twin(token), NOW)
        assert (first, twin(token) == token) == (second, False)
        await state.revoke(token_name(token), int(time.time()) + 100)
        await until(lambda: bool(state.revocations))
        for form in (token, twin(token)):
            with pytest.raises(IdentityRefused) as refused:
                await callers.actor(form, NOW)
            assert refused.value.code == "ACCESS_REVOKED"
