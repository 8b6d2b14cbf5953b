"""An excerpt is one record of a file as a file of its own, whatever stands in it and around it."""

from __future__ import annotations

from pathlib import Path

import pytest

from subgraphs.kit.ingest.csv_rows import Rows
from subgraphs.kit.ingest.excerpts import LARGEST, ByEnding, Elements, Items, Lines, Pieces, Whole

CASES: dict[str, tuple[Pieces, bytes, dict[int, bytes]]] = {
    "a row with an end of line in a cell": (
        Rows("ab"),
        b'\xef\xbb\xbfa;b\r\n1;"x\n""y"""\r\n\r\n;\r\n2;z\r\n',
        {1: b'\xef\xbb\xbfa;b\r\n1;"x\n""y"""\r\n', 2: b"\xef\xbb\xbfa;b\r\n2;z\r\n"},
    ),
    "a row without an end, in another encoding": (
        Rows("ab"), b"a,b\n\xe9,1", {1: b"\xef\xbb\xbfa,b\n\xc3\xa9,1"}
    ),
    "a stray quote takes no other row": (
        Rows("ab"), b'a;b\n"x;1\ny;2\n', {1: b'\xef\xbb\xbfa;b\n"x;1\n', 2: b"\xef\xbb\xbfa;b\ny;2\n"}
    ),
    "a row of another shape": (
        Rows("ab"), b"a;b\n1\n2;3\n", {1: b"\xef\xbb\xbfa;b\n1\n", 2: b"\xef\xbb\xbfa;b\n2;3\n"}
    ),
    "a header alone": (Rows("ab"), b"a;b\n", {}),
    "lines": (Lines(), b"{}\n \n{\n", {1: b"{}\n", 2: b"{\n"}),
    "items of a page": (Items("results"), b'{"count": 2, "results": [{"a": "\xc3\xa9"}, 3]}',
                        {1: b'{"results": [{"a": "\xc3\xa9"}]}', 2: b'{"results": [3]}'}),
    "items of a list": (Items("results"), b"[[1], 2]", {1: b"[[1]]", 2: b"[2]"}),
    "a document that is one record": (Items("results"), b'{"a": 1}', {1: b'{"a": 1}'}),
    "no JSON": (Items("results"), b'{"results": [', {}),
    "elements, but not in comments": (
        Elements("f"),
        b"<?xml version='1.0'?><r><h/><!-- <f>0</f> --><f a='1'>1</f> <ff/><f/></r>",
        {1: b"<?xml version='1.0'?><r><h/><!-- <f>0</f> --><f a='1'>1</f></r>",
         2: b"<?xml version='1.0'?><r><h/><!-- <f>0</f> --><f/></r>"},
    ),
    "elements with a prefix, in a file cut off": (
        Elements("f"), b"<n:r><n:f>1</n:f><n:f>2", {1: b"<n:r><n:f>1</n:f><n:f>2"},
    ),
    "elements, without the total that their file announces": (
        Elements("f", "n"), b"<r><f>1</f><f>2</f><t><n>2</n><m>2</m></t></r>",
        {1: b"<r><f>1</f><t><m>2</m></t></r>", 2: b"<r><f>2</f><t><m>2</m></t></r>"},
    ),
    "nothing in elements": (Elements("f"), b"", {}),
    "a whole file": (Whole(), b"x", {1: b"x"}),
    "a suffix that is not listed": (ByEnding({".csv": Whole()}), b"x", {}),
}  # fmt: skip


@pytest.mark.parametrize(("pieces", "content", "cut"), CASES.values(), ids=CASES)
def test_each_record_is_cut_out_of_its_file(
    tmp_path: Path, pieces: Pieces, content: bytes, cut: dict[int, bytes]
) -> None:
    path = tmp_path / "file.json"
    path.write_bytes(content)
    assert pieces.excerpts(path, range(1, 10)) == cut
    assert pieces.excerpts(path, [2]) == {number: excerpt for number, excerpt in cut.items() if number == 2}
    assert pieces.excerpts(path, []) == {}


@pytest.mark.parametrize(
    ("pieces", "content"),
    [
        (Lines(), b"x" * (LARGEST + 1) + b"\ny\n"),
        (Items("results"), b'{"results": ["' + b"x" * LARGEST + b'", "y"]}'),
        (Elements("f"), b"<r><f>" + b"x" * LARGEST + b"</f><f>y</f></r>"),
    ],
    ids=["lines", "items", "elements"],
)
def test_a_record_that_is_too_large_has_no_excerpt_and_the_next_one_has(
    tmp_path: Path, pieces: Pieces, content: bytes
) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    assert [*pieces.excerpts(path, [1, 2])] == [2]


@pytest.mark.parametrize("beginning", [b"<f>", b"<f ", b"<!-- ", b"<![CDATA["])
def test_beginnings_without_an_end_are_read_once(tmp_path: Path, beginning: bytes) -> None:
    path = tmp_path / "file.xml"
    path.write_bytes(b"<r><f>1</f>" + beginning * 1_000_000)
    assert [*Elements("f").excerpts(path, [1, 2])] == [1]
