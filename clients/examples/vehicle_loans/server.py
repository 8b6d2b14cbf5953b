"""A subgraph of another team that holds people's data under the hub's contract, written from
docs/contrat-sous-graphe.md alone: the standard library and graphql-core, nothing of the hub.

`python server.py KEY_FILE…` serves the loans of `register.json` on the port of `PORT`.
"""

from __future__ import annotations

import hmac
import json
import os
import sys
import time
from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock
from typing import Any
from zoneinfo import ZoneInfo

from graphql import GraphQLResolveInfo, build_schema, graphql_sync

FOLDER = Path(__file__).parent
NAME = "loans"
HEADER = "hub-context"
LARGEST_BODY = 4 * 1024 * 1024
MOST_REPRESENTATIONS = 10_000
LIFETIME, LATE = 30, 5
RELATIONS = 0b1111_1111
RECORDED, ERASURE_DUE = 1 << 8, 1 << 12
OPEN = {"Person.id", "VehicleLoan.id"}
"""Fields that need no rule."""
FEDERATION = """
scalar _Any
union _Entity = Person | VehicleLoan
type _Service { sdl: String }
type Query { _entities(representations: [_Any!]!): [_Entity]! _service: _Service! }
"""
PARIS = ZoneInfo("Europe/Paris")


