"""Composition, planning and execution of Apollo Federation 2 graphs; knows neither policy nor journal."""
