"""Offers: structures and services of the insertion offer (data.inclusion), and what is suggested to a person."""
