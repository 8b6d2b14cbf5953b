"""The keys that sign calls to subgraphs are changed while hub and subgraphs, each its own process, go on."""

from __future__ import annotations

import shutil
import time
from dataclasses import replace
from pathlib import Path

import httpx2

from infra.keys import Keys
from schema.context import HEADER, Context, seal
from schema.overlapping_keys import accepted
from schema.residual import Residual
from tests.cli.commands import hub
from tests.conftest import Database
from tests.e2e.site import PATIENCE, Process, serve
from tests.pinned_graph import graph

BODY = b'{"query":"{ __typename }"}'


def status(process: Process, key: bytes) -> int:
    """Of a call signed under this key."""
    now, policy = int(time.time()), graph().table.digest
    context = Context("actor", "referent_cd", None, "suivi", (), policy, "class", Residual({}, {}, ()), now)
    header = seal(context, audience="people", body=BODY, key=key, now=now)
    sent = {HEADER: header, "content-type": "application/json"}
    return httpx2.post(f"{process.url}/graphql", content=BODY, headers=sent, timeout=PATIENCE).status_code


def test_a_key_is_changed_without_a_call_lost_and_the_old_one_ends(database: Database, tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    shutil.copytree(database.keys.directory, folder)
    old = Keys.load(folder)
    hub("keys", "rotate", "nir", "--keys", folder).check_refused("KEY_FIXED")
    rotation = hub("keys", "rotate", "context-people", "--keys", folder)
    assert rotation.code == 0, rotation.err
    assert hub("keys", "rotate", "--keys", folder).check_refused("KEYS_OVERLAP")
    new = Keys.load(folder)
    before, after, offers = old.context("people"), new.context("people"), new.context("offers")
    assert after != before
    assert accepted(after) == (after, before)
    assert offers == old.context("offers")
    needed = {"context-people", "context-people.previous", "nir", "cursors", "role-people_query", "role-people_write"}
    for path in folder.iterdir():
        if path.name not in needed:
            path.unlink()  # the process of a subgraph holds no key of another's
    own = replace(database, keys=new)
    with serve("people", own, tmp_path) as process:
        assert [status(process, key) for key in (before, after, offers)] == [200, 200, 401]
    assert hub("keys", "end", "context-people", "--keys", folder).code == 0
    with serve("people", own, tmp_path) as process:
        assert [status(process, key) for key in (before, after)] == [401, 200]
