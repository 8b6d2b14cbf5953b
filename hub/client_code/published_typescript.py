"""The generated files of the published TypeScript package, apart from Python's because they need Node."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from graphql import build_schema

from hub.client_code.operations import read_operations
from hub.client_code.published import CLIENTS, FOLDERS, client_schema, version
from hub.client_code.typescript_package import typescript_modules
from hub.client_code.vocabulary import typescript_vocabulary

PACKAGE = CLIENTS / "typescript"


def generated() -> Mapping[Path, str]:
    """The generated files of the package, by path; raises ClientRefused."""
    sdl = client_schema()
    modules = typescript_modules(sdl, read_operations(FOLDERS, build_schema(sdl)))
    package = PACKAGE / "package.json"
    current = re.sub(r'"version": "[^"]*"', f'"version": "{version()}"', package.read_text(encoding="utf-8"), count=1)
    return {
        PACKAGE / "documents.json": modules.pop("documents.json"),
        package: current,
        PACKAGE / "src" / "runtime" / "vocabulary.ts": typescript_vocabulary(version()),
        **{PACKAGE / "src" / name: text for name, text in modules.items()},
    }
