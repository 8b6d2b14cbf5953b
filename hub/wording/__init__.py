"""French words for what parts of the hub that speak in codes and parameters refuse, one table each."""
