"""Servers that speak the documented interfaces of source systems: authentication, pages, errors, and faults at will."""
