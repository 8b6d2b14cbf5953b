"""Refusals of a command: one French line that ends in a stable code, and exit code 1."""

from __future__ import annotations

import sys
from typing import NoReturn

import typer


def refuse(code: str, message: str) -> NoReturn:
    """Print a refusal and end the command."""
    tell(code, message)
    sys.exit(1)


def tell(code: str, message: str) -> None:
    """Print one refusal, of which there may be several."""
    typer.echo(f"{message} [{code}]", err=True)
