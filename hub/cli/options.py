"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

ROOT = Path(__file__).resolve().parents[2]
"""The root of this clone."""
KEYS = ROOT / ".data" / "keys"
"""The default of `KeysOption`."""

KeysOption = Annotated[Path, typer.Option("--keys", help="Dossier des clés.")]
ReferenceOption = Annotated[str | None, typer.Option(help="Numéro de dossier, inscrit au journal.")]
ClientOption = Annotated[
    str | None,
    typer.Option(
        "--client", metavar="PORTÉE", help="Portée de clients.toml : à travers une application partenaire qui l'a."
    ),
]
