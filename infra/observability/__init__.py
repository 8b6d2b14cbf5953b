"""What watches an installation: Prometheus and its rules, a collector of traces, a dashboard of Grafana."""
