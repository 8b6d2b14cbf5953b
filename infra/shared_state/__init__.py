"""What several processes know together, on a Valkey or Redis server (decision 0138)."""
