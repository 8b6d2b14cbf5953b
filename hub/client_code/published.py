"""The published packages: made of `clients/operations` and the schema, with the schema's version.

`clients/VERSION` is the version to come, `clients/released.graphql` the schema of the last release, its version in the
first line. A change that breaks clients since then needs a greater major version (semver.org). `python -m
hub.client_code.published` records a release.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from graphql import build_schema

from hub.client_code.operations import read_operations
from hub.client_code.python_package import PythonPackage
from hub.client_code.vocabulary import python_vocabulary
from hub.errors import ClientRefused
from hub.federation.changes.change import Level
from hub.federation.changes.schema_diff import schema_changes
from hub.wording.schema_changes import change_message
from schema.subgraphs import GENERATED

CLIENTS = Path(__file__).resolve().parents[2] / "clients"
PACKAGE = CLIENTS / "python" / "spie_hub_client"
RELEASED = CLIENTS / "released.graphql"
FOLDERS = (CLIENTS / "operations", Path(__file__).parents[1] / "pages")
"""Where the operations of the packages stand; the second holds the journey, which the pages ask too."""
_FIRST_LINE = "# version "


def version() -> str:
    """The version of the packages to come."""
    return (CLIENTS / "VERSION").read_text(encoding="utf-8").strip()


def client_schema() -> str:
    """The schema that clients are made for (SDL)."""
    return (GENERATED / "api.graphql").read_text(encoding="utf-8")


def check_version(released: str, current: str, new_version: str) -> None:
    """Raise ClientRefused if the schema breaks clients of the release, and the version does not say so."""
    old_version = released.partition("\n")[0].removeprefix(_FIRST_LINE)
    if _major(new_version) > _major(old_version):
        return
    changes = schema_changes(build_schema(released), build_schema(current))
    breaking = [change_message(change) for change in changes if change.level is Level.BREAKING]
    if breaking:
        raise ClientRefused(
            "CLIENT_VERSION",
            f"le schéma casse les clients de la version {old_version} ({len(breaking)} fois, d'abord {breaking[0]}) : "
            f"écrivez {_major(old_version) + 1}.0.0 dans clients/VERSION, et le changement dans CHANGELOG.md.",
            "a breaking change without a major version",
        )


def generated() -> Mapping[Path, str]:
    """The generated files of the packages, by path; raises ClientRefused."""
    sdl = client_schema()
    check_version(RELEASED.read_text(encoding="utf-8"), sdl, version())
    schema = build_schema(sdl)
    operations = read_operations(FOLDERS, schema)
    modules = PythonPackage(schema, operations).modules()
    files = {PACKAGE / name: text for name, text in modules.items()}
    files[PACKAGE / "runtime" / "vocabulary.py"] = python_vocabulary(version())
    return files


def release() -> None:
    """Record the schema of this version as the last release."""
    RELEASED.write_text(f"{_FIRST_LINE}{version()}\n{client_schema()}", encoding="utf-8")


def _major(text: str) -> int:
    return int(text.partition(".")[0])


if __name__ == "__main__":
    release()
