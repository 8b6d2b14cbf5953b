"""Parts of the documentation that a running hub answers: answers and matrix of README.md, docs/matrice.md.

The query of the README is run as each of four actors and the journey query as each of the eleven kinds, on the demo's
data. Ids and days that change from one run to the next are written <id-1>, <J+9>.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from infra.keys import Keys
from infra.postgresql import cluster
from infra.postgresql.configuration import ADMINISTRATOR
from infra.roles import password
from schema.days import today
from tests.conftest import ROOT, STATE, Database, copied, migrated_template
from tests.docs.marked_part import replaced
from tests.docs.matrix import observe
from tests.docs.matrix_pages import details, table
from tests.e2e.site import Site, site

README = ROOT / "README.md"
MATRIX = ROOT / "docs" / "matrice.md"
ACTORS = {
    "referent-a": "La référente A, qui suit la personne",
    "referent-b": "Le référent B, d'un autre département",
    "employeur": "L'employeur, qui la reçoit en entretien",
    "personne": "La personne elle-même",
}
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
DAY = re.compile(r"20\d\d-\d\d-\d\d(?=T)")


def query() -> str:
    """The query that the README shows: its first `graphql` block."""
    block = re.search(r"```graphql\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert block is not None
    return block[1]


def answers(running: Site, today: date) -> str:
    """The four answers to the query of the README about Maëlle, as Markdown."""
    ids: dict[str, str] = {}
    parts = []
    for actor, title in ACTORS.items():
        answer = json.dumps(running.ask(actor, query(), id=running.persons["maelle"]), ensure_ascii=False)
        answer = UUID.sub(lambda match: ids.setdefault(match[0], f"<id-{len(ids) + 1}>"), answer)
        answer = DAY.sub(lambda match: f"<J{(date.fromisoformat(match[0]) - today).days:+}>", answer)
        parts.append(f"**{title}** (`{actor}`)\n\n```json\n{pretty(json.loads(answer))}\n```\n")
    return "\n".join(parts)


def pretty(value: Any, indent: str = "") -> str:
    """JSON, each value on one line where it fits."""
    line = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, dict | list) or len(line) + len(indent) <= 118:
        return line
    inner = indent + "  "
    if isinstance(value, dict):
        lines = [f"{inner}{json.dumps(key, ensure_ascii=False)}: {pretty(item, inner)}" for key, item in value.items()]
        return "{\n" + ",\n".join(lines) + f"\n{indent}}}"
    return "[\n" + ",\n".join(inner + pretty(item, inner) for item in value) + f"\n{indent}]"


def pages(running: Site, today: date) -> dict[Path, str]:
    """The pages as they should be."""
    readme, matrix = (page.read_text(encoding="utf-8") for page in (README, MATRIX))
    observed = observe(running)
    return {
        README: replaced(replaced(readme, "réponses", answers(running, today)), "matrice", table(observed)),
        MATRIX: replaced(matrix, "matrice", details(observed)),
    }


@contextmanager
def temporary_database() -> Iterator[Database]:
    """A migrated database on the test cluster, for as long as needed."""
    keys = Keys.create(STATE / "keys")
    with (
        cluster("test", ROOT, password(ADMINISTRATOR, keys), durable=False) as running,
        copied(running, keys, migrated_template(running, keys)) as database,
    ):
        yield database


@contextmanager
def temporary_site() -> Iterator[Site]:
    """The demo's data there, served."""
    with (
        temporary_database() as database,
        tempfile.TemporaryDirectory() as folder,
        site(database, Path(folder)) as running,
    ):
        yield running


def generated() -> Mapping[Path, str]:
    """The pages as they should be, by a hub that is started for it."""
    with temporary_site() as running:
        return pages(running, today())
