"""Builds the demo's pages, GraphiQL and the example page of a partner: `python -m demo.pages system|own`.

`system` builds them with the Node of the system, by a Python of the standard library alone, beside the installation of
the environment; `own` with the Node that the environment brings. Each does nothing where the other one is right.
"""

from __future__ import annotations

import sys

from hub.pages.build import GRAPHIQL, ROOT, Page, build
from infra.errors import SetupRefused
from infra.npm import system_node

CLIENTS = ROOT / "clients"
FOLDER = CLIENTS / "examples" / "partner_page"
PARTNER_PAGE = Page("la page d'exemple d'un partenaire", FOLDER, FOLDER / "dist", (CLIENTS / "typescript" / "src",))


def main(node: str) -> None:
    """Build the pages if `node` is the one that this machine builds them with; a failure is one French line."""
    if node != ("own" if system_node() is None else "system"):
        return
    for page in (GRAPHIQL, PARTNER_PAGE):
        try:
            build(page)
        except SetupRefused as refused:
            print(f"{refused.message} [{refused.code}]", file=sys.stderr)


if __name__ == "__main__":
    main(sys.argv[1])
