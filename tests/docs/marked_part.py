"""Parts of a page that a program writes: they stand between two comments that name them."""

from __future__ import annotations


def replaced(page: str, name: str, content: str) -> str:
    """The page with this content between the markers `name`."""
    start, end = f"<!-- {name} : généré -->\n", f"<!-- fin : {name} -->"
    before, _, rest = page.partition(start)
    _, closing, after = rest.partition(end)
    assert closing, f"no markers « {name} » in the page: put back {start.strip()} and {end}"
    return f"{before}{start}{content}{end}{after}"
