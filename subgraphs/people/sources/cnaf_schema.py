"""The part of a foyer that the hub reads, validated by our own schema `cnaf_flux.xsd`; the rest is dropped unseen.

Source of the format: `vrsb0801.xsd` (docs/domain.md#cnaf). What our schema asks beyond it: fixed lengths, so that codes
that have lost their zeros are seen; texts that the declared encoding can have written.
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any, TypeAlias, cast

from lxml import etree

from subgraphs.kit.ingest.ingestion_report import Refused

Element: TypeAlias = etree._Element
Shape: TypeAlias = "dict[str, Shape]"
"""Names of the children that are read, and of theirs; empty for a text."""

PADDED = {"MATRICULE": 15, "NUMCOM": 5, "CODEPOS": 5}
"""Codes of a fixed length: a shorter one has lost its zeros on the way."""

DISPENSABLE = frozenset(
    {
        "DTDEMRSA", "NUMDEMRSA", "QUAL", "NOMNAI", "NIR", "TOPVALIEC", "SEXE", "DossierPoleEmploi", "Ressources",
        "MontantCalculDroitRSAPersonne", "Activite", "SITFAM", "NUMVOIE", "LIBTYPEVOIE", "NOMVOIE", "LIEUDIST",
        "NUMCOM", "CODEPOS", "NOMCOM",
    }
)  # fmt: skip
"""Elements whose value a foyer can do without."""
GROUPS = {"Ressources": "foyer", "Activite": "person"}
"""Elements that count together: those of the whole foyer make its band of income, those of a person its situation."""
_FILE = Path(__file__).with_name("cnaf_flux.xsd")
_XS = "{http://www.w3.org/2001/XMLSchema}"
_INLINE = f"{_XS}complexType/{_XS}sequence/{_XS}element"


def reduced(foyer: Element, encoding: str) -> tuple[Element, list[Refused]]:
    """Return the foyer, without what we don't read, once it is valid, and why values of it were set aside; raises
    Refused.

    What is of no account to who the people are, to their RSA and to where they belong is set aside if it is bad, with
    its whole group where a part of it would say something else (`GROUPS`).
    """
    _prune(foyer, SHAPE)
    if path := _misread(foyer, encoding):
        raise Refused("ENCODING_WRONG", path)
    asides: list[Refused] = []
    while not SCHEMA.validate(foyer):
        error = cast(Any, SCHEMA.error_log)[0]
        path = (error.path or "").removeprefix("/InfosFoyerRSA/")
        refused = Refused(_why(foyer, path), path, detail=error.type_name)
        bad = next((name for name in reversed(re.sub(r"\[\d+\]", "", path).split("/")) if name in DISPENSABLE), None)
        if bad is None:
            raise refused
        asides.append(Refused("VALUE_INVALID", path) if refused.code == "SCHEMA_INVALID" else refused)
        _remove(foyer, path, bad)
    return foyer, asides


def _remove(foyer: Element, path: str, name: str) -> None:
    """Remove what is of that name on a path, with its group."""
    steps = path.split("/")
    rank = next(rank for rank, step in enumerate(steps) if step.partition("[")[0] == name)
    holder = foyer if GROUPS.get(name) == "foyer" else foyer.find("/".join(steps[:rank]))
    assert holder is not None
    for element in list(holder.iter(name) if name in GROUPS else holder.iterfind(steps[rank])):
        parent = element.getparent()
        assert parent is not None
        parent.remove(element)


def text(element: Element, path: str) -> str | None:
    """The text at a path, its spaces made one; None if there is none."""
    content = element.findtext(path)
    return " ".join(content.split()) or None if content else None


def day(element: Element, path: str) -> date | None:
    """The day at a path; raises Refused for one that no calendar of ours has, such as year 10000."""
    content = text(element, path)
    with suppress(ValueError):
        return None if content is None else date.fromisoformat(content[:10])
    raise Refused("DATE_INVALID", path)


def _why(foyer: Element, path: str) -> str:
    length = PADDED.get(path.rpartition("/")[2])
    code = (foyer.findtext(path) or "").strip() if length else ""
    return "LEADING_ZERO_LOST" if length and code.isdigit() and len(code) < length else "SCHEMA_INVALID"


def _misread(foyer: Element, encoding: str) -> str | None:
    """Where text can't have been written in the declared encoding: control characters, or UTF-8 read as Latin."""
    for element in foyer.iter():
        content = element.text
        if content is not None and not content.isascii():
            control = any("\x80" <= letter <= "\x9f" for letter in content)
            if control or (encoding != "utf-8" and _is_utf8(content, encoding)):
                return element.getroottree().getelementpath(element)
    return None


def _is_utf8(content: str, encoding: str) -> bool:
    try:
        content.encode(encoding).decode("utf-8")
    except UnicodeError:
        return False
    return True


def _prune(element: Element, shape: Shape) -> None:
    """Leave of an element what has this shape: children that are read, and the text of those without any."""
    if element.keys():
        element.attrib.clear()
    for child in list(element):
        child_shape = shape.get(str(child.tag))
        if child_shape is None:
            element.remove(child)
        else:
            _prune(child, child_shape)


def _shape(type_or_element: Element) -> Shape:
    """Names that a part of our schema knows, from the schema itself."""
    kind = type_or_element.get("type")
    if kind is not None:
        declared = type_or_element.getroottree().find(f"{_XS}complexType[@name='{kind}']")
        return {} if declared is None else _shape(declared)
    path = f"{_XS}sequence/{_XS}element" if type_or_element.tag == f"{_XS}complexType" else _INLINE
    return {str(child.get("name")): _shape(child) for child in type_or_element.iterfind(path)}


def _foyer() -> Element:
    root = etree.parse(_FILE).getroot().find(f"{_XS}element")
    assert root is not None
    return root


SCHEMA = etree.XMLSchema(etree.parse(_FILE))
SHAPE = _shape(_foyer())
