"""Only tokens of a trusted issuer, signed with its one algorithm, say who asks; everything else is refused."""

import base64
import hmac
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from joserfc import jwk, jwt

from hub.errors import HubError, IdentityRefused, RequestRefused
from hub.identity.actor import Actor
from hub.identity.issuer import Issuer
from hub.identity.purpose import Purposes
from hub.identity.tokens import Tokens
from hub.journal.write.client_texts import check_operation_name, check_reference
from hub.policy.decide.policy_loader import load
from schema.facts import Fact, link_key

NOW = 1_800_000_000
KEY = jwk.OKPKey.generate_key("Ed25519", {"kid": "one"})
FOREIGN = jwk.OKPKey.generate_key("Ed25519", {"kid": "one"})
JWKS = {"keys": [KEY.as_dict(private=False)]}
KINDS = load().actors
AGENT = "11111111-1111-4111-8111-111111111111"


def claims(**changes: Any) -> dict[str, Any]:
    actor = {
        "kind": "referent_cd",
        "organisation": "22080001000018",
        "organisation_type": "conseil_departemental",
        "departments": ["08"],
        "agent": AGENT,
        "purposes": ["suivi", "diagnostic", "statistique"],
        "habilitated_until": NOW + 900,
    }
    registered = {"iss": "https://idp.example", "sub": "a", "aud": "hub", "iat": NOW, "exp": NOW + 600}
    actor |= changes.pop("spie", {})
    values = registered | {"spie": {k: v for k, v in actor.items() if v is not None}} | changes
    return {name: value for name, value in values.items() if value is not None}


def token(key: Any = KEY, header: dict[str, Any] | None = None, **changes: Any) -> str:
    return jwt.encode({"alg": "Ed25519", "kid": "one"} | (header or {}), claims(**changes), key, algorithms=["Ed25519"])


def tokens() -> Tokens:
    return Tokens({"https://idp.example": Issuer.from_jwks("https://idp.example", "Ed25519", JWKS)}, "hub", KINDS)


def code(call: Callable[[], object]) -> str:
    with pytest.raises(HubError) as caught:
        call()
    return caught.value.code


def test_a_valid_token_gives_the_actor_its_scopes_and_the_purposes_of_its_kind_only() -> None:
    actor = tokens().actor(token(), NOW)
    assert (actor.kind, actor.organisation) == ("referent_cd", "22080001000018")
    assert actor.scopes == tuple(sorted([link_key(Fact.REFERENT, AGENT), link_key(Fact.GROUP, AGENT)]))
    assert actor.purposes == {"suivi", "diagnostic"}


def test_only_an_actor_that_is_its_own_subject_is_a_person() -> None:
    person = "5f1c2d3e-0000-4000-8000-000000000001"
    assert actor(link_key(Fact.SELF, person)).person == person
    assert actor(link_key(Fact.REFERENT, person), link_key(Fact.ORG_REFERENT, "99900030800011")).person is None
    assert actor().person is None


def actor(*scopes: str) -> Actor:
    """An actor of these scopes."""
    return Actor("iss#sub", "kind", None, None, frozenset(), scopes, "client", 0)


def test_an_expired_token_is_refused_even_when_it_was_remembered() -> None:
    verifier = tokens()
    verifier.actor(token(), NOW)
    assert code(lambda: verifier.actor(token(), NOW + 601)) == "TOKEN_EXPIRED"


def test_a_habilitation_that_ended_is_refused_though_the_token_lives() -> None:
    assert code(lambda: tokens().actor(token(spie={"habilitated_until": NOW}), NOW)) == "HABILITATION_ENDED"
    assert code(lambda: tokens().actor(token(spie={"habilitated_until": None}), NOW)) == "HABILITATION_ENDED"


