"""The HTTP client that reaches subgraphs: connections, TLS, circuit breaker."""
