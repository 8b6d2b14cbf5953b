"""Checks of what a subgraph must refuse before it reads anything."""

from __future__ import annotations

import secrets
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from hmac import digest
from typing import Any

import orjson

from hub.joined.conformance.caller import Answer, Caller
from hub.joined.conformance.check import Check
from hub.joined.conformance.seeds import Row

CANARY = "valeur-que-nul-message-ne-repete"


def _row(caller: Caller) -> Row:
    return caller.seeds.rows[0]


def _answered(caller: Caller) -> Iterator[tuple[str, bool]]:
    for row in caller.seeds.rows:
        answer = caller.read(row)
        yield f"« {row.name} » sous un contexte valable", answer.status == 200 and answer.holds(row.value)


def _other_methods(caller: Caller) -> Iterator[tuple[str, bool]]:
    row = _row(caller)
    body = caller.body(row)
    for method in ("GET", "PUT", "DELETE"):
        answer = caller.send(body, [caller.sealed(caller.context(row), body)], method=method)
        yield f"méthode {method}", answer.status >= 400 and not answer.holds(row.value)


def _other_bodies(caller: Caller) -> Iterator[tuple[str, bool]]:
    row = _row(caller)
    good = caller.body(row)
    bodies = {
        "corps vide": (b"", "application/json"),
        "corps qui n'est pas du JSON": (b"{", "application/json"),
        "liste de requêtes": (b"[" + good + b"]", "application/json"),
        "requête sans « query »": (b"{}", "application/json"),
        "autre type de contenu": (good, "text/plain"),
    }
    for name, (body, kind) in bodies.items():
        answer = caller.send(body, [caller.sealed(caller.context(row), body)], kind=kind)
        yield name, 400 <= answer.status < 500 and not answer.holds(row.value)


def refused(caller: Caller) -> Iterator[tuple[str, str, Callable[[], Answer]]]:
    """Every call that must be refused: the number of its sentence, what it is, and what makes it."""
    row = _row(caller)
    body, context = caller.body(row), caller.context(row)
    good = caller.sealed(context, body)

    def sent(sentence: str, name: str, *headers: str, sent_body: bytes = body) -> tuple[str, str, Callable[[], Answer]]:
        return sentence, name, lambda: caller.send(sent_body, headers)

    yield sent("C-04", "sans contexte")
    yield sent("C-04", "contexte vide", "")
    yield sent("C-04", "deux contextes", good, caller.sealed(context, body))
    yield sent("C-05", "autre clé", caller.sealed(context, body, key=secrets.token_bytes(32)))
    yield sent("C-05", "sans signature", good.partition(".")[0] + ".")
    for claim, value in {"actor": "quelqu-un-d-autre", "scopes": ["1 x"], "residual": "{}", "purpose": "x"}.items():
        yield sent("C-05", f"« {claim} » changé après la signature", _forged(good, **{claim: value}))
    yield sent("C-05", "illisible", "ceci-n-est-pas-un-contexte")
    yield sent("C-06", "autre destinataire", caller.sealed(context, body, audience="un-autre"))
    now = int(time.time())
    yield sent("C-07", "échu", caller.sealed(context, body, now=now - 31))
    yield sent("C-07", "d'une heure à venir", caller.sealed(context, body, now=now + 60))
    yield sent("C-07", "d'une durée trop longue", _resigned(good, caller.key, exp=now + 3600))
    yield sent("C-08", "d'un autre corps", good, sent_body=body + b" ")
    yield "C-09", "une seconde fois", lambda: _sent_twice(caller, body, caller.sealed(context, body))
    for name, residual in _other_residuals(context.residual.encoded):
        yield sent("C-10", name, _resigned(good, caller.key, residual=residual))
    if caller.seeds.policy is not None:
        yield sent("C-13", "d'une autre politique", caller.sealed(context._replace(policy="une-autre"), body))


def _sent_twice(caller: Caller, body: bytes, header: str) -> Answer:
    caller.send(body, [header])
    return caller.send(body, [header])


def _other_residuals(encoded: bytes) -> Iterator[tuple[str, str]]:
    """Residuals that say something that the grammar does not know."""
    residual = orjson.loads(encoded)
    name, (read, *rest) = next(iter(residual["rows"].items()))
    unknown_residuals: dict[str, Any] = {
        "une partie inconnue": {**residual, "excludes": []},
        "une partie qui manque": {key: value for key, value in residual.items() if key != "retentions"},
        "une clause de quatre nombres": {**residual, "rows": {name: [[[*read[0], 1]], *rest]}},
        "une règle de cinq éléments": {**residual, "rows": {name: [read, *rest, []]}},
    }
    yield from ((f"résiduel : {label}", orjson.dumps(value).decode()) for label, value in unknown_residuals.items())
    yield "résiduel : du texte", "tout"


def _claims(header: str) -> dict[str, Any]:
    payload = header.partition(".")[0]
    claims: dict[str, Any] = orjson.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims


def _encoded(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _forged(header: str, **claims: Any) -> str:
    """The header with other claims under the signature that it had."""
    return f"{_encoded(orjson.dumps(_claims(header) | claims))}.{header.partition('.')[2]}"


def _resigned(header: str, key: bytes, **claims: Any) -> str:
    """The header with other claims, signed under the key and used for the first time."""
    payload = orjson.dumps(_claims(header) | {"jti": secrets.token_urlsafe(12)} | claims)
    return f"{_encoded(payload)}.{_encoded(digest(key, payload, 'sha256'))}"


def _refusal(sentence: str) -> Check:
    def trials(caller: Caller) -> Iterator[tuple[str, bool]]:
        value = _row(caller).value
        for number, name, call in refused(caller):
            if number == sentence:
                answer = call()
                yield name, answer.status == 401 and not answer.holds(value)

    return Check(sentence, trials)


def _alike(caller: Caller) -> Iterator[tuple[str, bool]]:
    first: Answer | None = None
    for _, name, call in refused(caller):
        answer = call()
        first = first or answer
        yield name, answer == first


def _both_keys(caller: Caller) -> Iterator[tuple[str, bool]]:
    row = _row(caller)
    body = caller.body(row)
    for name, key in (("nouvelle clé", caller.key), ("ancienne clé", caller.previous)):
        if caller.previous is not None and key is not None:
            answer = caller.send(body, [caller.sealed(caller.context(row), body, key=key)])
            yield name, answer.status == 200 and answer.holds(row.value)


def _silent_errors(caller: Caller) -> Iterator[tuple[str, bool]]:
    row = _row(caller)
    documents = {
        "document qui ne se lit pas": f'query {{ "{CANARY}"',
        "champ inconnu": f'query {{ inconnu(nom: "{CANARY}") }}',
        "variable d'une autre forme": "query($representations: [_Any!]!) { _entities(representations: $representations)"
        " { __typename } }",
    }
    for name, query in documents.items():
        body = orjson.dumps({"query": query, "variables": {"representations": CANARY}})
        answer = caller.send(body, [caller.sealed(caller.context(row), body)])
        yield name, not answer.holds(CANARY)


REFUSALS: tuple[Check, ...] = (
    Check("C-01", _answered),
    Check("C-02", _other_methods),
    Check("C-03", _other_bodies),
    *(_refusal(f"C-{number:02}") for number in range(4, 11)),
    Check("C-11", _alike),
    Check("C-12", _both_keys),
    _refusal("C-13"),
    Check("C-14", _silent_errors),
)
