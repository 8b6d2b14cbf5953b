"""`hub export`."""

from __future__ import annotations

import os
import re
import time
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from hub.cli.options import ReferenceOption
from hub.cli.refusals import refuse
from hub.cli.variables import variables_of
from hub.export.formats import Format, writer_of
from hub.export.list_query import read_list_query
from hub.export.run import Export
from hub.export.run import export as run
from spie_hub_client.runtime.exchange import Call, Retries, check_url
from spie_hub_client.runtime.hub import Hub
from spie_hub_client.runtime.tokens import BearerTokens, ClientCredentials, Tokens

app = typer.Typer(add_completion=False)
TOKEN = "HUB_TOKEN"  # noqa: S105 - the name of a variable
TOKEN_FORM = re.compile(r"[A-Za-z0-9._~+/-]+=*")
"""RFC 6750 §2.1."""
CREDENTIALS = ("HUB_TOKEN_URL", "HUB_CLIENT_ID", "HUB_CLIENT_SECRET")
"""Environment variables that say who asks: a token, or what an application gets its tokens with."""
RETRIES = Retries(attempts=8, longest_wait=300.0)
"""An export waits for longer than a page with a user before it."""
SECONDS = 120.0
"""The longest that a page may take."""


@app.command()
def export(
    query: Annotated[Path, typer.Option(help="Requête d'une liste page par page (fichier .graphql).")],
    form: Annotated[Format, typer.Option("--format", help="Forme du fichier.")],
    output: Annotated[Path, typer.Option(help="Fichier à écrire, remplacé en une fois à la fin.")],
    url: Annotated[str, typer.Option(envvar="HUB_URL", help="Adresse entière du hub, qui finit par « /graphql ».")],
    purpose: Annotated[str | None, typer.Option(metavar="CODE", help="Finalité déclarée.")] = None,
    reference: ReferenceOption = None,
    variables: Annotated[str | None, typer.Option(metavar="JSON", help="Variables, sans le curseur.")] = None,
    since: Annotated[
        str | None, typer.Option(metavar="CURSEUR", help="Curseur d'un export de « changes » : ce qui a changé depuis.")
    ] = None,
) -> None:
    list_query = read_list_query(query)
    if since is not None and not list_query.is_delta:
        refuse("ARGUMENT_INVALID", "« --since » vaut pour une requête de « changes » seulement.")
    values = variables_of(variables)
    if unknown := values.keys() - list_query.variables:
        refuse("ARGUMENT_INVALID", f"La requête n'a pas de variable « ${min(unknown)} » : corrigez « --variables ».")
    _check(url, purpose, reference)
    job = Export(list_query, values, url, purpose, reference, since, output, writer_of(form))
    try:
        exported = run(job, partial(Hub, url, _tokens(), retries=RETRIES, timeout=SECONDS), int(time.time()))
    except KeyboardInterrupt:
        refuse("EXPORT_STOPPED", "Export arrêté : relancez la même commande, elle reprend après la dernière page.")
    typer.echo(f"Export écrit dans « {output} » : {exported.rows} lignes, {len(list_query.names)} colonnes.")
    if list_query.is_delta:
        typer.echo(exported.cursor)


def _check(url: str, purpose: str | None, reference: str | None) -> None:
    """Refuse an address or headers that the client would not send."""
    try:
        Call(purpose, reference).headers()
    except ValueError:
        refuse("ARGUMENT_INVALID", "« --purpose » et « --reference » ont de 1 à 40 caractères ASCII.")
    for address in filter(None, (url, os.environ.get(CREDENTIALS[0]))):
        try:
            check_url(address)
        except ValueError:
            refuse("ARGUMENT_INVALID", f"« --url » et {CREDENTIALS[0]} commencent par « https:// ».")


def _tokens() -> Tokens:
    """The tokens of whoever asks, by the environment: a command line is seen by everyone of the machine."""
    token, (address, client, secret) = os.environ.get(TOKEN), map(os.environ.get, CREDENTIALS)
    if token is not None and TOKEN_FORM.fullmatch(token):
        return BearerTokens(lambda: token)
    if address is None or client is None or secret is None:
        refuse(
            "EXPORT_WITHOUT_TOKEN",
            f"Dites au nom de qui : un jeton dans {TOKEN}, ou {', '.join(CREDENTIALS)} d'une application.",
        )
    return ClientCredentials(address, client, secret)
