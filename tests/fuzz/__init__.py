"""Whatever bytes come from outside, the only answer of a parser is a value or a refusal of its own, without a value."""
