"""Intake: notifications that source systems send to the hub, and the folder in which documents wait for a source."""
