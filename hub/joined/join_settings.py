"""What the settings say of a subgraph of another team, in an entry of `[subgraphs]`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from hub.joined.field_categories import read_categories
from hub.joined.joined_subgraph import JoinedSubgraph
from hub.strict_toml import TomlTable
from schema.subgraphs import OWN, SUBGRAPHS

NAME = re.compile(r"[a-z][a-z0-9-]{1,29}")


class Join(NamedTuple):
    """The address of a subgraph, the files of its SDL and categories, relative to the settings, and whether it keeps
    the contract."""

    url: str
    sdl: str | None
    categories: str | None
    contract: bool


def joined_subgraph(name: str, entry: TomlTable, join: Join, folder: Path) -> JoinedSubgraph | None:
    """The subgraph of another team under this name; None for one of the hub's own. Raises TomlRefused."""
    if name in SUBGRAPHS:
        if join.sdl is not None or join.categories is not None or join.contract:
            raise entry.refusal(f"« {name} » est du hub : « sdl », « categories » et « contract » n'y ont pas cours")
        return None
    if not NAME.fullmatch(name) or name in OWN:
        raise entry.refusal(f"« {name} » ne peut pas être un nom : minuscules, chiffres et tirets, de 2 à 30")
    if join.sdl is None or join.categories is None:
        raise entry.refusal(
            f"« {name} » n'est pas du hub : nommez son SDL (« sdl ») et les catégories de ses champs (« categories »)"
        )
    try:
        sdl = (folder / join.sdl).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise entry.refusal(
            f"« sdl » nomme « {join.sdl} », qui n'est pas un texte en UTF-8 que l'on puisse lire", "sdl"
        ) from None
    return JoinedSubgraph(name, join.url, sdl, read_categories(folder / join.categories), join.contract)
