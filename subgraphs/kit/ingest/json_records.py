"""Strict JSON of a source and its typed records; each malformation is refused with a code of its own.

RFC 8259 with UTF-8 only, no repeated key, no NaN or Infinity. Errors never hold a value.
"""

from __future__ import annotations

import json
import re
from typing import Any, TypeVar

import msgspec

from schema import strict_json
from subgraphs.kit.ingest.ingestion_report import Refused

T = TypeVar("T")
_PATH = re.compile(r" - at `\$\.?([^`]*)`$")
_MISSING = re.compile(r"Object missing required field `([^`]*)`")


def loads(content: bytes) -> Any:
    """Parse a JSON text; raises Refused ENCODING_WRONG, JSON_INVALID, JSON_DUPLICATE_KEY or JSON_NUMBER."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        raise Refused("ENCODING_WRONG", detail="not UTF-8") from None
    try:
        return strict_json.parse(text)
    except strict_json.DuplicateKey:
        raise Refused("JSON_DUPLICATE_KEY") from None
    except strict_json.NotANumber:
        raise Refused("JSON_NUMBER") from None
    except json.JSONDecodeError as error:
        raise Refused("JSON_INVALID", detail=f"line {error.lineno} column {error.colno}") from None
    except (RecursionError, ValueError) as error:
        raise Refused("JSON_INVALID", detail=type(error).__name__) from None


def convert(record: Any, kind: type[T], place: str = "") -> T:
    """Convert a record, which is at a place of its document, to its type; raises Refused SCHEMA_INVALID, or
    VALUE_NOT_STORABLE for a lone surrogate, which JSON can escape and no text of ours can hold.

    The path names the field that is wrong or missing, as msgspec says it: at the end of its message the place, at its
    beginning the field that is not there. One that should not be there is not named: its name comes from the record.
    """
    try:
        return msgspec.convert(record, kind)
    except UnicodeEncodeError:
        raise Refused("VALUE_NOT_STORABLE", place) from None
    except msgspec.ValidationError as error:
        message = str(error)
        path = _PATH.search(message)
        missing = _MISSING.match(message)
        parts = (place, path[1] if path else "", missing[1] if missing else "")
        raise Refused("SCHEMA_INVALID", ".".join(part for part in parts if part)) from None
