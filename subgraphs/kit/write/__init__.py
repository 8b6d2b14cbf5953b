"""Writing back: inputs that are written, mutations, and the transaction in which one is made."""
