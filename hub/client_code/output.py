"""The folder of a generated client, which is replaced as a whole."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from tempfile import mkdtemp

from hub.errors import ClientRefused

MARK = "documents.json"
"""The manifest, which every generated client has: a folder without it is not one."""


def replace_client(folder: Path, files: Mapping[str, str]) -> None:
    """Write these files, by their path in the folder, in place of the client that was there; raises ClientRefused.

    A folder that holds anything else than a client is left as it is.
    """
    if folder.exists() and not (folder.is_dir() and (not any(folder.iterdir()) or (folder / MARK).is_file())):
        raise ClientRefused(
            "OUTPUT_NOT_A_CLIENT",
            f"« {folder} » contient autre chose qu'un client : nommez un dossier vide, ou celui d'un client déjà fait.",
            "the folder is not a client's",
        )
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        new_folder = Path(mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
        for name, text in files.items():
            path = new_folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        new_folder.chmod(0o755)
        if folder.exists():
            shutil.rmtree(folder)
        new_folder.rename(folder)
    except OSError as error:
        raise ClientRefused(
            "OUTPUT_UNWRITABLE",
            f"« {folder} » ne s'écrit pas : nommez un dossier là où vous pouvez écrire.",
            type(error).__name__,
        ) from error
