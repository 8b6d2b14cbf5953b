"""Foyers of a CNAF flux, one after the other: streamed, decoded strictly, never half.

A DOCTYPE is refused before the parser sees it, entities are never expanded, and memory holds one foyer at a time.
"""

from __future__ import annotations

import re
from codecs import getincrementaldecoder
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO

from lxml import etree

from subgraphs.kit.ingest.ingestion_report import Announced, Refused
from subgraphs.kit.ingest.unread_fields import UnreadFields, line_of
from subgraphs.people.sources.cnaf_fields import FIELDS
from subgraphs.people.sources.cnaf_schema import Element, reduced, text

CHUNK = 1 << 16
LARGEST = 8 << 20
"""Bytes within which a foyer must end."""
FOYER = "InfosFoyerRSA"
UNREAD = UnreadFields(FIELDS)
TRAILER, TOTAL = "TransmissionFlux", "NBTOTDOSRSATRANSM"
_NUMBER = re.compile(r"\d{1,15}", re.ASCII)
ENCODINGS = ("windows-1252", "iso-8859-1", "iso-8859-15", "utf-8", "us-ascii")


@dataclass(frozen=True, slots=True, repr=False)
class Header:
    """IdentificationFlux: the day that the file describes (DTREF), and TYPEFLUX/NATFLUX."""

    reference: date
    kind: str


@dataclass(frozen=True, slots=True, repr=False)
class RawFoyer:
    """A foyer as the file has it, in UTF-8, not validated yet; `encoding` is that of the file, `organisme`
    (FONORG:NUMORG) and `matricule`, padded as the flux pads it, are its keys, `line` is where it begins and `unread`
    what it has and the hub does not keep."""

    content: bytes
    encoding: str
    organisme: str
    matricule: str
    line: int | None
    unread: tuple[str, ...]

    def reduced(self) -> tuple[Element, list[Refused]]:
        """Return the parts of the foyer that the hub reads, and a refusal for each value set aside; raises Refused."""
        return reduced(etree.fromstring(self.content, _parser()), self.encoding)


def foyers(stream: BinaryIO) -> Iterator[Header | RawFoyer | Announced]:
    """The header, each foyer, and the number of them that the file announces.

    Raises Refused where nothing more of the file can be read; foyers given before that are whole.
    """
    head = stream.read(CHUNK)
    encoding = _prolog(head)
    parser = etree.XMLPullParser(
        events=("start", "end"),
        tag=("Racine", "IdentificationFlux", FOYER, TRAILER),
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    header_read = False
    fed = 0
    tail = ""
    for piece, failure in _decoded(head, stream, encoding):
        malformed = _feed(parser, piece)
        fed, tail = fed + len(piece), (tail + piece)[-64:]
        for event, element in parser.read_events():
            assert isinstance(element, etree._Element)
            if event == "start":
                _expect(element, header_read)
            elif element.tag == "IdentificationFlux":
                header_read = True
                yield _header(element)
            elif element.tag == FOYER:
                fed = 0
                yield _raw(element, encoding)
                _forget(element)
            elif element.tag == TRAILER and (total := _NUMBER.fullmatch(text(element, TOTAL) or "")):
                yield Announced(int(total[0]), f"{TRAILER}/{TOTAL}")
        if refused := malformed or failure:
            raise refused
        if fed > LARGEST:
            raise Refused("RECORD_TOO_LARGE")
    try:
        parser.close()
    except etree.XMLSyntaxError as error:
        whole = tail.rstrip().endswith("</Racine>") or not header_read
        raise Refused("XML_MALFORMED" if whole else "TRUNCATED", line=error.lineno) from None
    if not header_read:
        raise Refused("FORMAT_UNKNOWN", "Racine/IdentificationFlux")


def _raw(element: Element, encoding: str) -> RawFoyer:
    place = "IdentificationRSA/Organisme"
    organisme = f"{text(element, f'{place}/FONORG')}:{text(element, f'{place}/NUMORG')}"
    content = etree.tostring(element, encoding="utf-8", with_tail=False)
    matricule = text(element, f"{place}/MATRICULE") or ""
    return RawFoyer(content, encoding, organisme, matricule, line_of(element), UNREAD.of_xml(element, FOYER))


def _parser() -> etree.XMLParser:
    return etree.XMLParser(encoding="utf-8", resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False)


def _feed(parser: etree.XMLPullParser, piece: str) -> Refused | None:
    try:
        parser.feed(piece.encode())
    except etree.XMLSyntaxError as error:
        return Refused("XML_MALFORMED", line=error.lineno)
    return None


def _decoded(head: bytes, stream: BinaryIO, encoding: str) -> Iterator[tuple[str, Refused | None]]:
    """Pieces of text; the last one before wrong bytes comes with the refusal."""
    decoder = getincrementaldecoder("utf-8-sig" if encoding == "utf-8" else encoding)()
    chunk = head
    while True:
        try:
            yield decoder.decode(chunk, final=not chunk), None
        except UnicodeDecodeError as error:
            yield error.object[: error.start].decode(encoding), Refused("ENCODING_WRONG")
            return
        if not chunk:
            return
        chunk = stream.read(CHUNK)


def _prolog(head: bytes) -> str:
    """The declared encoding; refuses a DOCTYPE, and whatever does not begin as such a file does."""
    declared = re.match(rb"(?:\xef\xbb\xbf)?<\?xml\s([^>]*)\?>", head)
    match = re.compile(rb"(?:\xef\xbb\xbf|\s|<!--.*?-->|<\?(?!xml\s).*?\?>)*(<!DOCTYPE|<[A-Za-z])", re.DOTALL).match(
        head, declared.end() if declared else 0
    )
    if match is None:
        raise Refused("FORMAT_UNKNOWN")
    if match[1] == b"<!DOCTYPE":
        raise Refused("DTD_REFUSED")
    declaration = re.search(rb"encoding\s*=\s*[\"']([\w.-]+)[\"']", declared[1] if declared else b"")
    encoding = declaration[1].decode("ascii", "replace").lower() if declaration else "utf-8"
    if encoding not in ENCODINGS:
        raise Refused("ENCODING_UNSUPPORTED")
    return encoding


def _expect(element: Element, header_read: bool) -> None:
    """Refuse an element where the format has none."""
    path = [ancestor.tag for ancestor in element.iterancestors()]
    if element.getroottree().docinfo.internalDTD is not None:
        raise Refused("DTD_REFUSED")
    if path != ([] if element.tag == "Racine" else ["Racine"]) or (element.tag == FOYER and not header_read):
        raise Refused("FORMAT_UNKNOWN", str(element.tag))


def _header(element: Element) -> Header:
    try:
        reference = date.fromisoformat((element.findtext("DTREF") or "").strip())
    except ValueError:
        raise Refused("FORMAT_UNKNOWN", "IdentificationFlux/DTREF") from None
    return Header(reference, f"{element.findtext('TYPEFLUX') or ''}{element.findtext('NATFLUX') or ''}")


def _forget(element: Element) -> None:
    element.clear()
    parent = element.getparent()
    assert parent is not None
    while (previous := element.getprevious()) is not None:
        parent.remove(previous)
