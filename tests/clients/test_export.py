"""`hub export` against a running hub: the rows of the plain list in each form, whenever it is killed, with reasons."""

from __future__ import annotations

import asyncio
import csv
import fcntl
import io
import stat
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet  # type: ignore[import-untyped]
import pytest

from hub.errors import ExportRefused
from hub.export.formats import FORMULA, write_csv
from hub.export.list_query import read_list_query
from hub.export.pages_file import PagesFile
from tests.cli.commands import Result, hub
from tests.clients.conftest import Served
from tests.conftest import ROOT
from tests.forked import ForkedHub

OFFICER, TRAINER, STATISTICIAN = "orienteur", "organisme-formation", "statisticien"
PURPOSES = {OFFICER: "orientation", TRAINER: "formation", STATISTICIAN: "statistique"}
QUERY = """query People($first: Int = 15, $after: String) { persons(first: $first, after: $after) {
    nodes { id lastName birthDate rsa { status } provenance { asOf } orientations { id startsOn pathway }
        contact { phones } }
    pageInfo { hasNextPage endCursor } } }"""
DELTA = """query Delta($since: String) { changes(since: $since, first: 20) {
    nodes { id lastName } withdrawn { id kind into } pageInfo { hasNextPage endCursor } } }"""
COLUMNS = ["id", "lastName", "birthDate", "rsa.status", "provenance.asOf", "orientations", "contact.phones"]


