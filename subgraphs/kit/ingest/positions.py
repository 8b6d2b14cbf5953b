"""Where an item of a public catalogue is found: its own position, else the centroid of its commune.

A position that can't be one is set aside, and the report says so; the rest of the record is kept.
"""

from __future__ import annotations

from subgraphs.kit.distance import Position
from subgraphs.kit.ingest.row_store import Store
from subgraphs.kit.place_search import communes


def position(store: Store, latitude: float | None, longitude: float | None, path: str) -> Position | None:
    """The position in decimal degrees; None where it is unknown or set aside. `path` names the place of the two.

    0.0 and 0.0, off the coast of Africa, is how some producers write that they don't know.
    """
    if latitude is None or longitude is None:
        known = latitude is not None or longitude is not None
        store.set_aside("COORDINATES_INVALID" if known else "COORDINATES_MISSING", path)
        return None
    if latitude == longitude == 0 or not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        store.set_aside("COORDINATES_INVALID", path)
        return None
    return latitude, longitude


def found_at(position: Position | None, city_code: str | None) -> dict[str, float | None]:
    """Columns `at_latitude` and `at_longitude`; both null where neither the position nor the commune is known."""
    known = communes().get(city_code or "")
    if position is None and known is not None:
        position = known.latitude, known.longitude
    latitude, longitude = position or (None, None)
    return {"at_latitude": latitude, "at_longitude": longitude}
