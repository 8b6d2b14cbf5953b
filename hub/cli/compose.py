"""`hub compose`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hub.cli.refusals import refuse, tell
from hub.cli.text_files import read_text, write_text
from hub.federation.compose.composer import Source, composition
from hub.federation.errors import CompositionFailed, FederationError
from hub.wording.composition import failure_message, hint_message
from hub.wording.engine import refusal

app = typer.Typer(add_completion=False)


@app.command()
def compose(
    subgraph: Annotated[
        list[str], typer.Option(metavar="NOM=URL=FICHIER", help="Un sous-graphe : nom, adresse appelée, SDL.")
    ],
    output: Annotated[Path, typer.Option(help="Fichier du supergraphe, écrit seulement si tout se compose.")],
) -> None:
    sources = [_source(argument) for argument in subgraph]
    try:
        composed = composition(sources)
    except CompositionFailed as error:
        for failure in error.failures:
            tell(failure.code, failure_message(failure))
        raise typer.Exit(1) from None
    except FederationError as error:  # the supergraph that the subgraphs make can't be read back
        raise refusal(error) from error
    write_text(output, composed.supergraph.text)
    for hint in composed.hints:
        typer.echo(f"conseil : {hint_message(hint)} [{hint.code}]")
    typer.echo(f"{output} : {len(sources)} sous-graphes, {len(composed.supergraph.types)} types composés.")


def _source(argument: str) -> Source:
    name, _, rest = argument.partition("=")
    url, _, file = rest.rpartition("=")
    if not (name and url and file):
        refuse("ARGUMENT_INVALID", f"« --subgraph {argument} » ne se lit pas : écrivez « --subgraph NOM=URL=FICHIER ».")
    return Source(name, url, read_text(Path(file), "SUBGRAPH_UNREADABLE", "Le schéma du sous-graphe"))
