"""The APIs that the hub reads, and the secrets of an account at one of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from hub.errors import StartRefused
from hub.strict_toml import TomlFile, TomlTable
from hub.sync.link_settings import SyncLink
from subgraphs.appointments.sources.rdvi_api import RdvInsertionApi
from subgraphs.kit.ingest.api import Api
from subgraphs.offers.sources.data_inclusion_api import DataInclusionApi
from subgraphs.offers.sources.dora_api import DoraApi
from subgraphs.offers.sources.emplois_api import EmploisApi
from subgraphs.offers.sources.immersion_api import ImmersionApi
from subgraphs.people.sources.api_particulier_api import ApiParticulierApi
from subgraphs.people.sources.ft_api import FranceTravailApi

FormT = TypeVar("FormT", bound=msgspec.Struct)
APIS: Mapping[str, type[Api]] = {
    api.source: api
    for api in (
        DataInclusionApi,
        DoraApi,
        RdvInsertionApi,
        EmploisApi,
        ImmersionApi,
        FranceTravailApi,
        ApiParticulierApi,
    )
}
"""Each API by the source that reads what it gives."""


def find_api(source: str) -> Api:
    """The API of a source; raises StartRefused (SYNC_UNKNOWN)."""
    if source not in APIS:
        raise StartRefused(
            "SYNC_UNKNOWN",
            f"Le hub ne lit pas cette source par le réseau. Celles qu'il lit : {', '.join(sorted(APIS))}.",
            "no API of this source",
        )
    return APIS[source]()


def lists_read(link: SyncLink, api: Api) -> tuple[str, ...]:
    """The lists of an API that an account reads, in the order of the API; raises StartRefused (SYNC_LIST_UNKNOWN)."""
    if link.lists is None:
        return api.lists
    if not link.lists or not set(link.lists) <= set(api.lists):
        raise StartRefused(
            "SYNC_LIST_UNKNOWN",
            f"« lists » du compte {link.source} {link.account} nomme une ou plusieurs de ces listes : "
            f"{', '.join(api.lists) or 'aucune, retirez-le'}.",
            "no such list",
        )
    return tuple(name for name in api.lists if name in link.lists)


def credentials_file(directory: Path, link: SyncLink) -> Path:
    """The file of an account's secrets, among the keys."""
    return directory / f"sync-{link.source}.{link.account}.toml"


def read_credentials(directory: Path, link: SyncLink, api: Api) -> Any:
    """The secrets of an account, if the API asks for any; raises StartRefused as `read_secrets`."""
    if not api.credentials.__struct_fields__:
        return api.credentials()
    return read_secrets(credentials_file(directory, link), api.credentials)


def read_secrets(path: Path, form: type[FormT]) -> FormT:
    """The secrets of a file that its owner alone may read; raises StartRefused (SYNC_CREDENTIALS_MISSING,
    SYNC_CREDENTIALS_EXPOSED, TOML_INVALID), without any of them."""
    names = ", ".join(form.__struct_fields__)
    if not path.is_file():
        raise StartRefused(
            "SYNC_CREDENTIALS_MISSING",
            f"Il manque {path} : écrivez-y ({names}, en TOML) les secrets de ce compte, lisibles de vous seul "
            "(chmod 600).",
            "no credentials",
        )
    if path.stat().st_mode & 0o077:
        raise StartRefused(
            "SYNC_CREDENTIALS_EXPOSED",
            f"D'autres utilisateurs ont accès à {path} : fermez-le (chmod 600), puis changez ces secrets s'ils ont pu "
            "être lus.",
            "credentials are readable by others",
        )
    file = TomlFile(path)
    return TomlTable(file, "", 0, file.values).read(form)
