"""Training catalogues in LHEO (lheo/lheo-schema 2.2 and 2.3): `formation` → `action` → `session`, as XML.

One `formation` is one group: the training, its provider, all its actions and sessions; one that a newer record no
longer names is removed. Its date is `datemaj`, else the one given for the file. A bad value is set aside, and so is a
session without a number. The file is read as a stream, without DTD, entities or network.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time
from math import nan
from pathlib import Path
from typing import Any

from lxml import etree

from subgraphs.kit.communes import CODE
from subgraphs.kit.ingest.catalogue import revise
from subgraphs.kit.ingest.excerpts import Elements
from subgraphs.kit.ingest.ingestion_report import Numbered, Outcome, Refused, Report
from subgraphs.kit.ingest.positions import found_at, position
from subgraphs.kit.ingest.row_store import Store
from subgraphs.kit.ingest.text_forms import chosen
from subgraphs.kit.ingest.unit_of_work import Options, Session, Source, read_files
from subgraphs.kit.ingest.unread_fields import UnreadFields, line_of
from subgraphs.kit.sensitive_organisations import category_of_name
from subgraphs.trainings import tables
from subgraphs.trainings.sources.lheo_fields import FIELDS

NAME = "lheo"
FORMATION = "offres/formation"
UNREAD = UnreadFields(FIELDS)
RECRUITMENT_STATE = dict(zip("123", tables.RECRUITMENT_STATES, strict=True))
TEACHING_MODE = dict(zip("012", tables.TEACHING_MODES, strict=True))
CERTIFYING = {"0": False, "1": True}
NO_DATE = frozenset({"00000000", "99999999"})
"""Dates by which LHEO says that a date is unknown or without end."""
TAIL = 64
"""Bytes in which the end tag of a whole file is."""
SIRET = re.compile(r"\d{14}")
ADDRESS = "lieu-de-formation/coordonnees/adresse"


class Lheo(Source):
    """The source `lheo`."""

    name = NAME
    reads = "catalogue de formations, XML LHEO"
    role = "trainings_ingest"
    pieces = Elements("formation")
    fields = FIELDS

    async def ingest(self, paths: Sequence[Path], options: Options, session: Session) -> Report:
        """Read the catalogues in the order given."""

        async def write(formation: bytes, store: Store) -> Outcome:
            return await _write(store, etree.fromstring(formation, _parser()), options.as_of)

        return await read_files(self.name, paths, session, _formations, write)


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)


def _formations(path: Path) -> Iterator[Numbered[bytes]]:
    """Each complete `formation`, in UTF-8: the tree of the file is freed as it is read."""
    depth, is_catalogue = 0, False
    with path.open("rb") as stream:
        events = etree.iterparse(
            stream, events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
        )
        try:
            for event, element in events:
                if event == "start":
                    if depth == 0:
                        _check_root(element)
                        is_catalogue = True
                    depth += 1
                    continue
                depth -= 1
                if depth == 2 and etree.QName(element).localname == "formation":
                    content = etree.tostring(element, encoding="utf-8", with_tail=False)
                    yield Numbered(line_of(element), content, UNREAD.of_xml(element, FORMATION))
                    _forget(element)
        except etree.XMLSyntaxError as error:
            stream.seek(max(0, path.stat().st_size - TAIL))
            whole = depth == 0 or stream.read().rstrip().endswith(b"lheo>")
            code = _code(error.msg or "", whole=whole, is_catalogue=is_catalogue)
            raise Refused(code, line=error.lineno) from None


def _forget(element: etree._Element) -> None:
    """Free an element and those before it, so that memory doesn't grow with the file."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def _code(message: str, *, whole: bool, is_catalogue: bool) -> str:
    """Code of what libxml2 says, which tells its reasons apart by text only; `whole` if the file has its end,
    `is_catalogue` if it has a beginning."""
    if "Unsupported encoding" in message:
        return "ENCODING_UNSUPPORTED"
    if "Invalid bytes" in message or "not proper UTF-8" in message:
        return "ENCODING_WRONG"
    if not is_catalogue:
        return "FORMAT_UNKNOWN"
    return "XML_MALFORMED" if whole else "TRUNCATED"


