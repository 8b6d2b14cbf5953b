"""`hub client`: python, typescript."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from graphql import build_schema, print_schema

from hub.cli.served_graph import JoinedOption, served_graph
from hub.client_code.operations import Operation, read_operations
from hub.client_code.output import replace_client
from hub.client_code.published import PACKAGE, client_schema
from hub.client_code.published_typescript import PACKAGE as TYPESCRIPT
from hub.client_code.python_package import PythonPackage
from hub.client_code.typescript_package import typescript_modules

app = typer.Typer(add_completion=False, no_args_is_help=True)

OperationsOption = Annotated[
    Path, typer.Option(help="Dossier des opérations de l'application (*.graphql, sous-dossiers compris).")
]
OutputOption = Annotated[Path, typer.Option(help="Dossier du client, remplacé en entier.")]


@app.callback()
def client() -> None:
    """The group of commands, whose help is in `hub.cli.COMMANDS`."""


@app.command()
def python(operations: OperationsOption, output: OutputOption, settings: JoinedOption = None) -> None:
    """Écrit un paquet Python, synchrone et asynchrone : une classe par opération, et ce qu'il faut pour les envoyer."""
    schema = build_schema(_sdl(settings))
    documents = read_operations([operations], schema)
    files = dict(PythonPackage(schema, documents).modules())
    runtime = PACKAGE / "runtime"
    files |= {f"runtime/{path.name}": path.read_text(encoding="utf-8") for path in sorted(runtime.glob("*.py"))}
    files["py.typed"] = ""
    replace_client(output, files)
    _tell(documents, output)


@app.command()
def typescript(operations: OperationsOption, output: OutputOption, settings: JoinedOption = None) -> None:
    """Écrit les sources TypeScript d'un client, pour Node et les navigateurs : opérations, types, envoi."""
    sdl = _sdl(settings)
    documents = read_operations([operations], build_schema(sdl))
    files = typescript_modules(sdl, documents)
    runtime = TYPESCRIPT / "src" / "runtime"
    files |= {f"runtime/{path.name}": path.read_text(encoding="utf-8") for path in sorted(runtime.glob("*.ts"))}
    replace_client(output, files)
    _tell(documents, output)


def _sdl(settings: Path | None) -> str:
    """The schema that a client is made for: with the joined subgraphs, if settings are named."""
    return client_schema() if settings is None else print_schema(served_graph(settings).schema)


def _tell(documents: list[Operation], output: Path) -> None:
    names = ", ".join(operation.name for operation in documents)
    typer.echo(f"Client écrit dans « {output} » : {names}.")
