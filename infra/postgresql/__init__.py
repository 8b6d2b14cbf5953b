"""The embedded PostgreSQL: a cluster per clone and name, which starts with its first user and stops with its last."""

from infra.postgresql.cluster import Cluster, cluster

__all__ = ["Cluster", "cluster"]