def _check_root(root: etree._Element) -> None:
    if root.getroottree().docinfo.internalDTD is not None:
        raise Refused("DTD_REFUSED")
    if etree.QName(root).localname != "lheo":
        raise Refused("FORMAT_UNKNOWN", detail="the root is not lheo")


async def _write(store: Store, formation: etree._Element, file_as_of: datetime | None) -> Outcome:
    number = _number(formation)
    as_of = _as_of(formation, file_as_of)
    key = f"{NAME}--{number}"
    provider = _provider(formation, store)
    outcome = await revise(store, tables.training, key, _training(formation, number, provider, store), as_of)
    if outcome is Outcome.OLDER:
        return outcome
    if provider is not None:
        await revise(store, tables.training_provider, provider["siret"], provider, as_of)
    parts = (
        (tables.training_action, _actions(formation, key, store)),
        (tables.training_session, _sessions(formation, key, store)),
    )
    for table, parts_by_id in parts:
        for row in await store.all(table, training_id=key):
            if row["id"] not in parts_by_id:
                await store.delete(table, id=row["id"])
        for part, values in parts_by_id.items():
            await revise(store, table, part, values, as_of)
    return Outcome.UPDATED if outcome is Outcome.UNCHANGED and store.written else outcome


def _training(formation: etree._Element, number: str, provider: dict[str, Any] | None, store: Store) -> dict[str, Any]:
    title = _text(formation, "intitule-formation")
    if title is None:
        raise Refused("SCHEMA_INVALID", "intitule-formation")
    return {
        "provider_id": provider and provider["siret"],
        "title": title,
        "formacodes": _texts(formation, "domaine-formation/code-FORMACODE"),
        "rome_codes": _texts(formation, "domaine-formation/code-ROME"),
        "rncp_code": _text(formation, "certification/code-RNCP"),
        "certifying": chosen(_text(formation, "certifiante"), CERTIFYING, "certifiante", store.set_aside),
        "entry_level": _text(formation, "code-niveau-entree"),
        "exit_level": _text(formation, "code-niveau-sortie"),
        "source": NAME,
        "source_id": number,
    }


def _provider(formation: etree._Element, store: Store) -> dict[str, Any] | None:
    """The provider, known by its SIRET; without a right one, a provider whose name reveals something refuses the
    training, whose placements nothing would hide."""
    path = "organisme-formation-responsable"
    siret = _text(formation, f"{path}/SIRET-organisme-formation/SIRET")
    if siret is None:
        return None
    name = _text(formation, f"{path}/nom-organisme")
    sensitivity = category_of_name(name)
    if not SIRET.fullmatch(siret):
        code = "LEADING_ZERO_LOST" if siret.isdecimal() and len(siret) < 14 else "VALUE_INVALID"
        if sensitivity is not None:
            raise Refused(code, f"{path}/SIRET-organisme-formation/SIRET")
        store.set_aside(code, f"{path}/SIRET-organisme-formation/SIRET")
        return None
    return {
        "siret": siret,
        "name": name,
        "activity_number": _text(formation, f"{path}/numero-activite"),
        "sensitivity": sensitivity,
        "source": NAME,
        "source_id": siret,
    }


def _actions(formation: etree._Element, training_id: str, store: Store) -> dict[str, dict[str, Any]]:
    """Actions that have a number, by id; LHEO writes prerequisites among the `conditions-specifiques`."""
    actions: dict[str, dict[str, Any]] = {}
    for action in formation.iterfind("{*}action"):
        number = (action.get("numero") or "").strip()
        mode = _text(action, "modalites-enseignement")
        if number:
            actions[f"{training_id}--{number}"] = {
                "training_id": training_id,
                "mode": chosen(mode, TEACHING_MODE, "action/modalites-enseignement", store.set_aside),
                "publics": _texts(action, "code-public-vise"),
                "prerequisites": _text(action, "conditions-specifiques"),
                "funders": _texts(action, "organisme-financeur/code-financeur"),
                "source": NAME,
                "source_id": f"{training_id.removeprefix(f'{NAME}--')}--{number}",
            }
    return actions


