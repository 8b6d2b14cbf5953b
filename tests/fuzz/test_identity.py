"""Tokens and key sets that are almost sound: who asks is known, or refused by its code."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwk
from joserfc.jws import JWSRegistry, serialize_compact

from hub.errors import IdentityRefused, SettingInvalid
from hub.identity.issuer import own_keys
from tests.fuzz.foreign import JSON_VALUES, changed_bytes, changed_json, changed_text, foreign, read_or_refused
from tests.identity.test_tokens import KEY, NOW, claims, token, tokens

SIGNED = JWSRegistry(algorithms=["Ed25519"])
HEADER = {"alg": "Ed25519", "kid": "one"}
TOKENS, TOKEN, CLAIMS = tokens(), token(), claims()
SIGNERS: dict[str, jwk.Key] = {
    "Ed25519": KEY,
    "ES256": jwk.ECKey.generate_key("P-256"),
    "RS256": jwk.RSAKey.generate_key(2_048),
}
SETS = {
    name: {"keys": [key.as_dict(private=False) | {"kid": "one", "use": "sig", "key_ops": ["verify"]}]}
    for name, key in SIGNERS.items()
}


@foreign
@given(changed_text(TOKEN))
def test_a_token_of_any_bytes_is_of_an_actor_or_refused(text: str) -> None:
    actor = read_or_refused(lambda: TOKENS.actor(text, NOW), IdentityRefused)
    assert actor is None or text == TOKEN


@foreign
@given(changed_json(HEADER) | st.just(HEADER), changed_json(CLAIMS) | changed_bytes(orjson.dumps(CLAIMS)))
def test_a_signed_token_of_any_claims_is_of_an_actor_or_refused(header: Any, signed: Any) -> None:
    try:
        payload = signed if isinstance(signed, bytes) else orjson.dumps(signed)
        text = serialize_compact(header, payload, KEY, registry=SIGNED)
    except Exception:  # whatever it is, no issuer can sign that
        return
    read_or_refused(lambda: TOKENS.actor(text, NOW), IdentityRefused)


@pytest.mark.parametrize("algorithm", SETS)
def test_a_key_set_of_any_form_is_read_or_refused(algorithm: str) -> None:
    @foreign
    @given(changed_json(SETS[algorithm]) | JSON_VALUES)
    def check(jwks: Any) -> None:
        read_or_refused(lambda: own_keys(jwks, algorithm), SettingInvalid)

    check()
