"""Settings, policies and pages of an export that are almost sound: read, or refused by their code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from demo.token_issuer import Issuer
from hub.errors import ExportRefused, StartRefused
from hub.export.pages_file import PagesFile
from hub.policy.decide.policy_loader import POLICIES, PolicyError, load
from hub.settings import load_settings
from tests.draws import FOREIGN
from tests.fuzz.foreign import changed_bytes, changed_json, foreign, read_or_refused

PAGES = [
    {"export": "x", "since": 1},
    {"rows": [["Martin", 1]], "cursor": "c", "access": [{"path": ["a"]}]},
    {"rows": [], "cursor": None, "access": []},
]
MORE = """
[requests]
actor = 100
seconds = 60

[misses]
most = 10

[[webhooks]]
source = "rdv-insertion"
organisation = "cd08"
department = "08"

[subgraphs.offers]
url = "http://127.0.0.1:1/graphql"
retries = 1

[shared]
prefix = "a"
timeout_seconds = 0.5
"""


def test_settings_of_any_bytes_are_read_or_refused(tmp_path: Path) -> None:
    path = Issuer(tmp_path).write_settings({"26080001000017": ["suivi"]}, {"26080001000017": "Commune"})
    sample = path.read_bytes() + MORE.encode()
    path.write_bytes(sample)
    load_settings(path)

    @foreign
    @given(changed_bytes(sample))
    def check(content: bytes) -> None:
        path.write_bytes(content)
        read_or_refused(lambda: load_settings(path), StartRefused, shows=True)

    check()


def test_policies_of_any_bytes_are_read_or_refused(tmp_path: Path) -> None:
    samples = {path.name: path.read_bytes() for path in POLICIES.glob("*.toml")}
    for name, sample in samples.items():
        (tmp_path / name).write_bytes(sample)
    load(tmp_path)

    @settings(foreign, max_examples=max(FOREIGN // 4, 1))
    @given(
        st.sampled_from(sorted(samples)).flatmap(lambda name: st.tuples(st.just(name), changed_bytes(samples[name])))
    )
    def check(changed: tuple[str, bytes]) -> None:
        name, content = changed
        (tmp_path / name).write_bytes(content)
        read_or_refused(lambda: load(tmp_path), PolicyError, shows=True)
        (tmp_path / name).write_bytes(samples[name])

    check()


def lines(values: list[Any]) -> bytes:
    """JSON lines."""
    return b"".join(orjson.dumps(value, default=str) + b"\n" for value in values)


def test_pages_of_any_bytes_are_gone_on_from_or_refused(tmp_path: Path) -> None:
    output = tmp_path / "people.csv"

    @foreign
    @given(changed_json(PAGES) | changed_bytes(lines(PAGES)))
    def check(content: Any) -> None:
        try:
            data = content if isinstance(content, bytes) else lines(list(content))
        except TypeError:  # what no JSON of ours says
            return
        output.with_name("people.csv.part").write_bytes(data)

        def read() -> None:
            with PagesFile(output, "x", 1) as stored:
                assert stored.cursor is None or isinstance(stored.cursor, str)
                for page in stored.pages():
                    assert all(isinstance(row, list) for row in page.rows)
                    assert all(isinstance(entry, dict) for entry in page.access)
                    assert page.cursor is None or isinstance(page.cursor, str)

        read_or_refused(read, ExportRefused)

    check()
