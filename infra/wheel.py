"""What the build of the package adds: the commit that it is made of, which an installed hub tells at its start."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CommitHook(BuildHookInterface[Any]):
    """Writes the commit of the clone into the wheel, in the file that `hub.version` reads; none without a clone."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the file, but not for a clone that is installed as it stands and changes its commit."""
        root = Path(self.root)
        hub_version = runpy.run_path(str(root / "hub" / "version.py"))
        digits = hub_version["checked_out"](root / ".git")
        if version == "editable" or digits is None:
            return
        file = Path(self.directory) / "commit"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(digits, "ascii")
        build_data["force_include"][str(file)] = f"hub/{hub_version['BUILT_FROM'].name}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Leave nothing beside the wheel."""
        (Path(self.directory) / "commit").unlink(missing_ok=True)