@pytest.mark.parametrize(
    "forged",
    [
        pytest.param(token(FOREIGN), id="foreign key under a known kid"),
        pytest.param(token(iss="https://elsewhere.example"), id="foreign issuer"),
        pytest.param(token(iss=None), id="no issuer"),
        pytest.param(token(aud="other"), id="foreign audience"),
        pytest.param(token(aud=None), id="no audience"),
        pytest.param(token(exp=None), id="no expiry"),
        pytest.param(token(exp=True), id="expiry is no number"),
        pytest.param(token(iat=None), id="no issue time"),
        pytest.param(token(iat=NOW + 3600), id="issued in the future"),
        pytest.param(token(nbf=NOW + 3600), id="not valid yet"),
        pytest.param(token(sub=None), id="no subject"),
        pytest.param(token(header={"kid": "two"}), id="unknown kid"),
        pytest.param(token(header={"kid": "../../one"}), id="kid as a path"),
        pytest.param(token(header={"jwk": KEY.as_dict(private=False)}), id="key in the header"),
        pytest.param(token(header={"jku": "https://elsewhere.example/keys"}), id="key set in the header"),
        pytest.param(token(header={"x5u": "https://elsewhere.example/pem"}), id="certificate in the header"),
        pytest.param(token(spie={"kind": "admin"}), id="unknown kind"),
        pytest.param(token(spie={"agent": None}), id="no agent for a kind that needs one"),
        pytest.param(token(spie={"agent": AGENT.upper().replace("1", "A")}), id="agent id in another case"),
        pytest.param(token(spie={"organisation": None}), id="no organisation"),
        pytest.param(token(spie={"organisation_type": "siae"}), id="an organisation of another type"),
        pytest.param("", id="empty"),
        pytest.param("a.b.c", id="not a token"),
        pytest.param("x" * 9000, id="too long"),
    ],
)
def test_a_token_that_is_not_wholly_right_is_refused(forged: str) -> None:
    assert code(lambda: tokens().actor(forged, NOW)) == "TOKEN_REFUSED"


@pytest.mark.parametrize("longest", [60, 600])
def test_a_token_lives_at_most_as_long_as_its_issuer_may_say(longest: int) -> None:
    issuer = replace(Issuer.from_jwks("https://idp.example", "Ed25519", JWKS), token_seconds=longest)
    verifier = Tokens({issuer.name: issuer}, "hub", KINDS)
    verifier.actor(token(exp=NOW + longest), NOW)
    assert code(lambda: verifier.actor(token(exp=NOW + longest + 1), NOW)) == "TOKEN_LIFE"
    assert code(lambda: verifier.actor(token(iat=NOW - 1, exp=NOW + longest), NOW)) == "TOKEN_LIFE"
    assert code(lambda: verifier.actor(token(iat=NOW + 31, exp=NOW + 40), NOW)) == "TOKEN_REFUSED"


def b64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_the_algorithm_is_the_issuers_never_the_headers(algorithm: str) -> None:
    head = b64(json.dumps({"alg": algorithm, "kid": "one"}).encode())
    body = b64(json.dumps(claims()).encode())
    public = json.dumps(JWKS["keys"][0]).encode()
    signature = hmac.digest(public, f"{head}.{body}".encode(), "sha256") if algorithm == "HS256" else b""
    assert code(lambda: tokens().actor(f"{head}.{body}.{b64(signature)}", NOW)) == "TOKEN_REFUSED"


def test_a_changed_payload_is_refused() -> None:
    head, _, signature = token().split(".")
    body = b64(json.dumps(claims(spie={"kind": "beneficiaire"})).encode())
    assert code(lambda: tokens().actor(f"{head}.{body}.{signature}", NOW)) == "TOKEN_REFUSED"


def purposes() -> Purposes:
    return Purposes(load().purposes, {"22080001000018": frozenset({"suivi", "contrat"})})


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        (None, "PURPOSE_MISSING"),
        ("fraude", "PURPOSE_UNKNOWN"),
        ("accompagnement", "PURPOSE_UNKNOWN"),
        ("SUIVI", "PURPOSE_UNKNOWN"),
        ("diagnostic", "PURPOSE_NOT_GRANTED"),
        ("contrat", "PURPOSE_NOT_GRANTED"),
        ("statistique", "PURPOSE_NOT_GRANTED"),
    ],
)
def test_a_purpose_outside_token_or_agreement_is_refused(declared: str | None, expected: str) -> None:
    actor = tokens().actor(token(), NOW)
    with pytest.raises(HubError) as caught:
        purposes().purpose(actor, declared)
    assert caught.value.code == expected
    assert caught.value.extensions == {"purposes": ["suivi"]}
    assert "Vous pouvez déclarer : suivi (Suivre le parcours" in caught.value.message
    assert ("groupe" in caught.value.message) is (declared == "accompagnement")


