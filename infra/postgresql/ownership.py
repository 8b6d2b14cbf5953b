"""The clone that owns a cluster: a clone made again at the same path must not use the data of the first one.

For root the data lie outside of the clone, under a name made of its path, while their keys are in its `.data` and were
removed with it. Each clone has a random mark in `.data`, and each cluster the mark of the clone that made it.

Standard library only: `erase` also runs without the environment.
"""

from __future__ import annotations

import secrets
import shutil
import sys
from pathlib import Path

from infra.postgresql.cluster_home import ClusterFiles, home

_FOREIGN_DATA = (
    "PostgreSQL embarqué : la base « {name} » gardée pour ce chemin est celle d'un autre clone, dont les clés ne sont "
    "pas ici. "
)
_ASIDE = (
    "Une base neuve la remplace ; l'ancienne est entière dans {aside} : gardez ce dossier avec les clés de cet autre "
    "clone, ou effacez-le. [CLUSTER_SET_ASIDE]"
)
_ERASED = "Elle ne servait qu'à des essais : elle est effacée. [CLUSTER_ERASED]"


def mark(root: Path) -> str:
    """Return the mark of the clone at `root`, made at the first call; two processes may call it at once."""
    path = _path(root)
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        fresh.write_text(secrets.token_hex(16))
        try:
            path.hardlink_to(fresh)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text()


def is_foreign(files: ClusterFiles, root: Path) -> bool:
    """Tell whether the mark of the cluster is that of another clone than the one at `root`."""
    own_mark, found_mark = _path(root), files.mark
    return found_mark.exists() and not (own_mark.exists() and own_mark.read_text() == found_mark.read_text())


def claim(files: ClusterFiles, root: Path, *, trusted: bool, durable: bool) -> None:
    """Mark the stopped cluster as this clone's; data of another clone are set aside, where standard error says.

    Without `durable` they are erased. `trusted` tells that a cluster without a mark, as older ones are, is this
    clone's.
    """
    own_mark = mark(root)
    if files.data.exists() and (is_foreign(files, root) or not (files.mark.exists() or trusted)):
        notice = _FOREIGN_DATA.format(name=files.base.name) + (_set_aside(files, root) if durable else _erased(files))
        print(notice, file=sys.stderr, flush=True)
    files.mark.write_text(own_mark)


def _set_aside(files: ClusterFiles, root: Path) -> str:
    number = 1
    while (aside := home(root).with_name(f"{home(root).name}-{files.base.name}-{number}")).exists():
        number += 1
    aside.mkdir(mode=0o755)
    for path in (files.data, files.mark):
        if path.exists():
            path.rename(aside / path.name)
    return _ASIDE.format(aside=aside)


def _erased(files: ClusterFiles) -> str:
    shutil.rmtree(files.data)
    return _ERASED


def _path(root: Path) -> Path:
    return root / ".data" / "clone"
