"""`hub schema`: diff, show."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from graphql import GraphQLError, GraphQLSchema, GraphQLSyntaxError, build_schema, parse, print_schema

from hub.cli.decision_classes import decision_class
from hub.cli.options import ClientOption
from hub.cli.refusals import refuse
from hub.cli.served_graph import JoinedOption, served_graph
from hub.cli.text_files import read_text
from hub.document.limits import syntax_refused
from hub.document.parse import first_fault
from hub.federation.changes.change import Change, Level
from hub.federation.changes.client_operations import Document, read_document
from hub.federation.changes.schema_diff import schema_changes
from hub.federation.supergraph_reader import read_supergraph
from hub.policy.enforce.schema_view import Views
from hub.wording.engine import call_engine
from hub.wording.schema_changes import change_message

BROKEN = 3
"""Exit code: a change breaks clients."""

app = typer.Typer(add_completion=False, no_args_is_help=True)


@app.callback()
def schema() -> None:
    """The group of commands, whose help is in `hub.cli.COMMANDS`."""


@app.command()
def diff(
    old: Annotated[Path, typer.Argument(help="Schéma ou supergraphe d'avant (SDL).")],
    new: Annotated[Path, typer.Argument(help="Schéma ou supergraphe d'après (SDL).")],
    operations: Annotated[
        Path | None, typer.Option(help="Dossier des opérations réelles des clients (*.graphql, sous-dossiers compris).")
    ] = None,
) -> None:
    """Dit ce qui change pour les clients ; sort par 3 si un changement casse, ou casse l'une des opérations données."""
    old_schema, new_schema = _schema(old), _schema(new)
    documents = _documents(operations, old_schema) if operations is not None else None
    changes = schema_changes(old_schema, new_schema)
    for change in changes:
        typer.echo(_line(change, documents))
    breaking = [change for change in changes if change.level is Level.BREAKING]
    broken = [change for change in breaking if documents is None or _affected(change, documents)]
    typer.echo(_summary(changes, breaking, broken, documents))
    raise typer.Exit(BROKEN if broken else 0)


@app.command()
def show(
    actor: Annotated[str | None, typer.Option(help="Sorte d'acteur : le schéma de ce qu'elle peut lire.")] = None,
    purpose: Annotated[str | None, typer.Option(help="Finalité de cet acteur.")] = None,
    client: ClientOption = None,
    settings: JoinedOption = None,
) -> None:
    """Écrit le schéma public (SDL), ou ce qu'en montre « Schema-View: mine » à un acteur pour une finalité."""
    graph = served_graph(settings)
    schema = graph.schema
    if (actor, purpose, client) != (None, None, None):
        row = decision_class(graph.table, actor, purpose, client)
        schema = Views(graph.schema, graph.table.classification).view(row)
    typer.echo(print_schema(schema))


def _line(change: Change, documents: list[Document] | None) -> str:
    line = change_message(change)
    if documents is None or change.level is Level.SAFE:
        return line
    affected = _affected(change, documents)
    return f"{line} — touche {', '.join(affected)}" if affected else f"{line} — ne touche aucune opération donnée"


def _affected(change: Change, documents: list[Document]) -> list[str]:
    """Return the names of the documents that the change affects."""
    return [document.name for document in documents if document.is_affected(change)]


def _summary(
    changes: list[Change], breaking: list[Change], broken: list[Change], documents: list[Document] | None
) -> str:
    counts = f"{len(changes)} changement(s), dont {len(breaking)} qui casse(nt)"
    if documents is None:
        return f"{counts}."
    return f"{counts} ; {len(broken)} touche(nt) l'une des {len(documents)} opération(s) données."


def _schema(path: Path) -> GraphQLSchema:
    """Return the client schema of a file that holds a schema or a supergraph."""
    text = read_text(path, "SCHEMA_UNREADABLE", "Le schéma")
    if "join__Graph" in text:
        return call_engine(read_supergraph, text).client_schema
    try:
        return build_schema(text)
    except (GraphQLError, TypeError) as error:
        refuse("SCHEMA_INVALID", f"« {path} » n'est pas un schéma GraphQL : {str(error).splitlines()[0]}")


def _documents(folder: Path, schema: GraphQLSchema) -> list[Document]:
    """Read the operations of a folder, which must be valid on the old schema."""
    paths = sorted(folder.rglob("*.graphql"))
    if not paths:
        refuse("OPERATIONS_MISSING", f"« {folder} » ne contient aucune opération : mettez-y des fichiers *.graphql.")
    documents = []
    for path in paths:
        text = read_text(path, "OPERATION_UNREADABLE", "L'opération")
        try:
            document = parse(text)
        except GraphQLSyntaxError as error:
            refuse("OPERATION_INVALID", f"« {path} » : {syntax_refused(error).message}")
        if (fault := first_fault(schema, document)) is not None:
            refuse("OPERATION_INVALID", f"« {path} » n'est pas valide sur le schéma d'avant : {fault[1]}")
        documents.append(read_document(str(path.relative_to(folder)), document, schema))
    return documents
