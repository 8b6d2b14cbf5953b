"""Kinds of values: the GraphQL scalars that columns are served as, and the types of SQL behind them."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import strawberry
from sqlalchemy import Boolean, Date, DateTime, Float, Integer, String, Uuid
from sqlalchemy.types import TypeEngine

from subgraphs.kit.scalars import Date as DateScalar
from subgraphs.kit.scalars import DateTime as DateTimeScalar


class Kind(StrEnum):
    """GraphQL scalar that a value is served as; a value of an enum is `ENUM`."""

    ID = "ID"
    STRING = "String"
    INT = "Int"
    FLOAT = "Float"
    BOOLEAN = "Boolean"
    DATE = "Date"
    DATETIME = "DateTime"
    ENUM = "enum"


KINDS: dict[Any, Kind] = {
    strawberry.ID: Kind.ID,
    str: Kind.STRING,
    int: Kind.INT,
    float: Kind.FLOAT,
    bool: Kind.BOOLEAN,
    DateScalar: Kind.DATE,
    DateTimeScalar: Kind.DATETIME,
}

SQL_TYPES: dict[Kind, tuple[type[TypeEngine[Any]], ...]] = {
    Kind.ID: (Uuid, String),
    Kind.STRING: (String,),
    Kind.INT: (Integer,),
    Kind.FLOAT: (Float,),
    Kind.BOOLEAN: (Boolean,),
    Kind.DATE: (Date,),
    Kind.DATETIME: (DateTime,),
    Kind.ENUM: (String,),
}
