"""`hub gateway`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from hub.cli.refusals import refuse
from hub.cli.text_files import read
from hub.federation.client.tls import client_tls
from hub.gateway import Gateway
from hub.observability.log_settings import LogSettings
from hub.observability.logs import logging_as
from hub.serving import Server, listening
from hub.wording.engine import call_engine

_PERCENT = re.compile(r"\d{1,3}(\.\d+)?")
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
    authorities: Annotated[
        Path | None, typer.Option(help="Autorités (PEM) des sous-graphes en HTTPS ; sinon celles du système.")
    ] = None,
    certificate: Annotated[
        Path | None, typer.Option(help="Certificat (PEM) de la passerelle, pour les sous-graphes qui l'exigent.")
    ] = None,
    key: Annotated[Path | None, typer.Option(help="Clé (PEM, sans mot de passe) de ce certificat.")] = None,
    override: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ÉTIQUETTE=POURCENT", help="Part des requêtes où une reprise progressive (@override) a lieu."
        ),
    ] = None,
) -> None:
    if not unprotected:
        refuse(
            "GATEWAY_UNPROTECTED",
            "« hub gateway » ne demande pas qui lit et ne retient rien : ni politique, ni identité, ni journal. "
            "Si c'est voulu, ajoutez « --unprotected » ; les données de personnes se servent par « hub serve ».",
        )
    forwarded = frozenset(name.lower() for name in forward_header or ())
    shares = dict(_share(argument) for argument in override or ())
    tls = call_engine(client_tls, authorities, certificate, key) if authorities or certificate or key else None
    served = Gateway(read(supergraph), forwarded=forwarded, deadline=deadline, shares=shares, tls=tls)
    with logging_as("gateway", LogSettings(access=False)):
        Server(served, host, port, listening).run()


def _share(argument: str) -> tuple[str, float]:
    label, _, percent = argument.rpartition("=")
    if not label or not _PERCENT.fullmatch(percent) or float(percent) > 100:
        refuse(
            "ARGUMENT_INVALID", f"« --override {argument} » ne se lit pas : écrivez une étiquette, « = » et 0 à 100."
        )
    return label, float(percent)
