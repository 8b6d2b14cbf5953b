"""Erase the clusters of this clone, which may lie outside of it: `python -m infra.postgresql.erase` (`make clean`).

Standard library only: it runs before the environment is there, or after it is gone.
"""

import shutil
import sys
from contextlib import suppress
from pathlib import Path

from infra.errors import SetupRefused
from infra.postgresql.cluster import running
from infra.postgresql.cluster_home import ClusterFiles, home
from infra.postgresql.ownership import is_foreign


def erase(root: Path) -> None:
    """Remove the data of the clusters of the clone at `root`, but not those of another clone.

    Raises SetupRefused (CLUSTER_IN_USE) while one runs.
    """
    bases = [base for base in home(root).glob("*/") if not is_foreign(ClusterFiles(base), root)]
    for base in bases:
        if running(ClusterFiles(base).keeper):
            raise SetupRefused(
                "CLUSTER_IN_USE",
                f"PostgreSQL embarqué ({base.name}) tourne encore : arrêtez ce qui l'utilise, puis relancez.",
                f"{base.name} has a keeper",
            )
    for base in bases:
        shutil.rmtree(base, ignore_errors=True)
    with suppress(OSError):  # not there, or not empty
        home(root).rmdir()


if __name__ == "__main__":
    try:
        erase(Path(__file__).resolve().parents[2])
    except SetupRefused as refused:
        sys.exit(refused.message)
