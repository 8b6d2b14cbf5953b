"""Trainings: the catalogue (LHEO) and the placements of people on its sessions (OuiForm, simulated)."""
