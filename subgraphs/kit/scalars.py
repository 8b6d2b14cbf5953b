"""Scalars of the subgraphs' schemas, as types of annotations."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, NewType

import strawberry
from strawberry import ID

Access = NewType("Access", object)
Date = NewType("Date", date)
DateTime = NewType("DateTime", datetime)

SCALARS: dict[object, Any] = {
    Access: strawberry.scalar(name="Access", description="Faits de la ligne pour l'acteur ; interne au hub."),
    Date: strawberry.scalar(name="Date", description="Date, AAAA-MM-JJ."),
    DateTime: strawberry.scalar(name="DateTime", description="Instant en temps universel, à la seconde."),
}

__all__ = ["ID", "SCALARS", "Access", "Date", "DateTime"]
