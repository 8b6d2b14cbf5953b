"""`hub gateway`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hub.cli.files import read
from hub.cli.refuse import refuse
from hub.gateway import Gateway
from hub.serving import Server, listening

app = typer.Typer(add_completion=False)


@app.command()
def gateway(
    supergraph: Annotated[Path, typer.Option(help="Supergraphe (SDL), qui donne aussi les adresses des sous-graphes.")],
    unprotected: Annotated[bool, typer.Option("--unprotected", help="Servir sans politique ni identité.")] = False,
    host: Annotated[str, typer.Option(help="Adresse d'écoute.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port d'écoute.")] = 8000,
    deadline: Annotated[float, typer.Option(min=0.001, help="Secondes pour une requête, sous-graphes compris.")] = 10.0,
    forward_header: Annotated[
        list[str] | None, typer.Option(help="En-tête du client à passer aux sous-graphes ; aucun par défaut.")
    ] = None,
) -> None:
    """Sert n'importe quel supergraphe, sans politique, identité ni journal."""
    if not unprotected:
        refuse(
            "GATEWAY_UNPROTECTED",
            "« hub gateway » ne demande pas qui lit et ne retient rien : ni politique, ni identité, ni journal. "
            "Si c'est voulu, ajoutez « --unprotected » ; les données de personnes se servent par « hub serve ».",
        )
    forwarded = frozenset(name.lower() for name in forward_header or ())
    Server(Gateway(read(supergraph), forwarded=forwarded, deadline=deadline), host, port, listening).run()
