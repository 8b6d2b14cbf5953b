"""Every file of the repository that a program writes, by one command.

`make generated` (`python -m tests.generated`) writes those that are not current; `make lint` (`--check`) writes nothing
and fails if one is not. Each module of `GENERATORS` has a function `generated` that returns the texts by path.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path

from hub.errors import HubError
from hub.federation.errors import FederationError

ROOT = Path(__file__).resolve().parents[1]
SOURCE_GENERATORS = (
    "subgraphs.kit.sdl",
    "subgraphs.kit.change_sources",
    "hub.journal.types",
    "hub.changes.types",
    "hub.subscriptions.types",
    "hub.graph",
    "hub.ingest",
    "hub.client_code.published",
    "hub.client_code.published_typescript",
    "tests.attacks.inventory",
    "tests.docs.glossary",
    "tests.docs.policy_pages",
    "tests.docs.provenance_page",
    "tests.docs.command_pages",
    "tests.docs.event_schema",
    "tests.docs.licences_page",
    "tests.docs.contract_vectors",
    "infra.observability.dashboard",
)
"""Generators that read only files of the repository; each may read what those before it wrote."""
GENERATORS = (*SOURCE_GENERATORS, "tests.docs.readme")
"""All generators; the last one asks a running hub about the demonstration's data, which needs PostgreSQL."""


def stale_files(generator: str) -> Mapping[Path, str]:
    """The files of one generator that are not current, with the text that they should have."""
    generated: Callable[[], Mapping[Path, str]] = import_module(generator).generated
    return {path: text for path, text in generated().items() if not path.is_file() or path.read_text("utf-8") != text}


def write(generators: Sequence[str] = GENERATORS) -> None:
    """Write the files that are not current and print their names."""
    for generator in generators:
        for path, text in stale_files(generator).items():
            path.write_text(text, encoding="utf-8")
            print(f"écrit : {path.relative_to(ROOT)} ({generator})")


def check(generators: Sequence[str] = GENERATORS) -> None:
    """Exit with the names of the files that are not current, and the command that writes them."""
    problems: list[str] = []
    for generator in generators:
        try:
            problems += [f"{path.relative_to(ROOT)} n'est plus à jour ({generator})" for path in stale_files(generator)]
        except (HubError, FederationError, ValueError) as error:
            problems.append(f"{generator} : {error}")
    if problems:
        sys.exit("\n".join([*problems, "Lancez « make generated », relisez ce qui a changé, puis commitez-le."]))


def main(arguments: list[str]) -> None:
    """Run the command; `--sources` leaves out what needs a running hub."""
    generators = SOURCE_GENERATORS if "--sources" in arguments else GENERATORS
    (check if "--check" in arguments else write)(generators)


if __name__ == "__main__":
    main(sys.argv[1:])
