"""One command writes all that is generated; a check that fails names the file and that command."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest

from hub.errors import StartRefused
from tests.generated import ROOT, SOURCE_GENERATORS, check, write


def generator(monkeypatch: pytest.MonkeyPatch, files: dict[Path, str]) -> str:
    """The name of a module that generates these files."""
    module = ModuleType("some_generator")
    module.generated = lambda: files  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "some_generator", module)
    return "some_generator"


def test_a_stale_file_is_named_with_the_command_that_writes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    name = generator(monkeypatch, {ROOT / "docs" / "absent.md": "text"})
    with pytest.raises(SystemExit, match=r"docs/absent\.md n'est plus à jour \(some_generator\)\n.*make generated"):
        check([name])


def test_what_is_written_is_current(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tests.generated.ROOT", tmp_path)
    name = generator(monkeypatch, {tmp_path / "page.md": "é\n"})
    write([name])
    assert (tmp_path / "page.md").read_bytes() == "é\n".encode()
    check([name])


def test_a_generator_that_refuses_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("some_generator")

    def refuse() -> dict[Path, str]:
        raise StartRefused("GRAPH_NOT_PINNED", "Le graphe n'est pas figé.", "not pinned")

    module.generated = refuse  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "some_generator", module)
    with pytest.raises(SystemExit, match=r"GRAPH_NOT_PINNED: Le graphe n'est pas figé\. \(not pinned\)"):
        check(["some_generator"])


def test_every_file_of_the_sources_is_current() -> None:
    check(SOURCE_GENERATORS)
