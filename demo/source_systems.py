"""The source systems of the demo that live: they speak the documented APIs, and a page changes what they hold.

A rendez-vous that changes is told to the hub at once, as RDV-Insertion does; what the other systems hold is read by the
next `hub sync`. What was changed is kept in a file, for the demo that starts again.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import httpx2
import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from demo.cast import RDVS, Rdv
from demo.crowd import EVERYONE, EVERYONE_BY_SLUG
from demo.employer_files import employers, offers
from demo.journey_files import conventions
from demo.offers_files import services, structures
from demo.page_rendering import render
from demo.rdvi_files import rdv_message, signed, user
from hub.http.page_form import page_response
from tests.simulators.data_inclusion import DataInclusionSimulator
from tests.simulators.emplois import EmploisSimulator
from tests.simulators.immersion_facile import ImmersionSimulator
from tests.simulators.rdv_insertion import RdvInsertionSimulator

STATUSES = {
    "unknown": "à venir",
    "seen": "honoré",
    "noshow": "absence",
    "excused": "annulé par la personne",
    "revoked": "annulé par le service",
}
"""The statuses of a rendez-vous in RDV-Insertion, as the page names them."""
DEPARTMENT = "08"
"""The département whose users the API gives, whose agencies' agreements, and whose rendez-vous are told."""


class SourceSystems:
    """The simulated systems over the people and the offer of the demo's files."""

    def __init__(
        self, today: date, changes_file: Path, send: Callable[[bytes, Mapping[str, str]], int], secret: bytes
    ) -> None:
        """`changes_file` keeps the changes; `send` posts a signed notification of RDV-Insertion to the hub and returns
        the status of the answer."""
        self._today, self._kept, self._send, self._secret = today, changes_file, send, secret
        self._rdvs = {rdv.number: rdv for rdv in RDVS if rdv.organisation.department == DEPARTMENT}
        self._last = datetime.fromtimestamp(0, UTC)
        self.data_inclusion, self.rdv_insertion = DataInclusionSimulator(), RdvInsertionSimulator()
        self.immersion = ImmersionSimulator()
        self.data_inclusion.structures = structures(today)
        self._services = services(today)
        self._closed = set[str]()
        self.rdv_insertion.organisations = {
            900: [user(person) for person in EVERYONE if person.department == DEPARTMENT and not person.silent]
        }
        self.immersion.conventions = [entry for entry in conventions(today) if entry["agencyDepartment"] == DEPARTMENT]
        self.immersion.offers = offers()["data"]
        self.emplois = EmploisSimulator()
        self.emplois.employers = employers(today)["results"]
        self._restore()
        self.page = Starlette(
            routes=[
                Route("/", self._show),
                Route("/rdvs/{number:int}", self._change, methods=["POST"]),
                Route("/services/{key}", self._toggle, methods=["POST"]),
            ]
        )

    def change_rdv(self, number: int, *, status: str | None = None, days: int = 0) -> int:
        """Give a rendez-vous another status, or move it by days; return the status of the hub's answer."""
        rdv = self._rdvs[number]
        people = rdv.people if status is None else tuple((slug, status) for slug, _ in rdv.people)
        self._rdvs[number] = changed = replace(rdv, people=people, days=rdv.days + days)
        self._keep()
        message = rdv_message(changed, self._today)
        self._last = max(datetime.now(UTC), self._last + timedelta(seconds=1))
        message["meta"] |= {"event": "updated", "timestamp": f"{self._last:%Y-%m-%d %H:%M:%S} +0000"}
        body = orjson.dumps(message)
        return self._send(body, signed(body, self._secret))

    def toggle_service(self, key: str) -> None:
        """Close a service of data.inclusion, or open it again."""
        self._closed ^= {key}
        self._keep()
        self._list_services()

    def _list_services(self) -> None:
        self.data_inclusion.services = [service for service in self._services if service["id"] not in self._closed]

    def _keep(self) -> None:
        changes = {
            "today": str(self._today),
            "rdvs": {str(rdv.number): [rdv.days, rdv.people] for rdv in self._rdvs.values()},
            "closed": sorted(self._closed),
        }
        partial = self._kept.with_suffix(".partial")
        partial.write_bytes(orjson.dumps(changes))
        partial.replace(self._kept)

    def _restore(self) -> None:
        changes = orjson.loads(self._kept.read_bytes()) if self._kept.exists() else {}
        if changes.get("today") == str(self._today):  # rendez-vous of the files are relative to the day
            for number, (days, people) in changes["rdvs"].items():
                statuses = tuple((slug, status) for slug, status in people)
                self._rdvs[int(number)] = replace(self._rdvs[int(number)], days=days, people=statuses)
            self._closed = set(changes["closed"])
        self._list_services()

    async def _show(self, request: Request) -> Response:
        nonce = secrets.token_urlsafe(16)
        text = render(
            "source_systems.html",
            nonce=nonce,
            rdvs=[self._row(rdv) for rdv in sorted(self._rdvs.values(), key=lambda rdv: (rdv.days, rdv.number))],
            statuses=STATUSES,
            services=[(service, service["id"] in self._closed) for service in self._services],
            answered=request.query_params.get("hub"),
        )
        return page_response(nonce, text, 200)

    def _row(self, rdv: Rdv) -> dict[str, Any]:
        people = [EVERYONE_BY_SLUG[slug] for slug, _ in rdv.people]
        return {
            "number": rdv.number,
            "day": self._today + timedelta(rdv.days),
            "people": ", ".join(f"{person.first_name} {person.last_name}" for person in people),
            "motive": rdv.category or "sans catégorie",
            "organisation": rdv.organisation.name,
            "status": rdv.people[0][1],
        }

    async def _change(self, request: Request) -> Response:
        number, form = request.path_params["number"], dict(parse_qsl((await request.body()).decode("ascii", "replace")))
        status, days = form.get("status"), form.get("days", "0")
        is_valid = number in self._rdvs and (status is None or status in STATUSES)
        if not is_valid or days.lstrip("-") not in map(str, range(366)):
            return Response("Rendez-vous, statut ou nombre de jours inconnu.\n", 400, media_type="text/plain")
        answered = self.change_rdv(number, status=status, days=int(days))
        return RedirectResponse(f"/?hub={answered}", 303)

    async def _toggle(self, request: Request) -> Response:
        key = request.path_params["key"]
        if all(service["id"] != key for service in self._services):
            return Response("Service inconnu.\n", 404, media_type="text/plain")
        self.toggle_service(key)
        return RedirectResponse("/", 303)


def sender(url: str) -> Callable[[bytes, Mapping[str, str]], int]:
    """Return what posts notifications to this address of the hub."""
    client = httpx2.Client(trust_env=False, timeout=30)

    def send(body: bytes, headers: Mapping[str, str]) -> int:
        return client.post(url, content=body, headers=dict(headers)).status_code

    return send
