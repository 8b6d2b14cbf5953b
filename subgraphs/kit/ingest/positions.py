"""Positions of catalogue items: their own, else the centroid of their commune.

An impossible position is set aside and reported; the rest of the record is kept.
"""

from __future__ import annotations

from subgraphs.kit.communes import communes
from subgraphs.kit.distance import Position
from subgraphs.kit.ingest.row_store import Store


def position(store: Store, latitude: float | None, longitude: float | None, path: str) -> Position | None:
    """Return the position in decimal degrees; None if it is unknown or set aside. `path` is that of the two values.

    0.0 and 0.0, off the coast of Africa, is how some producers write that they don't know.
    """
    if latitude is None or longitude is None:
        partial = latitude is not None or longitude is not None
        store.set_aside("COORDINATES_INVALID" if partial else "COORDINATES_MISSING", path)
        return None
    if latitude == longitude == 0 or not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        store.set_aside("COORDINATES_INVALID", path)
        return None
    return latitude, longitude


def found_at(position: Position | None, city_code: str | None) -> dict[str, float | None]:
    """Return the columns `at_latitude` and `at_longitude`; null if neither the position nor the commune is known."""
    commune = communes().get(city_code or "")
    if position is None and commune is not None:
        position = commune.latitude, commune.longitude
    latitude, longitude = position or (None, None)
    return {"at_latitude": latitude, "at_longitude": longitude}
