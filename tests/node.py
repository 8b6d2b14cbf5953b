"""The npm projects of the tests: Apollo's own packages, that say whether others read what we write, a provider of
identities, and the published client."""

from __future__ import annotations

import fcntl
import subprocess
from hashlib import sha256
from pathlib import Path

from hub.client_code.published_typescript import PACKAGE
from infra import npm
from infra.npm import Node, NodeAbsent

__all__ = ["Node", "NodeAbsent", "compile_client", "compiled_client", "installed"]

PROJECT = Path(__file__).parent / "federation" / "node"


def installed(folder: Path = PROJECT) -> Node:
    """The project, installed if its lock changed; raises NodeAbsent."""
    return npm.installed(folder)


def compiled_client() -> Node:
    """The published TypeScript client, installed, and compiled if its sources changed; raises NodeAbsent."""
    node = installed(PACKAGE)
    files = (*sorted((PACKAGE / "src").rglob("*.ts")), PACKAGE / "tsconfig.json", PACKAGE / "package-lock.json")
    digest = sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()
    stamp = PACKAGE / "node_modules" / "compiled.txt"
    with (PACKAGE / "node_modules" / "compiled.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (PACKAGE / "dist").is_dir() or not stamp.is_file() or stamp.read_text() != digest:
            compile_client(node)
            stamp.write_text(digest)
    return node


def compile_client(node: Node, *options: str) -> None:
    """Compile the client, or another project by its compiler."""
    command = [node.binary, "node_modules/typescript/bin/tsc", *options]
    completed = subprocess.run(command, cwd=node.folder, capture_output=True, text=True, timeout=120)
    assert completed.returncode == 0, completed.stdout
