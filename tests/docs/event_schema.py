"""The JSON Schema of the events that products may send (docs/evenements.md), from the types that are read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import msgspec

from subgraphs.appointments.sources import appointment_events
from subgraphs.kit.ingest.events import Event
from subgraphs.offers.sources import orientation_events
from subgraphs.people.sources import referent_events
from subgraphs.trainings.sources import ouiform_events

FILE = Path(__file__).resolve().parents[2] / "schema" / "generated" / "events.schema.json"
TYPES: tuple[type[Event], ...] = (
    *orientation_events.TYPES,
    *appointment_events.TYPES,
    *referent_events.TYPES,
    *ouiform_events.TYPES,
)


def generated() -> Mapping[Path, str]:
    """The schema: one of the types, each closed."""
    references, definitions = msgspec.json.schema_components(TYPES, ref_template="#/$defs/{name}")
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Événement",
        "oneOf": list(references),
        "$defs": dict(sorted(definitions.items())),
    }
    return {FILE: json.dumps(schema, ensure_ascii=False, indent=1) + "\n"}
