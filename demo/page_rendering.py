"""The HTML of the demo's own pages, in the frame of the hub's, which escapes every value."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from hub.pages.rendering import TEMPLATES

_ENVIRONMENT = Environment(
    loader=FileSystemLoader((Path(__file__).with_name("templates"), TEMPLATES)),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def render(template: str, **values: object) -> str:
    """Render a template of the demo."""
    return _ENVIRONMENT.get_template(template).render(values)