class Exporter:
    """Exports into a folder of its own, as one of the demonstration's actors."""

    def __init__(self, served: Served, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.served, self.folder, self.environment = served, folder, monkeypatch

    def arguments(self, name: str, query: str = QUERY, actor: str = OFFICER, *more: str) -> list[str]:
        """The command line of an export to the file of this name; its form is the end of the name."""
        self.environment.setenv("HUB_TOKEN", self.served.token(actor))
        path = self.folder / "query.graphql"
        path.write_text(query, encoding="utf-8")
        output = str(self.folder / name)
        options = ["--query", str(path), "--format", name.rpartition(".")[2], "--output", output]
        return ["export", *options, "--url", self.served.url, "--purpose", PURPOSES[actor], *more]

    def run(self, name: str, query: str = QUERY, actor: str = OFFICER, *more: str) -> Result:
        """Run an export in this process."""
        return hub(*self.arguments(name, query, actor, *more))

    def rows(self, name: str) -> list[dict[str, Any]]:
        """The rows of an NDJSON file."""
        return [orjson.loads(line) for line in (self.folder / name).read_bytes().splitlines()]

    def disclosures(self) -> int:
        """How many answers the journal holds."""
        return int(self.fetch("SELECT count(DISTINCT request) FROM journal.disclosure"))

    def fetch(self, statement: str, *values: Any) -> Any:
        """The first value of a statement of the administrator."""

        async def fetched() -> Any:
            connection = await self.served.site.database.connect()
            try:
                return await connection.fetchval(statement, *values)
            finally:
                await connection.close()

        return asyncio.run(fetched())

    def listed(self, actor: str = OFFICER) -> list[dict[str, Any]]:
        """The elements of the plain list."""
        nodes: list[dict[str, Any]] = []
        after, more = None, True
        while more:
            page = self.served.site.ask(actor, QUERY, after=after)["data"]["persons"]
            nodes += page["nodes"]
            more, after = page["pageInfo"]["hasNextPage"], page["pageInfo"]["endCursor"]
        return nodes


@pytest.fixture
def exporter(served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Exporter:
    return Exporter(served, tmp_path, monkeypatch)


def flat(node: dict[str, Any]) -> dict[str, Any]:
    """A node of the query as a row."""
    values = (node["id"], node["lastName"], node["birthDate"], (node["rsa"] or {}).get("status"))
    return dict(
        zip(
            COLUMNS,
            (
                *values,
                (node["provenance"] or {}).get("asOf"),
                node["orientations"],
                (node["contact"] or {}).get("phones"),
            ),
            strict=True,
        )
    )


def test_each_form_holds_the_rows_of_the_plain_list_for_its_owner_alone_and_the_journal_knows(
    exporter: Exporter,
) -> None:
    before = exporter.disclosures()
    result = exporter.run("people.ndjson")
    assert result.code == 0, result.err
    rows = exporter.rows("people.ndjson")
    assert exporter.disclosures() - before == -(-len(rows) // 15)
    assert rows == [flat(node) for node in exporter.listed()]
    assert len(rows) > 60
    assert list(rows[0]) == COLUMNS
    for form in ("csv", "parquet"):
        result = exporter.run(f"people.{form}")
        assert result.code == 0, result.err
        assert [row["lastName"] for row in rows if row["lastName"] in result.out + result.err] == []
    text = (exporter.folder / "people.csv").read_bytes().decode()
    head, *lines = csv.reader(io.StringIO(text, newline=""))
    assert head == COLUMNS
    assert [line[:5] for line in lines] == [
        ["" if row[name] is None else row[name] for name in COLUMNS[:5]] for row in rows
    ]
    assert [orjson.loads(line[5] or "null") for line in lines] == [row["orientations"] for row in rows]
    assert text.count("\r\n") == len(rows) + 1
    table = pyarrow.parquet.read_table(exporter.folder / "people.parquet")
    assert table.schema.names == COLUMNS
    assert table.schema.field("birthDate").type == pa.date32()
    days = [row["birthDate"] and date.fromisoformat(row["birthDate"]) for row in rows]
    assert table["birthDate"].to_pylist() == days
    assert table["provenance.asOf"].type == pa.timestamp("ms", "UTC")
    orientations = table["orientations"].to_pylist()
    assert [[item["id"] for item in items or ()] for items in orientations] == [
        [item["id"] for item in row["orientations"] or ()] for row in rows
    ]
    assert {type(item["startsOn"]) for items in orientations for item in items or ()} <= {date, type(None)}
    files = sorted(path.name for path in exporter.folder.iterdir() if path.name != "query.graphql")
    assert files == sorted(
        f"people.{form}{end}" for form in ("csv", "ndjson", "parquet") for end in ("", ".access.json")
    )
    assert {stat.S_IMODE((exporter.folder / name).stat().st_mode) for name in files} == {0o600}


def test_a_column_that_is_withheld_is_told_from_one_that_is_empty(exporter: Exporter) -> None:
    result = exporter.run("people.ndjson", QUERY, TRAINER)
    assert result.code == 0, result.err
    rows = exporter.rows("people.ndjson")
    assert rows
    assert {row["rsa.status"] for row in rows} == {None}
    access = orjson.loads((exporter.folder / "people.ndjson.access.json").read_bytes())
    assert access["columns"] == COLUMNS
    reasons = {
        column: entry["reason"] for entry in access["access"] for column in entry["columns"] if "reason" in entry
    }
    assert reasons["rsa.status"] == "FIELD_NOT_FOR_ACTOR"
    assert "id" not in reasons
    withheld = exporter.run("none.csv", QUERY, STATISTICIAN)
    assert "Traceback" not in withheld.err
    withheld.check_refused("EXPORT_WITHHELD")
    assert not (exporter.folder / "none.csv").exists()
    assert exporter.run("none.csv").code == 0  # corrected: nothing of the run that read no page is in the way
    mistyped = exporter.run("none.csv", QUERY, OFFICER, "--variables", '{"departement": "08"}')
    assert "« $departement »" in mistyped.check_refused("ARGUMENT_INVALID", 1)


def test_an_export_that_is_killed_goes_on_from_its_last_whole_page(exporter: Exporter) -> None:
    name = "people.ndjson"
    arguments = exporter.arguments(name, QUERY.replace("= 15", "= 1"))
    part = exporter.folder / f"{name}.part"
    for pages in (5, 12):
        with ForkedHub(arguments) as process:
            while not part.exists() or part.read_bytes().count(b"\n") <= pages:
                assert process.poll() is None
            process.kill()
        content = part.read_bytes()
        torn = content[: content.rindex(b"\n", 0, -1) + 9]  # the middle of a page, as a kill may leave it
        part.write_bytes(torn)
    assert not (exporter.folder / name).exists()
    assert stat.S_IMODE(part.stat().st_mode) == 0o600
    read, before = torn.count(b"\n") - 1, exporter.disclosures()
    result = hub(*arguments)
    assert result.code == 0, result.err
    rows = exporter.rows(name)
    assert rows == [flat(node) for node in exporter.listed()]
    assert exporter.disclosures() - before >= len(rows) - read
    assert not part.exists()


def test_what_was_read_a_day_ago_is_read_anew_and_what_another_export_left_is_refused(exporter: Exporter) -> None:
    assert exporter.run("people.ndjson").code == 0
    rows = exporter.rows("people.ndjson")
    second = exporter.run("others.ndjson", QUERY, TRAINER)
    assert second.code == 0, second.err
    part = exporter.folder / "people.ndjson.part"
    head: dict[str, Any] = {"export": "0" * 64, "since": int((datetime.now(UTC) - timedelta(hours=23)).timestamp())}
    page = {"rows": [["LEFT"]], "cursor": "x", "access": []}
    part.write_bytes(orjson.dumps(head) + b"\n" + orjson.dumps(page) + b"\n")
    assert "effacez ce fichier" in exporter.run("people.ndjson").check_refused("EXPORT_OTHER")
    part.write_bytes(orjson.dumps(head | {"since": head["since"] - 7200}) + b"\n" + orjson.dumps(page) + b"\n")
    assert exporter.run("people.ndjson").code == 0
    assert exporter.rows("people.ndjson") == rows
    with part.open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        exporter.run("people.ndjson").check_refused("EXPORT_RUNNING")


@pytest.mark.parametrize("line", [b"CANARI", b"[]", b"{}", b'{"export": "x", "since": 2}\n{"rows": [["CANARI"]]}'])
def test_pages_that_are_damaged_are_refused_without_a_value(line: bytes, tmp_path: Path) -> None:
    (tmp_path / "people.csv.part").write_bytes(line + b"\n")
    with pytest.raises(ExportRefused, match="EXPORT_OTHER") as refused, PagesFile(tmp_path / "people.csv", "x", 1):
        pass
    assert "CANARI" not in str(refused.value)


def test_pages_without_a_cursor_are_read_anew_since_nothing_tells_whose_they_are(tmp_path: Path) -> None:
    head, page = {"export": "x", "since": 1}, {"rows": [], "cursor": None, "access": [{"code": "CANARI"}]}
    (tmp_path / "people.csv.part").write_bytes(orjson.dumps(head) + b"\n" + orjson.dumps(page) + b"\n")
    with PagesFile(tmp_path / "people.csv", "x", 1) as stored:
        assert (list(stored.pages()), stored.rows, stored.cursor) == ([], 0, None)


def test_pages_that_are_all_there_are_written_for_whom_they_were_read_alone(exporter: Exporter) -> None:
    for query, name in ((QUERY, "people.ndjson"), (DELTA, "all.ndjson")):
        output = exporter.folder / name
        output.mkdir()
        exporter.run(name, query).check_refused("OUTPUT_UNWRITABLE")
        output.rmdir()
        refused = exporter.run(name, query, TRAINER)
        assert refused.err.endswith(("[EXPORT_OTHER]\n", "[CHANGES_RESTART]\n")), refused.err
        assert not output.exists()
        assert exporter.run(name, query).code == 0
        rows = exporter.rows(name)
        assert len({row["id"] for row in rows}) == len(rows) == len(exporter.listed())


def test_a_delta_goes_on_from_the_cursor_of_the_last_one_and_names_who_left(exporter: Exporter) -> None:
    result = exporter.run("all.ndjson", DELTA)
    assert result.code == 0, result.err
    cursor = result.out.splitlines()[-1]
    first, second, *_ = exporter.rows("all.ndjson")
    link = "DELETE FROM access.link WHERE person_id = $1"
    exporter.fetch(link, UUID(first["id"]))
    exporter.fetch("UPDATE people.person SET last_name = $2 WHERE id = $1", UUID(second["id"]), "=AUTRE")
    assert exporter.run("delta.ndjson", DELTA, OFFICER, "--since", cursor).code == 0
    assert sorted(exporter.rows("delta.ndjson"), key=lambda row: str(row["withdrawn.kind"])) == [
        {"id": second["id"], "lastName": "=AUTRE", "withdrawn.kind": None, "withdrawn.into": None},
        {"id": first["id"], "lastName": None, "withdrawn.kind": "WITHDRAWN", "withdrawn.into": None},
    ]
    other_query = DELTA.replace("lastName", "firstName")
    exporter.run("other.ndjson", other_query, OFFICER, "--since", cursor).check_refused("CHANGES_RESTART")
    assert not (exporter.folder / "other.ndjson.part").exists()


def test_no_cell_is_a_formula_and_each_text_is_found_again() -> None:
    texts = [f"{sign}HYPERLINK(1)" for sign in FORMULA] + ["a,b", 'dit "oui"', "deux\r\nlignes", "", "É 🙂", "-"]
    pages: Sequence[Any] = [[[text, None, 3, True, [text]] for text in texts]]
    file = io.BytesIO()
    write_csv(file, ["a", "b", "c", "d", "e"], (), pages)
    _, *lines = csv.reader(io.StringIO(file.getvalue().decode(), newline=""))
    assert [line for line in lines if line[0].startswith(FORMULA[:-1])] == []
    assert [line[0].removeprefix("'") for line in lines] == texts
    assert {tuple(line[1:4]) for line in lines} == {("", "3", "true")}
    assert [orjson.loads(line[4]) for line in lines] == [[text] for text in texts]
    assert b'\r\n"",,' in file.getvalue()


def test_a_query_takes_the_fragments_of_the_files_beside_it() -> None:
    query = read_list_query(ROOT / "clients" / "operations" / "changes.graphql")
    assert ({"id", "lastName", "rsa.status"} <= {*query.names}, query.is_delta) == (True, True)
    assert [node.name.value for node in query.operation.fragments] == ["ListedPerson", "PageBounds"]


def refused() -> Iterator[Any]:
    """What is refused before anything is asked: the query, more arguments, the code."""
    yield "query A { me { id } }", (), "EXPORT_NOT_A_LIST"
    yield "query A($a: String) { person(id: $a) { id } }", (), "OPERATION_INVALID"
    yield "query A { me { ...Nowhere } }", (), "OPERATION_INVALID"
    yield "{ me { id } }", (), "OPERATION_NAME"
    yield QUERY + DELTA, (), "OPERATIONS_SEVERAL"
    yield DELTA.replace("withdrawn { id kind into }", ""), (), "EXPORT_WITHDRAWN"
    yield DELTA.replace("id lastName", "lastName"), (), "EXPORT_WITHDRAWN"
    yield QUERY, ("--since", "x"), "ARGUMENT_INVALID"
    yield QUERY, ("--variables", "[]"), "ARGUMENT_INVALID"
    yield QUERY, ("--url", "http://hub.exemple.fr/graphql"), "ARGUMENT_INVALID"
    yield QUERY, ("--reference", "a\nb"), "ARGUMENT_INVALID"
    yield QUERY, ("--output", "/nowhere/at/all.csv"), "OUTPUT_UNWRITABLE"
    yield QUERY, ("--purpose", "suivi"), "PURPOSE_NOT_GRANTED"


def test_parquet_without_its_package_is_refused_before_anything_is_read(exporter: Exporter) -> None:
    """As on a server, whose lock has none."""
    exporter.environment.setattr("hub.export.formats.find_spec", lambda name: None)
    assert "spie-hub[parquet]" in exporter.run("people.parquet").check_refused("PARQUET_MISSING")
    assert [path.name for path in exporter.folder.iterdir()] == ["query.graphql"]
    assert exporter.run("people.csv").code == 0


@pytest.mark.parametrize(("query", "more", "code"), list(refused()))
def test_what_can_not_be_exported_is_refused_with_a_code(
    exporter: Exporter, query: str, more: tuple[str, ...], code: str
) -> None:
    assert "a\nb" not in exporter.run("x.csv", query, OFFICER, *more).check_refused(code)
    assert not (exporter.folder / "x.csv").exists()


def test_without_a_token_or_with_a_broken_one_nothing_is_asked(
    exporter: Exporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = exporter.arguments("x.csv")
    for token in ("", "secret é", "a b"):
        monkeypatch.setenv("HUB_TOKEN", token)
        assert "secret" not in hub(*arguments).check_refused("EXPORT_WITHOUT_TOKEN")
    monkeypatch.delenv("HUB_TOKEN")
    for name, value in (("TOKEN_URL", "http://127.0.0.1:9/token"), ("CLIENT_ID", "a"), ("CLIENT_SECRET", "secret")):
        hub(*arguments).check_refused("EXPORT_WITHOUT_TOKEN")
        monkeypatch.setenv(f"HUB_{name}", value)
