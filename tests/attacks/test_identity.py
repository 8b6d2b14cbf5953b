"""Attacks by who one says to be, and by what one asks about others' rights. Each test is named after its row of
docs/attaques.md."""

from __future__ import annotations

import hmac
import logging
import socket
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from dataclasses import astuple
from pathlib import Path
from typing import Any

import orjson
import pytest
from joserfc import jwk

from demo.token_issuer import ALGORITHM, AUDIENCE, CLIENT, ISSUER, LIFETIME
from hub.errors import IdentityRefused, StartRefused
from hub.identity.actor import CLAIM
from hub.identity.caller import Caller
from hub.identity.issuer import Issuer
from hub.identity.tokens import Tokens
from tests.e2e.canary_inside import TRACE, Got, Inside
from tests.e2e.canary_operations import WHOLE
from tests.e2e.canary_world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")

NAME = "query ($id: ID!) { person(id: $id) { lastName } }"


def b64(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()


class Forger:
    """Makes tokens by hand: any header over any claims, with the issuer's own key or another."""

    def __init__(self, key: jwk.OKPKey, claims: dict[str, Any]) -> None:
        self.key, self.claims = key, claims
        self.header: dict[str, Any] = {"alg": ALGORITHM, "kid": key.kid}

    def token(
        self, header: dict[str, Any] | None = None, sign: Callable[[bytes], bytes] | None = None, **claims: Any
    ) -> str:
        """A token whose header and claims are changed so; one given as None is left out."""
        parts = [{**self.header, **(header or {})}, {**self.claims, **claims}]
        signing_input = ".".join(b64(orjson.dumps({k: v for k, v in part.items() if v is not None})) for part in parts)
        private: Any = self.key.private_key
        return f"{signing_input}.{b64((sign or private.sign)(signing_input.encode()))}"


@pytest.fixture(scope="module")
def forger(hub: Inside, folder: Path) -> Forger:
    """A forger who even holds the issuer's key, and the référente's claims."""
    key = jwk.OKPKey.import_key(orjson.loads((folder / "issuer.jwk").read_bytes()))
    actor, now = hub.actors["referent-a"], hub.app.pipeline.clock()
    identity = {"kind": actor.kind, "purposes": list(actor.purposes), "habilitated_until": now + 86_400, **actor.claims}
    claims = {
        "iss": ISSUER, "aud": AUDIENCE, "sub": actor.name, "client_id": CLIENT, "iat": now, "exp": now + LIFETIME,
    }  # fmt: skip
    return Forger(key, {**claims, CLAIM: identity})


async def ask(hub: Inside, world: World, token: str) -> Got:
    return await hub.ask("referent-a", NAME, {"id": world.persons["vurnibal"]}, authorization=f"Bearer {token}")


@pytest.fixture
def trap() -> Iterator[tuple[str, socket.socket]]:
    """The URL of a server of the attacker, and its socket, on which nobody must ever call."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", listening


def not_called(listening: socket.socket) -> bool:
    """Whether nobody has called."""
    try:
        listening.accept()
    except BlockingIOError:
        return True
    return False


async def test_31_32_no_url_that_a_client_sends_is_ever_called(
    hub: Inside, world: World, forger: Forger, trap: tuple[str, socket.socket]
) -> None:
    url, listening = trap
    for header in ({"jku": url}, {"x5u": url}, {"kid": url}, {"jku": url, "kid": "other"}):
        assert (await ask(hub, world, forger.token(header))).status == 401
    assert (await ask(hub, world, forger.token(iss=url))).status == 401
    for variable in (url, f"//{url[7:]}"):
        await hub.ask("referent-a", NAME, {"id": variable}, host=url[7:], x_forwarded_host=url[7:], referer=url,
                      forwarded=f"host={url[7:]}", x_original_url=url, destination=url)  # fmt: skip
    body = orjson.dumps({"documentId": url, "extensions": {"url": url}})
    assert (await hub.post(body, hub.headers("referent-a"))).status == 400
    assert not_called(listening)


async def test_32_a_forger_s_own_token_would_be_good(hub: Inside, world: World, forger: Forger) -> None:
    """What follows is refused for what is changed in it, and for nothing else."""
    assert (await ask(hub, world, forger.token())).data == {"person": {"lastName": "VURNIBAL"}}


FOREIGN = {"jku": "https://attacker.example/keys", "x5u": "https://attacker.example/pem", "x5c": ["AAAA"],
           "jwk": {"kty": "OKP"}, "crit": ["exp"], "b64": False, "zip": "DEF"}  # fmt: skip
KIDS = ["", "../../../../dev/null", "x' UNION SELECT 'k' --", "\x00", ["a"], {"a": 1}, 0, True, "é" * 300]


@pytest.mark.parametrize(
    "header",
    [
        *({name: value} for name, value in FOREIGN.items()),
        *({"kid": kid} for kid in KIDS),
        {"kid": None},
        {"alg": None},
        {"alg": "EdDSA"},
        {"alg": "ES256"},
        {"alg": ["Ed25519"]},
        {"alg": "ed25519"},
    ],
    ids=repr,
)
async def test_32_a_header_that_chooses_key_or_algorithm_is_refused(
    hub: Inside, world: World, forger: Forger, header: dict[str, Any]
) -> None:
    got = await ask(hub, world, forger.token(header))
    assert (got.status, got.code, got.calls) == (401, "TOKEN_REFUSED", {})


async def test_32_no_signature_and_one_under_the_public_key_are_refused(
    hub: Inside, world: World, forger: Forger
) -> None:
    public = orjson.dumps(forger.key.as_dict(private=False))
    raw: Any = forger.key.public_key
    ed25519: Any = jwk.OKPKey.generate_key("Ed25519").private_key
    signs: list[tuple[str, Callable[[bytes], bytes]]] = [
        ("none", lambda _: b""),
        ("None", lambda _: b""),
        ("HS256", lambda text: hmac.digest(public, text, "sha256")),
        ("HS256", lambda text: hmac.digest(raw.public_bytes_raw(), text, "sha256")),
        (ALGORITHM, lambda _: b""),
        (ALGORITHM, lambda _: b"\x00" * 64),
        (ALGORITHM, ed25519.sign),
    ]
    bodies = {(await ask(hub, world, forger.token({"alg": name}, sign))).body for name, sign in signs}
    whole = forger.token()
    for token in (whole[:-2], whole + ".", whole.replace(".", "..", 1), whole + "=", f"{whole}.{whole}", whole[:40]):
        bodies.add((await ask(hub, world, token)).body)
    (body,) = bodies
    assert orjson.loads(body)["errors"][0]["extensions"]["code"] == "TOKEN_REFUSED"


HEADER, CLAIMS = b'{"alg":"Ed25519","kid":"k"}', orjson.dumps({"iss": ISSUER})
ODD = [
    *((text, CLAIMS) for text in (b"", b"[]", b"1", b"null", b'"x"', b"\xff", b"{", b"[" * 5_000, b'{"a":' * 900)),
    *((HEADER, text) for text in (b"", b"[]", b"1", b"null", b'"iss"', b"\xff", b"{", b"[" * 5_000, b'{"iss":' * 700)),
    (HEADER, b'{"iss":{"a":1}}'),
    (HEADER, b'{"iss":NaN}'),
    (HEADER, b'{"iss":"\\ud800"}'),
    (HEADER, b'{"iss":' + b"9" * 5_000 + b"}"),
    (b'{"alg":"Ed25519","kid":{"a":1}}', CLAIMS),
]


@pytest.mark.parametrize("odd", range(len(ODD)))
async def test_32_37_a_token_of_whatever_form_is_refused_like_any_other(hub: Inside, world: World, odd: int) -> None:
    """What is read of a token before its signature is read as strictly as what comes after."""
    header, claims = (b64(text) for text in ODD[odd])
    for signature in ("", "AAAA", "!", "é"):
        got = await ask(hub, world, f"{header}.{claims}.{signature}")
        assert (got.status, got.code, got.calls) == (401, "TOKEN_REFUSED", {})


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"aud": None}, "TOKEN_REFUSED"),
        ({"aud": "https://other.example"}, "TOKEN_REFUSED"),
        ({"aud": []}, "TOKEN_REFUSED"),
        ({"iss": None}, "TOKEN_REFUSED"),
        ({"iss": ["https://demo.spie-hub.example"]}, "TOKEN_REFUSED"),
        ({"iss": ISSUER + "/"}, "TOKEN_REFUSED"),
        ({"exp": None}, "TOKEN_REFUSED"),
        ({"exp": "9999999999"}, "TOKEN_REFUSED"),
        ({"exp": 1}, "TOKEN_EXPIRED"),
        ({"iat": None}, "TOKEN_REFUSED"),
        ({"iat": 9_999_999_999}, "TOKEN_REFUSED"),
        ({"iat": True}, "TOKEN_REFUSED"),
        ({"iat": 0}, "TOKEN_LIFE"),
        ({"iat": -(2**62)}, "TOKEN_LIFE"),
        ({"exp": 9_999_999_999}, "TOKEN_LIFE"),
        ({"nbf": 9_999_999_999}, "TOKEN_REFUSED"),
        ({"sub": None}, "TOKEN_REFUSED"),
        ({CLAIM: None}, "TOKEN_REFUSED"),
        ({CLAIM: []}, "TOKEN_REFUSED"),
    ],
    ids=repr,
)
async def test_32_a_claim_that_is_missing_or_wrong_is_refused_though_it_is_signed(
    hub: Inside, world: World, forger: Forger, claims: dict[str, Any], code: str
) -> None:
    got = await ask(hub, world, forger.token(**claims))
    assert (got.status, got.code, got.calls) == (401, code, {})


async def test_32_an_issuer_tells_of_the_kinds_of_actors_that_it_is_admitted_for_alone(
    hub: Inside, forger: Forger
) -> None:
    """The issuer of a partner signs well, and says that its agent is a référent of a département."""
    kinds, now = hub.app.pipeline.table.policy.actors, hub.app.pipeline.clock()
    jwks = {"keys": [forger.key.as_dict(private=False)]}

    def tokens(*admitted: str) -> Tokens:
        return Tokens({ISSUER: Issuer.from_jwks(ISSUER, ALGORITHM, jwks, frozenset(admitted))}, AUDIENCE, kinds)

    assert tokens("siae", "referent_cd").actor(forger.token(), now).kind == "referent_cd"
    for admitted in (("siae", "partenaire"), ()):
        with pytest.raises(IdentityRefused, match="TOKEN_REFUSED"):
            tokens(*admitted).actor(forger.token(), now)
    with pytest.raises(StartRefused, match="referent_cdd"):
        tokens("referent_cdd")


async def test_33_a_storm_of_unknown_keys_costs_no_call_and_locks_nobody_out(
    hub: Inside, world: World, forger: Forger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The issuer's keys are a file of the settings: there is nothing to be fetched again, or to fail open."""

    def connect(*_: Any) -> None:
        raise AssertionError("a connection for an unknown key")

    with monkeypatch.context() as patched:
        patched.setattr(socket.socket, "connect", connect)
        bodies = {(await ask(hub, world, forger.token({"kid": f"unknown-{n}"}))).body for n in range(300)}
    assert len(bodies) == 1
    assert (await ask(hub, world, forger.token())).data == {"person": {"lastName": "VURNIBAL"}}


async def test_33_keys_are_exchanged_with_an_overlap_and_a_key_that_is_gone_opens_nothing(
    hub: Inside, forger: Forger
) -> None:
    kinds, now = hub.app.pipeline.table.policy.actors, hub.app.pipeline.clock()
    new = Forger(jwk.OKPKey.generate_key("Ed25519", {"kid": "new"}), forger.claims)
    old_set, new_set = (signing.key.as_dict(private=False) for signing in (forger, new))

    def opened(*keys: Any) -> list[bool]:
        tokens = Tokens({ISSUER: Issuer.from_jwks(ISSUER, ALGORITHM, {"keys": list(keys)})}, AUDIENCE, kinds)
        statuses = []
        for signer in (forger, new):
            try:
                statuses.append(tokens.actor(signer.token(), now).kind == "referent_cd")
            except IdentityRefused:
                statuses.append(False)
        return statuses

    assert opened(old_set) == [True, False]
    assert opened(old_set, new_set) == [True, True]
    assert opened(new_set) == [False, True]


async def test_32_33_an_issuer_without_a_public_key_of_its_own_is_none(forger: Forger) -> None:
    """Closed, not open, where the settings are wrong: no hub starts with such an issuer."""
    key = forger.key.as_dict(private=False)
    secret = jwk.OctKey.generate_key(256, {"kid": "one"}).as_dict(private=True)
    for algorithm, jwks in [
        ("none", [key]),
        ("HS256", [key]),
        ("HS256", [secret]),
        (ALGORITHM, []),
        (ALGORITHM, [secret]),
        (ALGORITHM, [key, key]),
        (ALGORITHM, [forger.key.as_dict(private=True)]),
        ("RS256", [{"kty": "RSA", "kid": "small", "e": "AQAB", "n": b64(b"\xff" * 128)}]),
    ]:
        with pytest.raises(ValueError, match=r"algorithm|key"):
            Issuer.from_jwks(ISSUER, algorithm, {"keys": jwks})


async def test_39_no_header_gets_a_trace_and_no_value_a_line_of_the_log(
    hub: Inside, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    variables = {"id": world.persons["vurnibal"]}
    plain = await hub.ask("referent-a", WHOLE, variables)
    with caplog.at_level(logging.DEBUG):
        got = await hub.ask("referent-a", WHOLE, variables, apollo_federation_include_trace="ftv1", apollo_tracing="1",
                            baggage="person=Vurnibal", tracestate="a=Vurnibal", x_request_id="Vurnibal",
                            x_debug="1")  # fmt: skip
        await hub.ask("referent-a", "query ($id: ID!) { person(id: $id) { lastName nope } }", {"id": "Vurnibal"})
        await hub.ask("referent-a", NAME, {"id": ["Vurnibal"]})
    assert got.json.keys() == {"data", "extensions"}
    assert got.json["extensions"].keys() == {"access"}
    assert got.json["extensions"] == plain.json["extensions"]
    assert dict(got.headers)[b"trace-id"].decode() == TRACE.split("-")[1]
    request, context, _ = hub.transports["people"].exchanges[-1]
    assert isinstance(context.caller, Caller)
    assert "ftv1" not in repr([*astuple(request), *context, *context.caller])
    log = caplog.text.lower()
    assert not {canary.text for canary in world.canaries if canary.text.lower() in log}


async def test_44_nobody_is_told_anothers_decisions_or_rights(hub: Inside, world: World) -> None:
    """`extensions.access` is about the request's own actor whatever a header names."""
    query = "query ($id: ID!) { person(id: $id) { lastName household { dependentChildren } } }"
    variables = {"id": world.persons["vurnibal"]}
    own = await hub.ask("employeur", query, variables)
    (entry,) = own.json["extensions"]["access"]
    assert (entry["coordinate"], entry["rules"]) == ("Person.household", [])
    explained = await hub.ask("employeur", query, variables, explain="referent-a", explain_actor="referent_cd",
                          x_actor="referent-a", x_kind="referent_cd", on_behalf_of="referent-a")  # fmt: skip
    assert (explained.body, explained.calls) == (own.body, own.calls)


async def test_44_plans_are_shown_to_nobody_unless_the_settings_say_so(hub: Inside, world: World) -> None:
    got = await hub.ask("employeur", NAME, {"id": world.persons["vurnibal"]}, plan="show")
    assert (got.status, got.code, got.calls) == (403, "PLAN_NOT_SHOWN", {})


async def test_32_a_token_outlives_neither_its_expiry_nor_its_place_in_the_memory(
    hub: Inside, world: World, forger: Forger
) -> None:
    """A token that was good a moment ago is refused once expired, though it is remembered."""
    kinds, now = hub.app.pipeline.table.policy.actors, hub.app.pipeline.clock()
    issuer = Issuer.from_jwks(ISSUER, ALGORITHM, {"keys": [forger.key.as_dict(private=False)]})
    tokens = Tokens({ISSUER: issuer}, AUDIENCE, kinds)
    token = forger.token(iat=now, exp=now + 600)
    assert tokens.actor(token, now) is tokens.actor(token, now + 1)
    with pytest.raises(IdentityRefused, match="TOKEN_EXPIRED"):
        tokens.actor(token, now + 600)
