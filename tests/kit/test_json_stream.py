"""Records of a JSON document cut out one at a time are those of the document read whole, wherever chunks end."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from random import Random
from typing import Any

import pytest

from subgraphs.kit.ingest import json_stream
from subgraphs.kit.ingest.ingestion_report import Refused
from subgraphs.kit.ingest.json_records import loads
from subgraphs.kit.ingest.json_stream import records


def whole(content: Any) -> list[Any]:
    return [("whole", content)]


def read(tmp_path: Path, content: bytes, *, is_list: bool = True) -> list[Any]:
    """What is read of a file, codes and places of refusals as text; a refusal of the rest is the last one."""
    path = tmp_path / "file.json"
    path.write_bytes(content)
    results: list[Any] = []
    try:
        results.extend(records(path, "items", whole, is_list=is_list))
    except Refused as refused:
        results.append(f"end: {refusal_text(refused)}")
    return [refusal_text(record) if isinstance(record, Refused) else record for record in results]


def refusal_text(refused: Refused) -> str:
    code, *rest = str(refused).split()
    place = [] if refused.line is None else ["line", str(refused.line)]
    return " ".join([code, *place, *rest])


def value(random: Random, depth: int) -> Any:
    kind = random.randrange(8 if depth else 5)
    if kind < 5:
        return random.choice([None, True, -1.5e3, "", 'a "b" \\ [c] {d}, é\u2028\n', "x" * random.randrange(40), 12])
    if kind < 7:
        return {f'k"{number}[': value(random, depth - 1) for number in range(random.randrange(4))}
    return [value(random, depth - 1) for _ in range(random.randrange(4))]


@pytest.mark.parametrize("chunk", [1, 7, 64, 1 << 18])
def test_records_are_those_of_the_document_read_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    monkeypatch.setattr(json_stream, "CHUNK", chunk)
    random = Random(chunk)
    for _ in range(60):
        items = [value(random, 3) for _ in range(random.randrange(5))]
        before = {f"before {number}": value(random, 2) for number in range(random.randrange(3))}
        document: Any = random.choice([items, {**before, "items": items, "after": value(random, 2)}, before])
        indent, ascii_only = random.choice([None, 1]), random.random() < 0.5
        content = json.dumps(document, indent=indent, ensure_ascii=ascii_only).encode()
        expected = items if document is not before else whole(before)
        assert read(tmp_path, b" \n" * random.randrange(2) + content) == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b'[{"a": 1}, {"a": 1, "a": 2}, {"a": NaN}, {"a" 1}, {"a": "\xe9"}, {"a": 2}]',
         [{"a": 1}, "JSON_DUPLICATE_KEY", "JSON_NUMBER", "JSON_INVALID line 1 column 47", "ENCODING_WRONG not UTF-8",
          {"a": 2}]),
        (b'{"items": [\n {"a": 1},\n  {"a": 01}\n]}', [{"a": 1}, "JSON_INVALID line 3 column 10"]),
        (b'{"n": 1, "n": 2, "items": [1]}', ["end: JSON_DUPLICATE_KEY"]),
        (b'{"items": [1], "items": [2]}', [1, "end: JSON_DUPLICATE_KEY after the list"]),
        (b'{"items": [1]} trailing', [1, "end: JSON_INVALID after the list"]),
        (b'[{"a": 1}, {"a": ', [{"a": 1}, "end: TRUNCATED line 1 column 13"]),
        (b'[{"a": 1}', [{"a": 1}, "end: TRUNCATED line 1 column 10"]),
        (b'[{"a": 1} {"a": 2}]', [{"a": 1}, "end: JSON_INVALID line 1 column 11"]),
        (b'[{"a": 1},]', [{"a": 1}, "end: JSON_INVALID line 1 column 11"]),
        (b"[]", []),
        (b'{"items": []}', []),
        (b'{"items": {}}', [("whole", {"items": {}})]),
        (b'{"items": ', ["end: TRUNCATED line 1 column 11"]),
        (b'{"other": {"items": [1]}}', [("whole", {"other": {"items": [1]}})]),
        (b'\xef\xbb\xbf\xef\xbb\xbf[1]', ["end: JSON_INVALID line 1 column 1"]),
        (b'[\xef\xbb\xbf1]', ["JSON_INVALID line 1 column 2"]),
        ("[1]".encode("utf-16"), ["end: ENCODING_WRONG not UTF-8"]),
        (b"[" + b"[" * 100_000 + b"]" * 100_000 + b", 2]", ["JSON_INVALID RecursionError", 2]),
    ],
)  # fmt: skip
def test_what_is_no_strict_json_is_refused_at_its_place(tmp_path: Path, content: bytes, expected: list[Any]) -> None:
    assert read(tmp_path, content) == expected


@pytest.mark.parametrize("chunk", [1, 1 << 18])
@pytest.mark.parametrize("document", [b"[1, 2]", b'{"page": 1, "items": [1, 2]}'])
def test_the_mark_of_utf_8_may_open_a_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, document: bytes, chunk: int
) -> None:
    monkeypatch.setattr(json_stream, "CHUNK", chunk)
    assert read(tmp_path, b"\xef\xbb\xbf" + document) == read(tmp_path, document) == [1, 2]


def test_a_list_is_no_page_where_a_page_is_asked_for(tmp_path: Path) -> None:
    assert read(tmp_path, b"[1]", is_list=False) == [("whole", [1])]


def test_a_record_that_never_ends_is_refused_before_it_fills_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_stream, "LARGEST", 1 << 19)
    assert read(tmp_path, b'[{"a": "' + b"x" * (1 << 20)) == ["end: RECORD_TOO_LARGE"]


def test_memory_does_not_grow_with_the_document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_stream, "CHUNK", 1 << 14)
    record = json.dumps({"id": "essai--1", "nom": "x" * 500, "thematiques": ["a", "b"]}).encode()
    peaks = []
    for count in (200, 2_000):
        path = tmp_path / f"{count}.json"
        path.write_bytes(b'{"items": [' + b", ".join([record] * count) + b"]}")
        tracemalloc.start()
        assert sum(1 for _ in records(path, "items", whole)) == count
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert loads(path.read_bytes())["items"][0]["id"] == "essai--1"
    assert peaks[1] < 1.2 * peaks[0]
