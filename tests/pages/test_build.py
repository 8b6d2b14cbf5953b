"""The build of the page: once per content, and never in the way of the hub."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from demo.pages import FOLDER
from hub.pages.build import BUILT, ROOT, STAMP, WEB, Page, build, failure
from infra.errors import SetupRefused


def test_what_is_current_is_not_built_again(built: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second run starts no process at all."""
    stamp = (BUILT / STAMP).stat().st_mtime_ns
    monkeypatch.setenv("PATH", "")
    build()
    assert (BUILT / STAMP).stat().st_mtime_ns == stamp


def test_a_failure_is_one_french_line_kept_for_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reason is told twice: at set-up, and by the page."""
    web, bin_ = tmp_path / "web", tmp_path / "bin"
    shutil.copytree(WEB, web, ignore=shutil.ignore_patterns("node_modules"))
    bin_.mkdir()
    for name, line in (("node", "echo v22.12.0"), ("npm", "exit 1")):
        (bin_ / name).write_text(f"#!/bin/sh\n{line}\n")
        (bin_ / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{bin_}{os.pathsep}/bin")
    with pytest.raises(SetupRefused) as refused:
        build(Page("la page", web, tmp_path / "graphiql"))
    assert refused.value.code == "PAGE_NOT_BUILT"
    assert failure(tmp_path / "graphiql") == refused.value.message


@pytest.mark.parametrize("web", [WEB, FOLDER])
def test_packages_are_pinned_by_hash_and_by_no_address(web: Path) -> None:
    """Each package of the lock has its hash; where it comes from is the machine's own setting."""
    text = (web / "package-lock.json").read_text(encoding="utf-8")
    lock = json.loads(text)
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert packages
    assert [name for name, package in packages.items() if not package.get("integrity")] == []
    assert "://" not in text


def test_the_pages_of_the_demo_are_built_before_the_environment_is_there() -> None:
    """What `make demo` runs beside the installation imports nothing but the standard library and the project."""
    program = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import demo.pages"
    subprocess.run([sys.executable, "-I", "-S", "-c", program], cwd="/", check=True)