def test_a_purpose_in_token_and_agreement_is_granted_and_a_single_one_needs_no_header() -> None:
    assert purposes().purpose(tokens().actor(token(), NOW), "suivi") == "suivi"
    assert purposes().purpose(tokens().actor(token(spie={"purposes": ["suivi"]}), NOW), None) == "suivi"


def test_an_organisation_without_agreement_has_no_purpose() -> None:
    closed = Purposes(load().purposes, {})
    actor = tokens().actor(token(spie={"purposes": ["suivi"]}), NOW)
    assert code(lambda: closed.purpose(actor, None)) == "PURPOSE_NOT_GRANTED"


LABELS = ("2820299999030", "x2820299999030y", "285052A004123", "Q285052a00412345", "2-82-13-99-999-001", "a b", "é", "")


@pytest.mark.parametrize("text", [*LABELS, "Q_2_82_13_99_999_001", "282139999900100000", "x" * 41, "a\n"])
def test_a_label_that_could_hold_a_number_never_enters_the_journal(text: str) -> None:
    assert code(lambda: check_reference(text)) == "PURPOSE_REFERENCE"
    assert code(lambda: check_operation_name(text)) == "OPERATION_NAME"


def test_a_plain_label_enters_the_journal() -> None:
    assert check_reference("Dossier_2026-117") == "Dossier_2026-117"
    assert check_reference(None) is None


def test_a_case_whose_number_is_a_uuid_may_be_named() -> None:
    case = "28134567-1234-4567-8901-123456789012"
    assert check_reference(case) == case


def test_refusals_never_repeat_what_was_sent() -> None:
    secret = "Canari-7351"
    for call in (
        lambda: tokens().actor(token(spie={"kind": secret}), NOW),
        lambda: purposes().purpose(tokens().actor(token(), NOW), secret),
        lambda: check_reference(f"{secret} {secret}"),
    ):
        with pytest.raises((IdentityRefused, RequestRefused)) as caught:
            call()
        assert secret not in json.dumps(caught.value.formatted()) + str(caught.value)


@pytest.mark.parametrize(
    "changes",
    [
        {"sub": "2820299999030"},
        {"sub": "2 82 02 99 999 030"},
        {"sub": "agent-285052A004123"},
        {"client_id": "2820299999030"},
        {"azp": "2820299999030"},
        {"spie": {"organisation": "2820299999030"}},
        {"spie": {"purposes": ["suivi", "2820299999030"]}},
    ],
    ids=str,
)
def test_a_token_that_names_its_bearer_by_a_nir_is_refused_before_the_journal_keeps_it(changes: dict[str, Any]) -> None:
    with pytest.raises(HubError) as caught:
        tokens().actor(token(**changes), NOW)
    assert caught.value.code == "TOKEN_NIR"
    assert "2820299999030" not in f"{caught.value} {caught.value.formatted()}"


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "hub send orientations"},
        {"azp": "hub send orientations"},
        {"client_id": "hub x"},
        {"sub": "hub send orientations"},
    ],
    ids=str,
)
def test_no_token_passes_for_what_the_hub_itself_sends(changes: dict[str, Any]) -> None:
    with pytest.raises(IdentityRefused) as caught:
        tokens().actor(token(**changes), NOW)
    assert caught.value.code == "TOKEN_REFUSED"


@pytest.mark.parametrize("subject", ["100234567890", "f:8f14e45f-ceea-4e7a-9c1d-123456789012:agent", "9" * 15])
def test_a_subject_of_digits_that_is_no_nir_is_accepted(subject: str) -> None:
    assert tokens().actor(token(sub=subject), NOW).id.endswith(subject)
