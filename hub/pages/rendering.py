"""The HTML of the pages, made from the Jinja2 templates of `templates/`, which escape every value.

A template that names a value which it is not given is an error. Only `markdown` and `inline_markdown` make HTML of
text, of which nothing is taken for HTML.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from hub.pages.markdown import inline_markdown, markdown
from schema.days import PARIS

TEMPLATES = Path(__file__).with_name("templates")


def _paris_day(instant: str) -> str:
    return f"{datetime.fromisoformat(instant).astimezone(PARIS):%d/%m/%Y}"


def _paris_time(instant: str) -> str:
    return f"{datetime.fromisoformat(instant).astimezone(PARIS):%d/%m/%Y %H:%M:%S}"


_ENVIRONMENT = Environment(
    loader=FileSystemLoader(TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)
_ENVIRONMENT.filters |= {
    "inline_markdown": inline_markdown,
    "markdown": markdown,
    "paris_day": _paris_day,
    "paris_time": _paris_time,
}


def render(template: str, **values: object) -> str:
    """Render a template of this package."""
    return _ENVIRONMENT.get_template(template).render(values)
