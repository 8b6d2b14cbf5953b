"""How a command says that it can't: one French line that ends in a stable code, and exit code 1."""

from __future__ import annotations

import sys
from typing import NoReturn

import typer


def refuse(code: str, message: str) -> NoReturn:
    """Tell, and end."""
    tell(code, message)
    sys.exit(1)


def tell(code: str, message: str) -> None:
    """One of several reasons to end badly."""
    typer.echo(f"{message} [{code}]", err=True)
