"""How a request is held to the decisions: rewritten before it is planned, checked again before it is answered."""
