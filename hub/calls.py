"""How the hub reaches its own subgraphs: in process by handing over the context, or over HTTP under its signature."""

from __future__ import annotations

import time

from hub.federation.http1 import Headers
from hub.federation.transport import SubgraphRequest, SubgraphResponse, TransportError
from infra.keys import Keys
from schema.context import HEADER, Context, seal
from subgraphs.kit.deadlines import Deadlines
from subgraphs.kit.errors import RequestFailed
from subgraphs.kit.server import Subgraph

CODES = {
    "FORBIDDEN_INPUT": "Ce curseur n'est pas le vôtre, ou a été modifié : reprenez depuis la première page.",
    "BAD_FIRST": "Le nombre d'éléments par page va de 1 à 100 : corrigez « first ».",
    "BAD_IDENTITY": "L'identité à rapprocher n'a pas la forme attendue : donnez la date de naissance (AAAA-MM-JJ) et "
    "un NIR (13 caractères, ou 15 avec sa clé), un identifiant national (un matricule, avec son organisme et son rôle) "
    "ou celui d'un département.",
    "BAD_INPUT": "Une valeur passée en argument n'a pas la forme attendue : corrigez-la d'après le schéma.",
}
"""Codes of our subgraphs' errors that may leave, each with our own words."""


class InProcess:
    """The transport of a subgraph in this process: no bytes, no signature, the objects themselves."""

    def __init__(self, subgraph: Subgraph) -> None:
        self._subgraph = subgraph
        self._deadlines = Deadlines()

    async def send(self, request: SubgraphRequest, context: Context) -> SubgraphResponse:
        """Execute one request; raises TransportError."""
        try:
            with self._deadlines.within(request.deadline):
                answer = await self._subgraph.execute(request.query, request.variables, context)
        except TimeoutError as error:
            raise TransportError("SUBGRAPH_TIMEOUT", "no answer in time") from error
        except RequestFailed as error:
            raise TransportError("SUBGRAPH_STATUS", error.code) from error
        return SubgraphResponse(answer["data"], answer.get("errors", []))


def signed_headers(keys: Keys) -> Headers:
    """Headers of one attempt: a signed context of its own, for that subgraph and that body only."""

    def headers(request: SubgraphRequest, body: bytes, context: Context) -> list[tuple[bytes, bytes]]:
        key = keys.context(request.subgraph)
        sealed = seal(context, audience=request.subgraph, body=body, key=key, now=int(time.time()))
        return [(HEADER.encode(), sealed.encode())]

    return headers
