"""Whose a cluster is: a clone removed and made again at the same path must not meet the data of the first one.

As root the data lie outside of the clone, under a name made of its path, while the keys by which they mean something
are in its `.data` and went with it. Each clone has a random mark there, each cluster that of the clone that made it.

Standard library only: `erase` runs before the environment is there, or after it is gone.
"""

from __future__ import annotations

import secrets
import shutil
import sys
from pathlib import Path

from infra.postgresql.cluster_home import Places, home

_WHOSE = (
    "PostgreSQL embarqué : la base « {name} » gardée pour ce chemin est celle d'un autre clone, dont les clés ne sont "
    "pas ici. "
)
_ASIDE = (
    "Une base neuve la remplace ; l'ancienne est entière dans {aside} : gardez ce dossier avec les clés de cet autre "
    "clone, ou effacez-le. [CLUSTER_SET_ASIDE]"
)
_ERASED = "Elle ne servait qu'à des essais : elle est effacée. [CLUSTER_ERASED]"


def mark(root: Path) -> str:
    """The mark of the clone at `root`, made at the first call; two processes may do it at once."""
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


def is_foreign(where: Places, root: Path) -> bool:
    """Whether the cluster says that another clone than the one at `root` made it."""
    own, found = _path(root), where.mark
    return found.exists() and not (own.exists() and own.read_text() == found.read_text())


def claim(where: Places, root: Path, *, trusted: bool, durable: bool) -> None:
    """Make the stopped cluster this clone's; data of another clone make way, and standard error tells where they are.

    Without `durable` they are erased. `trusted` says whether a cluster without a mark (those of before had none) may be
    taken for this clone's.
    """
    own = mark(root)
    if where.data.exists() and (is_foreign(where, root) or not (where.mark.exists() or trusted)):
        said = _WHOSE.format(name=where.base.name) + (_set_aside(where, root) if durable else _erased(where))
        print(said, file=sys.stderr, flush=True)
    where.mark.write_text(own)


def _set_aside(where: Places, root: Path) -> str:
    number = 1
    while (aside := home(root).with_name(f"{home(root).name}-{where.base.name}-{number}")).exists():
        number += 1
    aside.mkdir(mode=0o755)
    for path in (where.data, where.mark):
        if path.exists():
            path.rename(aside / path.name)
    return _ASIDE.format(aside=aside)


def _erased(where: Places) -> str:
    shutil.rmtree(where.data)
    return _ERASED


def _path(root: Path) -> Path:
    return root / ".data" / "clone"
