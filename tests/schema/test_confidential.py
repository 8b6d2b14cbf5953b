"""No record shows, as text, what is a person's or a secret: an error, a check or a log line may hold that text."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from fnmatch import fnmatch
from typing import NamedTuple

from schema.confidential import Confidential, confidential
from tests.schema.test_caches import FOLDERS, name_of, sources

HOLDING = (
    "hub/backup/protections.py",
    "hub/document/exchange.py",
    "hub/export/*",
    "hub/federation/client/*",
    "hub/federation/execution/*",
    "hub/intake/*",
    "hub/journal/read/*",
    "hub/matching/*",
    "hub/outgoing/*",
    "hub/runs/quarantine.py",
    "hub/subscriptions/*",
    "hub/sync/*",
    "subgraphs/*/sources/*",
    "subgraphs/kit/ingest/*",
    "subgraphs/kit/write/*",
    "subgraphs/people/consolidate.py",
)
"""Where records hold what clients, sources, subgraphs and other systems say: none of them shows a field. Theirs are
`schema.confidential` or say `repr=False`."""
NAMES = frozenset(
    {
        "access_token",
        "body",
        "content",
        "credentials",
        "data",
        "defaults",
        "headers",
        "literals",
        "password",
        "query",
        "reference",
        "representations",
        "said",
        "sealed",
        "secret",
        "token",
        "variables",
    }
)
"""Names of fields that hold a secret, or what is said of a person."""
PUBLIC = {
    "hub/document/introspection_answer.py:_Selected.key": "a digest",
    "hub/federation/client/http1.py:CallLoad.*": "counts",
    "hub/federation/execution/failures.py:Cause.*": "codes, and names of the schema",
    "hub/federation/operations/operation.py:Operation.variables": "declarations",
    "hub/federation/planning/query_plan.py:Entities.body": "a document without values",
    "hub/federation/planning/query_plan.py:Fetch.variables": "names",
    "hub/journal/signing.py:Trust.keys": "public keys",
    "hub/journal/verify/*": "digests",
    "subgraphs/kit/ingest/ingestion_report.py:*": "what a report says, in which the tests of sources look for values",
    "subgraphs/kit/ingest/refusal_codes.py:Text.*": "texts of ours",
    "subgraphs/kit/ingest/workbook_package.py:Format.*": "codes",
    "subgraphs/kit/ingest/workbook_package.py:SheetPart.*": "names of parts",
    "subgraphs/kit/subgraph_model.py:Model.query": "a type",
}
"""Fields that are shown nevertheless, and what they hold."""
TUPLE, STRUCT, DATACLASS = "NamedTuple", "Struct", "dataclass"


def records() -> Iterator[tuple[str, ast.ClassDef]]:
    """The classes that show their fields as text, with the paths of their modules."""
    for path, module in sources((*FOLDERS, "demo", "infra")):
        for node in ast.walk(module):
            if isinstance(node, ast.ClassDef) and shows(node):
                yield path, node


def shows(node: ast.ClassDef) -> bool:
    """Whether the text of an instance shows its fields."""
    if "confidential" in map(name_of, node.decorator_list):
        return False
    made = [item for item in node.decorator_list if name_of(item) == DATACLASS]
    return {TUPLE, STRUCT} & set(map(name_of, node.bases)) != set() or any(not hides(item) for item in made)


def hides(node: ast.expr | None) -> bool:
    """Whether a decorator, or the value of a field, says `repr=False`."""
    words = node.keywords if isinstance(node, ast.Call) else []
    return any(word.arg == "repr" and ast.unparse(word.value) == "False" for word in words)


def fields(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    """The fields that are shown, with their types."""
    for item in node.body:
        if isinstance(item, ast.AnnAssign) and not hides(item.value):
            yield ast.unparse(item.target), ast.unparse(item.annotation)


def test_no_record_shows_a_secret_or_what_is_said_of_people() -> None:
    shown = {
        f"{path}:{node.name}.{name}"
        for path, node in records()
        for name, kind in fields(node)
        if name in NAMES
        or ("bytes" in kind and "Callable" not in kind)
        or any(fnmatch(path, pattern) for pattern in HOLDING)
    }
    assert {name for name in shown if not any(fnmatch(name, pattern) for pattern in PUBLIC)} == set()
    assert {pattern for pattern in PUBLIC if not any(fnmatch(name, pattern) for name in shown)} == set()


def test_a_confidential_record_and_those_made_of_it_show_nothing() -> None:
    class Named(Confidential, frozen=True, tag="named"):
        last_name: str

    class Older(Named, frozen=True):
        pass

    @confidential
    class Row(NamedTuple):
        last_name: str

    assert "MARTIN" not in f"{Named('MARTIN')!r} {Older('MARTIN')} {Row('MARTIN')} {[Row('MARTIN')]}"
