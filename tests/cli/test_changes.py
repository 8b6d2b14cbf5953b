"""`hub changes`: what is old goes, and the history begins anew."""

from __future__ import annotations

from tests.cli.commands import hub
from tests.conftest import Database


def test_old_changes_go_and_cursors_end_with_their_history(fresh_database: Database) -> None:
    place = {"database_url": fresh_database.admin_dsn}
    result = hub("changes", "expire", "--keys", fresh_database.keys.directory, **place)
    assert (result.code, result.out, result.err) == (0, "Lignes effacées : 0.\n", "")
    result = hub("changes", "restart", "--keys", fresh_database.keys.directory, **place)
    assert (result.code, result.err) == (0, "")
