"""Every cache has a bound in bytes (decision 0064): `schema.lru.Lru`, or a memoised function of what does not come from
outside."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.conftest import ROOT

FOLDERS = ("hub", "schema", "subgraphs")
MEMOISED = {
    "hub/client_code/vocabulary.py:codes": "the codes of the policy",
    "hub/document/coercion.py:_required": "input types of the schema",
    "hub/federation/client/graphql_response.py:media_type": "content types of subgraphs: 64 of them",
    "hub/federation/compose/sdl_validation.py:_directive_definition": "names that composed SDLs give: 128 of them",
    "hub/federation/compose/sdl_validation.py:_parsed": "definitions of ours under such names: 128 of them",
    "hub/federation/client/tls.py:client_tls": "the TLS files that the settings name",
    "hub/federation/planning/graph.py:graph_of": "supergraphs of the process, and the labels that its settings name",
    "hub/graph.py:_classified": "supergraphs of files: two of them",
    "hub/graph.py:_graph": "supergraphs of files under the rules of files: two of them",
    "hub/journal/read/data_labels.py:_tables": "one file",
    "hub/journal/read/data_labels.py:coordinate_labels": "one file",
    "hub/pages/docs_page.py:_text": "documents that the hub serves: eleven of them",
    "hub/pages/docs_page.py:titles": "one folder",
    "hub/policy/report/impact.py:impact_texts": "one file",
    "hub/policy/report/law_gaps.py:law": "one file",
    "subgraphs/kit/write/inputs.py:inputs_of": "input types that are declared",
    "hub/runs/source_settings.py:source_names": "one file",
    "hub/wording/composition.py:sentences": "one file",
    "subgraphs/kit/communes.py:_by_postal_code": "one file",
    "subgraphs/kit/communes.py:communes": "one file",
    "subgraphs/kit/compiler.py:_day": "seconds: eight of them",
    "subgraphs/kit/cursors.py:_cipher": "actors and purposes: 1,024 of them, within a token's 8 KB",
    "subgraphs/kit/ingest/code_digest.py:code_digest": "the code of the process",
    "subgraphs/kit/ingest/nir_gate.py:_is_number": "columns of declarations",
    "subgraphs/kit/ingest/table_shapes.py:_children": "tables of declarations",
    "subgraphs/kit/ingest/table_shapes.py:_order": "metadata of declarations",
    "subgraphs/kit/ingest/table_shapes.py:shape_of": "tables of declarations",
    "subgraphs/kit/representations.py:_parsed": "field sets of declarations",
    "subgraphs/kit/server.py:served_schema": "models of subgraphs",
}
"""Functions that remember their results, and the arguments that they may be given: none comes from a document."""
REMEMBERING = {"cache", "lru_cache", "alru_cache"}
DICTIONARIES = {"OrderedDict", "WeakValueDictionary", "WeakKeyDictionary"}
NO_CACHES = {"schema/lru.py": "the cache itself", "hub/fair_worker.py": "a queue, whose length is bounded"}


def sources(folders: Sequence[str] = FOLDERS) -> Iterator[tuple[str, ast.Module]]:
    """The modules of the product that serve, or of these folders, with their paths."""
    for folder in folders:
        for path in sorted(Path(ROOT / folder).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def name_of(node: ast.expr) -> str:
    """The last name of a decorator or call."""
    node = node.func if isinstance(node, ast.Call) else node
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def memoised() -> Iterator[str]:
    """Functions with a decorator that remembers, and calls of one on a function."""
    for path, module in sources():
        for node in ast.walk(module):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                if any(name_of(decorator) in REMEMBERING for decorator in node.decorator_list):
                    yield f"{path}:{node.name}"
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Call) and name_of(node.func) in REMEMBERING:
                yield f"{path}:{ast.unparse(node.args[0])}"


def test_only_functions_of_what_does_not_come_from_outside_remember_without_a_bound_in_bytes() -> None:
    assert set(memoised()) == MEMOISED.keys()


def test_no_other_dictionary_of_a_cache_is_made() -> None:
    makers = {
        path
        for path, module in sources()
        for node in ast.walk(module)
        if isinstance(node, ast.Call) and name_of(node) in DICTIONARIES
    }
    assert makers == NO_CACHES.keys()
