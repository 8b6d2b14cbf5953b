"""A hub in the test's process over the canary world, for the tests of one module."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from demo.cast import CD_08
from demo.token_issuer import DemoActor
from tests.conftest import Database
from tests.e2e.canary_inside import Inside, inside
from tests.e2e.canary_world import World, build

DPO = DemoActor(
    "dpo",
    "dpo",
    ("droits", "audit"),
    "",
    {"organisation": CD_08.siret, "organisation_type": CD_08.type, "departments": [CD_08.department]},
)
"""Reads of everyone of the département, and much of it reduced."""
SIGNING = "referent-contrat"
"""Référent A, who may declare the purpose of contracts too."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Place of the module's files and of its issuer's keys."""
    return tmp_path_factory.mktemp("attacks")


@pytest.fixture(scope="module")
def world(database: Database, folder: Path) -> World:
    """People and actors, in the module's database."""
    return asyncio.run(build(database, folder / "files"))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hub(world: World, database: Database, folder: Path) -> AsyncIterator[Inside]:
    """The hub, until the module's last test."""
    signing = replace(world.actors["referent-a"], name=SIGNING, purposes=("suivi", "contrat"))
    async with inside(database, {**world.actors, DPO.name: DPO, SIGNING: signing}, folder) as running:
        yield running
