"""A literal of a Float is a finite double (GraphQL specification §3.5.2), which graphql-core does not check."""

from __future__ import annotations

from math import isinf
from typing import Any

from graphql import FloatValueNode, GraphQLError, IntValueNode, ValidationRule, get_named_type


class FiniteFloatsRule(ValidationRule):
    """Reports literals beyond every double where a Float is expected."""

    def enter_float_value(self, node: FloatValueNode, *_: Any) -> None:
        """Check a decimal."""
        self._check(node)

    def enter_int_value(self, node: IntValueNode, *_: Any) -> None:
        """Check a whole number."""
        self._check(node)

    def _check(self, node: FloatValueNode | IntValueNode) -> None:
        type_ = self.context.get_input_type()
        if type_ is not None and get_named_type(type_).name == "Float" and isinf(float(node.value)):
            self.report_error(GraphQLError("not a finite double", node))
