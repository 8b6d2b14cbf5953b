"""The packages are built as strangers get them: whole, of the schema's version, and with nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from hub.client_code.published import PACKAGE, generated, version
from hub.client_code.published_typescript import PACKAGE as TYPESCRIPT
from infra.npm import NodeAbsent, recent_node


def test_the_python_package_holds_its_modules_and_the_version_of_the_schema(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    completed = subprocess.run([*command, "-w", tmp_path, PACKAGE.parent], capture_output=True, text=True, timeout=120)
    assert completed.returncode == 0, completed.stderr
    (wheel,) = tmp_path.iterdir()
    assert wheel.name == f"spie_hub_client-{version()}-py3-none-any.whl"
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    files = {str(path.relative_to(PACKAGE.parent)) for path in generated() if path.is_relative_to(PACKAGE)}
    runtime = {f"spie_hub_client/runtime/{path.name}" for path in (PACKAGE / "runtime").glob("*.py")}
    assert names == files | runtime | {"spie_hub_client/py.typed"}


def test_the_typescript_package_holds_its_manifest_and_the_version_of_the_schema() -> None:
    try:
        _, npm = recent_node()
    except NodeAbsent as error:
        pytest.skip(str(error))
    command = [*npm, "pack", "--dry-run", "--json", "--ignore-scripts"]
    completed = subprocess.run(command, cwd=TYPESCRIPT, capture_output=True, text=True, timeout=120)
    assert completed.returncode == 0, completed.stderr
    (package,) = json.loads(completed.stdout)
    assert package["version"] == version()
    names = {file["path"] for file in package["files"]}
    assert {"README.md", "documents.json", "package.json"} <= names
    assert {name for name in names if not name.startswith("dist/")} <= {"README.md", "documents.json", "package.json"}
