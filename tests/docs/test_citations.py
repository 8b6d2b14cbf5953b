"""Every citation of a document leads somewhere: the file is in the repository, and holds the anchor.

A citation in code, tests, TOML or YAML is a path from the root with an anchor, `docs/policy.md#rule-8`, or a number,
`decision 0045`. In a document it may also be a Markdown link, relative to that document; code may name a page
by its file name alone.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote

from tests.conftest import ROOT

CITATION = re.compile(r"(?<![\w/.-])([\w./-]*[\w-]{2,}\.md)\b(?:#([\w-]+))?")
LINK = re.compile(r"\]\(([^)\s#]*)(?:#([^)\s]+))?\)")
DECISION = re.compile(r"\b[Dd](?:ecision|écision)s? \[?(\d{4})((?:(?:,| and| et) \d{4})*)")
PACKAGES = "hub|subgraphs|schema|tests|infra|demo|benchmarks"
FILE = re.compile(rf"`((?:{PACKAGES}|web|docs)/[\w./*-]*)`")
MODULE = re.compile(rf"`(?:python -m )?((?:{PACKAGES})(?:\.\w+)+)\b")
BUILT = {"hub/pages/graphiql"}
"""Folders that are made at set-up and not committed."""
GONE = re.compile(r"[Dd]omain model|policy\.md (?:rule|row|attack)")
ABOUT = (".py", ".toml", ".yaml", ".yml", ".md", ".graphql")
EXEMPT = ("tests/docs/test_citations.py", "CHANGELOG.md")


def texts() -> Iterator[tuple[Path, str]]:
    """The tracked files that may cite a document, with their text."""
    listing = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in listing.splitlines():
        path = ROOT / name
        if name.endswith(ABOUT) and name not in EXEMPT and path.is_file():
            yield path, path.read_text(encoding="utf-8")


@cache
def anchors(path: Path) -> frozenset[str]:
    """The anchors of a document: explicit ids, and the slugs of its headings as GitHub makes them."""
    text = path.read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    slugs = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    return frozenset(slugs | set(re.findall(r'<a id="([^"]+)">', text)))


def leads(path: Path, anchor: str | None) -> bool:
    """Whether the file is there, with this anchor if one is given."""
    return path.exists() and (anchor is None or anchor in anchors(path))


def test_every_cited_document_and_anchor_is_in_the_repository() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}: {citation[0]}"
        for path, text in texts()
        for citation in CITATION.finditer(text)
        if ("/" in citation[1] or path.suffix != ".py")
        and not any(leads(folder / citation[1], citation[2]) for folder in (ROOT, path.parent, ROOT / "docs"))
    ]
    assert not wrong, "\n".join(wrong)


def test_every_link_between_documents_resolves() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}: {link[0]}"
        for path, text in texts()
        if path.suffix == ".md"
        for link in LINK.finditer(text)
        if ":" not in link[1]
        and not leads((path.parent / link[1]) if link[1] else path, unquote(link[2]) if link[2] else None)
    ]
    assert not wrong, "\n".join(wrong)


def test_every_cited_decision_is_recorded() -> None:
    recorded = {path.name[:4] for path in (ROOT / "docs" / "decisions").glob("[0-9]*.md")}
    cited = {
        (number, str(path.relative_to(ROOT)))
        for path, text in texts()
        for citation in DECISION.finditer(text)
        for number in re.findall(r"\d{4}", citation[0])
    }
    assert not [citation for citation in cited if citation[0] not in recorded]


def test_nothing_cites_a_document_by_a_section_that_is_elsewhere() -> None:
    wrong = [f"{path.relative_to(ROOT)}: {citation[0]}" for path, text in texts() for citation in GONE.finditer(text)]
    assert not wrong, "\n".join(wrong)


def test_every_path_and_module_in_a_document_is_in_the_repository() -> None:
    wrong = []
    for path, text in texts():
        if path.suffix == ".md":
            files = {citation[1].rstrip("/") for citation in FILE.finditer(text)} - BUILT
            wrong += [f"{path.relative_to(ROOT)}: {name}" for name in files if not any(ROOT.glob(name))]
            modules = {citation[1] for citation in MODULE.finditer(text)}
            wrong += [f"{path.relative_to(ROOT)}: {name}" for name in modules if not is_module(name)]
    assert not wrong, "\n".join(wrong)


def is_module(name: str) -> bool:
    """Whether a dotted name is a module or package, or a name within one."""
    parts = name.split(".")
    prefixes = [ROOT.joinpath(*parts[:length]) for length in range(2, len(parts) + 1)]
    return any(prefix.is_dir() or prefix.with_suffix(".py").exists() for prefix in prefixes)
