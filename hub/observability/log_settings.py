"""Settings of logs: their form, what is too little to be told, and whether each request has a line."""

from __future__ import annotations

from typing import Literal

from hub.strict_toml import TomlForm


class LogSettings(TomlForm, frozen=True):
    """The table `[logs]`. `format`: one JSON object per line, or text for people; `level`: the least that is told;
    `access`: whether each HTTP request has a line."""

    format: Literal["json", "console"] = "console"
    level: Literal["debug", "info", "warning", "error"] = "info"
    access: bool = True
