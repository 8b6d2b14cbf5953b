"""What of a record of data.inclusion the producers' own schema takes (PyPI `data-inclusion-schema`, version 1)."""

from __future__ import annotations

from typing import Annotated, Any

from data_inclusion.schema import v1  # type: ignore[import-untyped]
from pydantic import Field, ValidationError

from subgraphs.kit.ingest.ingestion_report import Refused
from subgraphs.kit.ingest.row_store import Store

CATEGORIES = frozenset(category.value for category in v1.Categorie)


class Service(v1.Service):  # type: ignore[misc]
    """A service as the producers' schema has it, its name and its description being of any length."""

    nom: Annotated[str, Field(min_length=1)]
    description: str | None = None


class Structure(v1.Structure):  # type: ignore[misc]
    """A structure as the producers' schema has it, its name and its description being of any length."""

    nom: Annotated[str, Field(min_length=1)]
    description: str | None = None


def valid(model: Any, record: Any, store: Store) -> Any:
    """The record as the producers' schema reads it, without the values that it can do without and that are none.

    A list loses its bad elements, whose ranks are those that they had. `id` must be that of its own producer.
    """
    if not isinstance(record, dict):
        raise Refused("SCHEMA_INVALID")
    filled = {name: value for name, value in record.items() if value != ""}
    bad: dict[str, set[int]] = {}
    while True:
        try:
            valid = model.model_validate(filled)
            break
        except ValidationError as error:
            problems = error.errors(include_url=False, include_context=False, include_input=False)
        for problem in problems:
            name, rank = str(problem["loc"][0]), (*problem["loc"][1:2], None)[0]
            if model.model_fields[name].is_required():
                raise Refused("SCHEMA_INVALID", name, detail=problem["type"])
            if isinstance(rank, int) and isinstance(filled.get(name), list):
                if rank not in bad.setdefault(name, set()):
                    store.set_aside(_code(problem), f"{name}[{rank}]")
                bad[name].add(rank)
            else:
                filled.pop(name, None)
                store.set_aside(_code(problem), name)
        for name, ranks in bad.items():
            if name in filled:
                filled[name] = [value for rank, value in enumerate(record[name]) if rank not in ranks] or None
    if not valid.id.removeprefix(f"{valid.source}--") or not valid.id.startswith(f"{valid.source}--"):
        raise Refused("SCHEMA_INVALID", "id", detail="not source--local id")
    return valid


def categories(thematics: Any) -> list[str]:
    """The categories of the thematics of a record: one that isn't known still tells its own, which decides who may know
    of a referral to the service."""
    return sorted({str(thematic).partition("--")[0] for thematic in thematics or ()} & CATEGORIES)


def _code(problem: Any) -> str:
    """The code of what the schema says."""
    if problem["loc"][0] == "courriel":
        return "EMAIL_INVALID"
    return "VALUE_UNKNOWN" if problem["type"] in ("enum", "literal_error") else "VALUE_INVALID"
