"""Conditions of `@skip` and `@include` under given values of their variables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub.document.operation import Condition


def hold(conditions: tuple[Condition, ...], variables: Mapping[str, Any]) -> bool:
    """Whether all conditions hold."""
    return not conditions or all(variables.get(condition.variable) is condition.wanted for condition in conditions)