def _sessions(formation: etree._Element, training_id: str, store: Store) -> dict[str, dict[str, Any]]:
    """Sessions of all the actions of a training by id; the place is that of the action."""
    sessions: dict[str, dict[str, Any]] = {}
    for action in formation.iterfind("{*}action"):
        place = _place(action, store)
        for session in action.iterfind("{*}session"):
            number = (session.get("numero") or "").strip()
            if not number:
                store.set_aside("KEY_MISSING", "action/session/@numero")
                continue
            state = _text(session, "etat-recrutement")
            sessions[f"{NAME}--{number}"] = {
                "training_id": training_id,
                "starts_on": _date(session, "periode/debut", store),
                "ends_on": _date(session, "periode/fin", store),
                "recruitment_state": chosen(
                    state, RECRUITMENT_STATE, "action/session/etat-recrutement", store.set_aside
                ),
                **place,
                "source": NAME,
                "source_id": number,
            }
    return sessions


def _place(action: etree._Element, store: Store) -> dict[str, Any]:
    """Where the sessions of an action are; an action without an address, at a distance, has no position to give."""
    city_code = _city_code(action, store)
    located = None
    if action.find("/".join(f"{{*}}{step}" for step in ADDRESS.split("/"))) is not None:
        path = f"{ADDRESS}/geolocalisation"
        latitude, longitude = (_degrees(action, f"{path}/{name}") for name in ("latitude", "longitude"))
        located = position(store, latitude, longitude, f"action/{path}")
    return {"city": _text(action, f"{ADDRESS}/ville"), "city_code": city_code, **found_at(located, city_code)}


def _degrees(action: etree._Element, path: str) -> float | None:
    """Decimal degrees; not a number where the text is none, so that it is set aside as no position."""
    text = _text(action, path)
    try:
        return None if text is None else float(text.replace(",", "."))
    except ValueError:
        return nan


def _number(formation: etree._Element) -> str:
    number = (formation.get("numero") or "").strip()
    if not number:
        raise Refused("SCHEMA_INVALID", "formation/@numero")
    return number


def _as_of(formation: etree._Element, file_as_of: datetime | None) -> datetime:
    text = formation.get("datemaj")
    if text:
        return datetime.combine(_day(text, "formation/@datemaj"), time(), UTC)
    if file_as_of is None:
        raise Refused("AS_OF_MISSING", "formation/@datemaj")
    return file_as_of


def _city_code(action: etree._Element, store: Store) -> str | None:
    code = _text(action, f"{ADDRESS}/code-INSEE-commune")
    if code is not None and not CODE.fullmatch(code):
        lost = code.isdecimal() and len(code) == 4
        store.set_aside("LEADING_ZERO_LOST" if lost else "VALUE_INVALID", f"action/{ADDRESS}/code-INSEE-commune")
        return None
    return code


def _date(session: etree._Element, path: str, store: Store) -> date | None:
    text = _text(session, path)
    try:
        return None if text is None or text in NO_DATE else _day(text, f"action/session/{path}")
    except Refused as refused:
        store.set_aside(refused.code, refused.path)
        return None


def _day(text: str, path: str) -> date:
    try:
        return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007 - a day has no time zone
    except ValueError:
        raise Refused("DATE_INVALID", path) from None


def _text(element: etree._Element, path: str) -> str | None:
    texts = _texts(element, path)
    return texts[0] if texts else None


def _texts(element: etree._Element, path: str) -> list[str]:
    """Texts at a path of local names; empty ones and LHEO's `-`, which stands for nothing, are left out."""
    steps = "/".join(f"{{*}}{step}" for step in path.split("/"))
    texts = ((node.text or "").strip() for node in element.iterfind(steps))
    return [text for text in texts if text not in ("", "-")]
