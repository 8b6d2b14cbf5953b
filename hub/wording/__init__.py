"""French texts for the codes of the parts that speak English, one module each."""