class Refused(Exception):
    """The call is answered with this status and code, and nothing else."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


@dataclass(frozen=True)
class Context:
    """What the hub says of a call: scopes, organisation, day, residual."""

    scopes: frozenset[str]
    organisation: str | None
    today: date
    residual: Mapping[str, Any]


@dataclass(frozen=True)
class Item:
    """A row for one actor: type, values, subject, facts."""

    type: str
    values: Mapping[str, Any]
    subject: str
    facts: int


class Subgraph:
    """The subgraph; `keys`: the current one, then the previous one while it is being changed."""

    def __init__(self, register: Mapping[str, Any], keys: Sequence[bytes], clock: Callable[[], float] = time.time):
        self.people = {person["id"]: person for person in register["people"]}
        self.loans = {loan["id"]: loan for loan in register["loans"]}
        self.keys, self.clock = keys, clock
        self.sdl = (FOLDER / "loans.graphql").read_text(encoding="utf-8")
        self.schema = build_schema(self.sdl + FEDERATION, assume_valid=True, assume_valid_sdl=True)
        self._seen: dict[str, int] = {}
        self._lock = Lock()

    # --- the call

    def answer(self, path: str, method: str, headers: Sequence[str], kind: str, body: bytes) -> tuple[int, bytes]:
        """Status and body of the answer to one HTTP request; `headers` are the values of the context's header."""
        try:
            if path != "/graphql":
                raise Refused(404, "NOT_FOUND")
            if method != "POST":
                raise Refused(405, "METHOD_NOT_ALLOWED")
            context = self.context(headers, body)
            if kind.partition(";")[0].strip().lower() != "application/json":
                raise Refused(415, "NOT_JSON")
            query, variables = request_of(body)
        except Refused as error:
            return error.status, json.dumps({"errors": [graphql_error(error.code)]}).encode()
        result = graphql_sync(
            self.schema, query, {"_entities": self.entities, "_service": {"sdl": self.sdl}}, context, variables,
            field_resolver=self.resolve, type_resolver=lambda item, *_: item.type,
        )  # fmt: skip
        answered: dict[str, Any] = {"data": result.data}
        if result.errors:  # whose text quotes the request
            answered["errors"] = [graphql_error("OPERATION_REFUSED")]
        return 200, json.dumps(answered, ensure_ascii=False).encode()

    def context(self, headers: Sequence[str], body: bytes) -> Context:
        """The context of a call; raises Refused (401), always the same."""
        try:
            (header,) = headers
            encoded, signature = header.split(".")
            payload = unb64(encoded)
            claims = self.signed(payload, unb64(signature))
            self.check(claims, body)
            now = datetime.fromtimestamp(claims["now"], PARIS)
            residual = self.residual(json.loads(claims["residual"]))
            self.check_new(claims["jti"], claims["exp"])
            return Context(frozenset(claims["scopes"]), claims["organisation"], now.date(), residual)
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
            raise Refused(401, "CONTEXT_REFUSED") from None

    def signed(self, payload: bytes, signature: bytes) -> dict[str, Any]:
        """The claims, if one of the keys signed them."""
        if not any(hmac.compare_digest(hmac.digest(key, payload, "sha256"), signature) for key in self.keys):
            raise ValueError("signature")
        claims: dict[str, Any] = json.loads(payload)
        return claims

    def check(self, claims: Mapping[str, Any], body: bytes) -> None:
        """Raise ValueError for a context of another subgraph, time or body."""
        now = int(self.clock())
        if claims["aud"] != NAME:
            raise ValueError("audience")
        if not claims["iat"] - LATE <= now < claims["exp"] or claims["exp"] - claims["iat"] > LIFETIME:
            raise ValueError("expired")
        if claims["body"] != sha256(body).hexdigest():
            raise ValueError("body")

    def check_new(self, nonce: str, expiry: int) -> None:
        """Raise ValueError for a context that came before."""
        now = int(self.clock())
        with self._lock:
            self._seen = {nonce: until for nonce, until in self._seen.items() if until + LATE > now}
            if nonce in self._seen:
                raise ValueError("replay")
            self._seen[nonce] = expiry

    def residual(self, raw: Any) -> Mapping[str, Any]:
        """The residual; raises ValueError for anything that its grammar does not have."""
        if set(raw) != {"rows", "fields", "retentions", "items"}:
            raise ValueError("residual")
        for rule in (*raw["rows"].values(), *raw["fields"].values()):
            read, values, reduced, _ = rule
            for clause in (*read, *reduced, *(clause for _, clauses in values for clause in clauses)):
                if len(clause) != 3 or not all(type(bits) is int for bits in clause):
                    raise ValueError("clause")
        return dict(raw)

    # --- what may be read

    def entities(self, info: GraphQLResolveInfo[Any], representations: list[Any]) -> list[Item | None]:
        """The entities of the representations, each in its place; None for one that is malformed, missing or denied."""
        if len(representations) > MOST_REPRESENTATIONS:
            raise ValueError("too many")
        return [self.entity(representation, info.context) for representation in representations]

    def entity(self, representation: Any, context: Context) -> Item | None:
        """The entity of one representation."""
        if not isinstance(representation, dict) or set(representation) != {"__typename", "id"}:
            return None
        key = representation["id"]
        if representation["__typename"] == "Person" and isinstance(key, str):
            return self.person(key, context)
        if representation["__typename"] == "VehicleLoan" and isinstance(key, str) and key in self.loans:
            return self.loan(self.loans[key], context)
        return None

    def person(self, person_id: str, context: Context) -> Item | None:
        """A person that exists for the actor."""
        facts = self.person_facts(person_id, context)
        item = Item("Person", {"id": person_id}, person_id, facts)
        return item if facts & RELATIONS and self.exists(item, context) else None

    def loan(self, loan: Mapping[str, Any], context: Context) -> Item | None:
        """A loan that exists for the actor."""
        facts = self.person_facts(loan["personId"], context)
        if not facts & RELATIONS:
            return None
        if context.organisation is not None and loan["recordedBy"] == context.organisation:
            facts |= RECORDED
        item = Item("VehicleLoan", loan, loan["personId"], facts)
        return item if self.exists(item, context) else None

    def person_facts(self, person_id: str, context: Context) -> int:
        """The facts of a person: the relations of its links to the actor's scopes, and what restricts it; 0 without a
        link."""
        person = self.people.get(person_id)
        if person is None:
            return 0
        facts: int = 0
        for link in person["links"]:
            if link["key"] in context.scopes and is_valid(link, context.today):
                facts |= int(link["key"].partition(" ")[0])
        if facts == 0:
            return 0
        facts |= person["restrictions"]
        if person["erasureOn"] is not None and date.fromisoformat(person["erasureOn"]) <= context.today:
            facts |= ERASURE_DUE
        for bit, days in context.residual["retentions"]:
            contact = person["lastContact"]
            if contact is not None and (context.today - date.fromisoformat(contact)) > timedelta(days):
                facts |= bit
        return int(facts)

    def exists(self, item: Item, context: Context) -> bool:
        """Whether the row exists for the actor."""
        rule = context.residual["rows"].get(item.type)
        return rule is not None and self.holds(rule[0], item.facts)

    def holds(self, clauses: Iterable[Sequence[int]], facts: int) -> bool:
        """Whether any clause holds."""
        return any(
            facts & any_of and facts & all_of == all_of and not facts & none_of for any_of, all_of, none_of in clauses
        )

    def resolve(self, source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
        """The value of a field; None where the residual does not let it be read."""
        if not isinstance(source, Item):
            value = source[info.field_name]
            return value(info, **arguments) if callable(value) else value
        context: Context = info.context
        if info.field_name == "_access":
            return [source.subject, source.facts]
        if not self.readable(f"{source.type}.{info.field_name}", source, context):
            return None
        if info.field_name == "vehicleLoans":
            loans = (self.loan(loan, context) for loan in self.loans.values() if loan["personId"] == source.subject)
            return [loan for loan in loans if loan is not None]
        return source.values[info.field_name]

    def readable(self, coordinate: str, item: Item, context: Context) -> bool:
        """Whether a field of the row may be read; a reduction is not known here, so that nothing is read by one."""
        if coordinate in OPEN:
            return True
        rule = context.residual["fields"].get(coordinate)
        return rule is not None and self.holds(rule[0], item.facts)


def is_valid(link: Mapping[str, Any], today: date) -> bool:
    """Whether a link holds today, both days included."""
    begun = date.fromisoformat(link["from"]) <= today
    return begun and (link["until"] is None or today <= date.fromisoformat(link["until"]))


def request_of(body: bytes) -> tuple[str, dict[str, Any]]:
    """Query and variables of a body; raises Refused (400)."""
    try:
        request = json.loads(body)
        query, variables = request["query"], request.get("variables")
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Refused(400, "MALFORMED_REQUEST") from None
    if not isinstance(query, str) or not isinstance(variables, dict | None):
        raise Refused(400, "MALFORMED_REQUEST")
    return query, variables or {}


def graphql_error(code: str) -> dict[str, Any]:
    """An error: its code, and no text of the request."""
    return {"message": code, "extensions": {"code": code}}


def unb64(text: str) -> bytes:
    """The bytes of base64url without padding."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def server(subgraph: Subgraph, port: int) -> ThreadingHTTPServer:
    """An HTTP server of the subgraph on this machine."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1  # head and body of an answer leave at once

        def do_POST(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            if length > LARGEST_BODY:
                self.close_connection = True
                self.reply(413, b"")
                return
            headers = self.headers.get_all(HEADER) or []
            kind = self.headers.get("content-type") or ""
            body = self.rfile.read(length)
            self.reply(*subgraph.answer(self.path, self.command, headers, kind, body))

        do_GET = do_PUT = do_DELETE = do_POST  # noqa: N815 - names of the standard library

        def reply(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Write nothing of a request."""

    return ThreadingHTTPServer(("127.0.0.1", port), Handler)


def main(key_files: Sequence[str]) -> None:
    """Serve until stopped."""
    register = json.loads((FOLDER / "register.json").read_text(encoding="utf-8"))
    keys = [urlsafe_b64decode(Path(file).read_text(encoding="ascii").strip()) for file in key_files]
    server(Subgraph(register, keys), int(os.environ.get("PORT", "4006"))).serve_forever()


if __name__ == "__main__":
    main(sys.argv[1:])
