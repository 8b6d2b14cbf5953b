"""The test vectors of docs/contrat-sous-graphe.md, and the examples that the page shows, made by the code that signs
and decides: written by `make generated`."""

from __future__ import annotations

import random
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from hmac import digest
from pathlib import Path
from typing import Any

import orjson

from hub.policy.enforce.verdicts import Mark
from schema.context import HEADER, LIFETIME, Context, seal
from schema.facts import Fact
from schema.residual import Clause, Residual, Rule
from tests.docs.marked_part import replaced

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "contrat-sous-graphe.md"
FOLDER = ROOT / "schema" / "generated"
CONTEXTS, RESIDUALS = FOLDER / "contract_contexts.json", FOLDER / "contract_residuals.json"
KEY, NOW, NONCE = b"k" * 32, 1_795_000_000, "vecteur-d-essai-1"
PERSON, AGENT = "7a0c3f0e-1d52-4c6e-9a34-0b1f6f8f3a01", "4f6f8a52-0a3b-4f0e-8c58-8d0b6c1f7e02"
BODY = orjson.dumps(
    {
        "query": "query($representations: [_Any!]!) { _entities(representations: $representations)"
        " { ... on Person { vehicleLoans { startsOn _access } } } }",
        "variables": {"representations": [{"__typename": "Person", "id": PERSON}]},
    }
)
REFERENT, GROUP, TERRITORY = Fact.REFERENT, Fact.GROUP, Fact.TERRITORY
READ = Rule((Clause(int(REFERENT | GROUP), 0, int(Fact.LIMITATION | Fact.ERASURE_DUE)),))
RESIDUAL = Residual(
    rows={"Person": READ, "VehicleLoan": READ},
    fields={"Person.vehicleLoans": READ, "VehicleLoan.startsOn": READ},
    retentions=((int(Fact.JOURNEY_ENDED), 730),),
)
FACTS = (Fact.REFERENT, Fact.GROUP, Fact.TERRITORY, Fact.RECORDED, Fact.OPPOSITION, Fact.LIMITATION)


def generated() -> Mapping[Path, str]:
    """The two files of vectors, and the page with its examples."""
    contexts, residuals = _contexts(), _residuals()
    page = PAGE.read_text(encoding="utf-8")
    page = replaced(page, "exemple de contexte", _context_example(contexts[0]["header"]))
    page = replaced(page, "exemple de résiduel", _block("json", _pretty(orjson.loads(RESIDUAL.encoded))))
    page = replaced(page, "faits", _facts())
    return {CONTEXTS: _pretty(_context_file(contexts)), RESIDUALS: _lines(residuals), PAGE: page}


def header() -> str:
    """The header of the example; its nonce is written in place of a random one."""
    context = Context(
        f"https://emetteur.exemple.fr#{AGENT}", "referent_cd", "22080001900018", "suivi",
        (f"{int(REFERENT)} {AGENT}",), "0" * 64, "classe", RESIDUAL, NOW, 10.0,
    )  # fmt: skip
    return _resigned(seal(context, audience="loans", body=BODY, key=KEY, now=NOW), jti=NONCE)


def claims_of(text: str) -> dict[str, Any]:
    """The claims of a header."""
    payload = text.partition(".")[0]
    claims: dict[str, Any] = orjson.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims


def _resigned(text: str, key: bytes = KEY, **claims: Any) -> str:
    payload = orjson.dumps(claims_of(text) | claims)
    return ".".join(urlsafe_b64encode(part).rstrip(b"=").decode() for part in (payload, digest(key, payload, "sha256")))


def _contexts() -> list[dict[str, Any]]:
    good = header()
    payload, _, signature = good.partition(".")
    forged = urlsafe_b64encode(orjson.dumps(claims_of(good) | {"actor": "un autre"})).rstrip(b"=").decode()
    cases = {
        "valable": (good, True),
        "sans signature": (f"{payload}.", False),
        "acteur changé après la signature": (f"{forged}.{signature}", False),
        "autre clé": (_resigned(good, b"x" * 32), False),
        "autre destinataire": (_resigned(good, aud="autre"), False),
        "échu": (_resigned(good, iat=NOW - LIFETIME, exp=NOW), False),
        "à venir": (_resigned(good, iat=NOW + 6, exp=NOW + 6 + LIFETIME), False),
        "trop long": (_resigned(good, exp=NOW + LIFETIME + 1), False),
        "autre corps": (_resigned(good, body="0" * 64), False),
        "résiduel d'une autre forme": (_resigned(good, residual='{"rows":{}}'), False),
    }
    return [{"name": name, "header": text, "accepted": accepted} for name, (text, accepted) in cases.items()]


def _context_file(contexts: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "key": urlsafe_b64encode(KEY).decode(),
        "audience": "loans",
        "now": NOW,
        "body": BODY.decode(),
        "contexts": contexts,
    }


def _residuals() -> list[dict[str, Any]]:
    """Residuals drawn at random, with rows by their facts, and what is answered of each."""
    draw = random.Random(14)
    cases = []
    for _ in range(40):
        rules = [Rule(tuple(_clause(draw) for _ in range(draw.randrange(3)))) for _ in range(3)]
        residual = Residual(
            {"VehicleLoan": rules[0]}, {"VehicleLoan.startsOn": rules[1], "VehicleLoan.vehicle": rules[2]}
        )
        fields = (("startsOn", "VehicleLoan.startsOn", rules[1]), ("vehicle", "VehicleLoan.vehicle", rules[2]))
        mark = Mark("VehicleLoan", (), False, rules[0], fields)
        rows = []
        for _ in range(6):
            facts = sum(int(fact) for fact in FACTS if draw.random() < 0.4)
            verdict = mark.decide(facts, frozenset())
            kept = None if verdict is None else sorted({"startsOn", "vehicle"} - verdict.nulls)
            rows.append({"facts": facts, "readable": kept})
        cases.append({"residual": orjson.loads(residual.encoded), "rows": rows})
    return cases


def _clause(draw: random.Random) -> Clause:
    def some(share: float) -> int:
        return sum(int(fact) for fact in FACTS if draw.random() < share)

    return Clause(some(0.4), some(0.15), some(0.15))


def _context_example(text: str) -> str:
    payload, _, signature = text.partition(".")
    lines = f"{HEADER}: {payload[:60]}….{signature}"
    claims = {**claims_of(text), "residual": "… (voir plus bas)"}
    return _block("http", lines) + "\n" + _block("json", _pretty(claims))


def _facts() -> str:
    rows = "".join(f"| {int(fact)} | `{fact.name}` |\n" for fact in Fact)
    return f"| bit | fait |\n|--|--|\n{rows}"


def _pretty(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()


def _lines(values: list[Any]) -> str:
    """A JSON list, one value per line."""
    return "[\n" + ",\n".join(orjson.dumps(value).decode() for value in values) + "\n]\n"


def _block(kind: str, text: str) -> str:
    return f"```{kind}\n{text.rstrip()}\n```\n"
