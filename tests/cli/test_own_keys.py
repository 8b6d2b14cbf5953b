"""Each process holds its own keys only: it starts without any other, and can make no other role's password."""

from __future__ import annotations

import pytest

from hub.app import hub_keys, hub_roles, subgraph_keys
from infra.errors import SetupRefused
from infra.keys import Keys
from infra.postgresql.configuration import ADMINISTRATOR
from infra.role_names import LOGINS
from infra.roles import dsn, password
from schema.subgraphs import SUBGRAPHS
from tests.conftest import Database


@pytest.mark.parametrize("name", SUBGRAPHS)
def test_a_subgraph_opens_its_own_role_and_no_other_nor_the_administrator(database: Database, name: str) -> None:
    own = Keys.load(database.keys.directory, subgraph_keys(name))
    assert dsn(database.admin_dsn, f"{name}_query", own) == database.dsn(f"{name}_query")
    for role in {*LOGINS} - {f"{name}_query", f"{name}_write"}:
        with pytest.raises(SetupRefused, match="KEYS_MISSING"):
            dsn(database.admin_dsn, role, own)
    for role in (*LOGINS, ADMINISTRATOR):
        with pytest.raises(SetupRefused, match="KEYS_MISSING"):
            password(role, own)


def test_a_hub_holds_nothing_of_the_subgraphs_that_run_elsewhere() -> None:
    alone, with_all = {*hub_keys(SUBGRAPHS)}, {*hub_keys(())}
    assert "nir" not in alone
    assert {f"context-{name}" for name in SUBGRAPHS} <= alone
    assert not {f"role-{name}_query" for name in SUBGRAPHS} & alone
    assert {f"role-{name}_query" for name in SUBGRAPHS} | {"nir"} <= with_all
    assert not {f"context-{name}" for name in SUBGRAPHS} & with_all
    for names in (alone, with_all):
        assert "database" not in names
        assert not {name for name in names if name.endswith("ingest") or name.startswith("webhook")}
    assert set(hub_roles(SUBGRAPHS)) < set(hub_roles(()))
