"""A key set is replaced only by a valid answer of its address; any other answer leaves the last set in place."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from pathlib import Path
from typing import Any

import orjson
import pytest
from joserfc import jwk

from hub.federation.client.tls import client_tls, server_tls
from hub.identity.issuer import ALGORITHMS, MOST_KEYS, own_keys
from hub.identity.key_set_fetch import LARGEST, KeySetUnreadable, fetch
from tests.federation.authority import Authority
from tests.identity.key_sets import (
    ALGORITHM,
    CLOSED,
    NAME,
    NOW,
    REFUSED,
    Clock,
    answer,
    asking,
    at_once,
    callers,
    good,
    key,
    outcome,
    place,
    public,
    token,
)

OLD, NEW = key("old"), key("new")


def set_with(**key: Any) -> bytes:
    """The HTTP answer with the set of this key and the new one."""
    return answer(orjson.dumps({"keys": [key, *public(NEW)["keys"]]}))


RSA = jwk.RSAKey.generate_key(2048, {"kid": "r"}).as_dict(private=False)
HOSTILE = {
    "hung up": None,
    "redirect": answer(b"", "302 Found", "location: {good}"),
    "permanent redirect": answer(orjson.dumps(public(NEW)), "308 Permanent Redirect", "location: {good}"),
    "created": answer(orjson.dumps(public(NEW)), "201 Created"),
    "failure": answer(orjson.dumps(public(NEW)), "500 Internal Server Error"),
    "empty": answer(b""),
    "HTML": answer(b"<!doctype html><title>Sign in</title>", "200 OK", "content-type: text/html"),
    "no HTTP": b"keys\r\n\r\n",
    "cut": good(NEW)[:-20],
    "too large": answer(b" " * LARGEST + orjson.dumps(public(NEW))),
    "endless": b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + (b"10000\r\n" + b" " * 65_536 + b"\r\n") * 5,
    "endless head": b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 200_000,
    "compressed": answer(orjson.dumps(public(NEW)), "200 OK", "content-encoding: gzip"),
    "JSON of another form": answer(b"[]"),
    "JSON that is nested": answer(b"[" * 100_000),
    "NaN": answer(b'{"keys": [], "a": NaN}'),
    "keys that are none": answer(b'{"keys": {}}'),
    "keys that are texts": answer(b'{"keys": ["a"]}'),
    "symmetric": set_with(kty="oct", k="c2VjcmV0", kid="s", alg="HS256"),
    "symmetric, for something else": set_with(kty="oct", k="c2VjcmV0", kid="s", use="enc"),
    "private": set_with(**key("p").as_dict(private=True)),
    "private, for something else": set_with(**key("p").as_dict(private=True), use="enc"),
    "one kid twice": answer(orjson.dumps({"keys": public(NEW, key("new"))["keys"]})),
    "a kid that is none": set_with(**{**public(key("x"))["keys"][0], "kid": ["x"]}),
    "no point": set_with(kty="OKP", crv="Ed25519", x="AA", kid="x"),
    "too many": answer(orjson.dumps({"keys": [{}] * MOST_KEYS + public(NEW)["keys"]})),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
async def test_33_an_answer_that_is_no_set_opens_nothing_and_keeps_the_set_before(name: str) -> None:
    async with asking(good(OLD)) as (authenticator, server, _), place(good(NEW)) as target:
        reply = HOSTILE[name]
        server.reply = reply and reply.replace(b"{good}", b"http://127.0.0.1:%d/" % target.port)
        assert await outcome(authenticator.actor(token(NEW), NOW)) == REFUSED
        assert at_once(authenticator, token(OLD)) == "referent_cd"
        assert (server.calls, target.calls) == (2, 0)
        assert sum(authenticator.remote[NAME].outcomes.values()) == 2
        assert authenticator.remote[NAME].outcomes["READ"] == 1
        server.reply = good(NEW)
        assert await outcome(authenticator.actor(token(NEW), NOW)) == "referent_cd"


async def test_33_an_answer_that_does_not_end_is_given_up() -> None:
    whole = good(NEW)
    for slow in (b"", whole[:10], whole[:-1]):
        async with place(slow) as server:
            server.closes = False
            with pytest.raises(KeySetUnreadable, match="KEY_SET_TIMEOUT"):
                await fetch(f"http://127.0.0.1:{server.port}/", client_tls(), seconds=0.2)


X = key("x")
OWN = public(X)["keys"][0]
LEFT_OUT: dict[str, dict[str, Any]] = {
    "encryption": {**OWN, "use": "enc"},
    "other operation": {**OWN, "key_ops": ["encrypt"]},
    "operations that are none": {**OWN, "key_ops": "verify"},
    "other algorithm": {**OWN, "alg": "EdDSA"},
    "no algorithm": {**OWN, "alg": "none"},
    "other type": {**RSA, "kid": "x"},
    "other curve": {"kty": "OKP", "crv": "X25519", "x": "A" * 43, "kid": "x"},
    "unknown curve": {"kty": "OKP", "crv": "X", "x": "AA", "kid": "x"},
    "unknown type": {"kty": "AKP", "alg": "ML-DSA-44", "pub": "AA", "kid": "x"},
    "type that is none": {"kty": ["OKP"], "kid": "x"},
    "no type": {"kid": "x"},
    "nothing": {},
}


@pytest.mark.parametrize("name", LEFT_OUT)
async def test_33_a_key_for_something_else_is_left_out_and_takes_none_of_the_others_with_it(name: str) -> None:
    async with asking(set_with(**LEFT_OUT[name])) as (authenticator, server, _):
        assert at_once(authenticator, token(NEW)) == "referent_cd"
        assert await outcome(authenticator.actor(token(X), NOW)) == REFUSED
        server.reply = answer(orjson.dumps({"keys": [LEFT_OUT[name]]}))
        assert await authenticator.remote[NAME].read()
        assert not authenticator.ready(NOW)


def test_each_algorithm_has_the_keys_of_its_own_type_and_curve_in_a_set_of_all() -> None:
    curves = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}
    ec_keys = [jwk.ECKey.generate_key(curve, {"kid": name}) for name, curve in curves.items()]
    jwks = {"keys": [RSA, OWN, *public(*ec_keys)["keys"]]}
    server = {algorithm: list(own_keys(jwks, algorithm)) for algorithm in ALGORITHMS}
    rsa = {f"{family}{bits}": ["r"] for family in ("PS", "RS") for bits in (256, 384, 512)}
    assert server == {"Ed25519": ["x"], **{name: [name] for name in curves}, **rsa}


async def test_33_a_key_that_says_no_more_than_it_must_is_one_of_the_issuer_s() -> None:
    """The keys above are left out only for their members."""
    async with asking(set_with(**OWN)) as (authenticator, _, _):
        assert at_once(authenticator, token(X)) == "referent_cd"


@pytest.mark.parametrize("kid", ["k" * 257, ["k"], {"k": 1}, 7, True, None, ""], ids=repr)
async def test_33_a_kid_that_no_set_has_costs_no_call_unless_it_is_a_short_text(kid: Any) -> None:
    async with asking(good(OLD)) as (authenticator, server, _):
        head, body, signature = token(NEW).split(".")
        head = urlsafe_b64encode(orjson.dumps({"alg": ALGORITHM, "kid": kid})).rstrip(b"=").decode()
        assert await outcome(authenticator.actor(f"{head}.{body}.{signature}", NOW)) == REFUSED
        assert server.calls == (2 if kid == "" else 1)


async def test_33_no_proxy_of_the_environment_is_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    async with place(good(NEW)) as proxy:
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        async with asking(good(OLD)) as (authenticator, _, _):
            assert at_once(authenticator, token(OLD)) == "referent_cd"
        assert proxy.calls == 0


async def test_33_a_set_without_a_key_closes() -> None:
    async with asking(good(OLD)) as (authenticator, server, _):
        assert at_once(authenticator, token(OLD)) == "referent_cd"
        assert authenticator.ready(NOW)
        server.reply = answer(b'{"keys": []}')
        assert await authenticator.remote[NAME].read()
        assert await outcome(authenticator.actor(token(OLD), NOW)) == REFUSED
        assert not authenticator.ready(NOW)


async def test_33_a_server_that_another_authority_vouches_for_or_of_another_name_is_not_read(tmp_path: Path) -> None:
    ours, foreign = Authority(tmp_path, "ours"), Authority(tmp_path, "other")
    own, elsewhere = ours.issue("own", ("localhost",)), ours.issue("elsewhere", ("elsewhere.example",))
    for pair, believed, expected in ((own, ours, "referent_cd"), (own, foreign, CLOSED), (elsewhere, ours, CLOSED)):
        async with place(good(OLD), server_tls(pair.certificate, pair.key)) as server:
            authenticator = callers(f"https://localhost:{server.port}/", Clock(), tls=client_tls(believed.path))
            assert await outcome(authenticator.actor(token(OLD), NOW)) == expected


async def test_what_is_asked_names_nothing_of_whoever_sent_the_token() -> None:
    async with asking(good(OLD)) as (authenticator, server, _):
        await outcome(authenticator.actor(token(NEW, "unknown-kid"), NOW))
        first, second = server.heads
        assert first == second
        assert first.startswith(b"GET /jwks HTTP/1.1\r\n")
        assert b"cookie" not in first.lower()
        assert b"authorization" not in first.lower()


async def test_the_log_tells_issuer_and_code_and_nothing_of_what_came(caplog: pytest.LogCaptureFixture) -> None:
    async with asking(good(OLD)) as (authenticator, server, _):
        server.reply = answer(b"<html>Canari-7351</html>")
        sent = token(NEW, "Canari-7352")
        with caplog.at_level("DEBUG", "hub"):
            await outcome(authenticator.actor(sent, NOW))
    assert f"issuer {NAME}: KEY_SET_MALFORMED not JSON; its set was read 0 s ago" in caplog.messages
    assert "Canari" not in caplog.text
    assert sent not in caplog.text
