"""What is wrong in settings is told in French, at its line, and names the file that it is about."""

from __future__ import annotations

from pathlib import Path

import pytest

from demo.token_issuer import Issuer
from hub.errors import StartRefused
from hub.settings import load_settings, mistakes_of

ISSUER = '[[issuers]]\nissuer = "i"\nalgorithm = "ES256"\nkeys = "{}"'
FILES = {
    "list.json": b"[]",
    "torn.json": b'{"a": ',
    "empty.json": b"{}",
    "latin.json": '{"é": 1}'.encode("latin-1"),
    "rows.json": b'{"format": "apollo-persisted-query-manifest", "version": 1, "operations": [{}]}',
}
"""Files that settings may name by mistake."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return Issuer(tmp_path).write_settings({})


@pytest.mark.parametrize(
    ("toml", "line", "problem"),
    [
        ('[subgraphs]\noffers = "ftp://o/"', 2, "« url » n'est pas une adresse : écrivez http(s)://hôte[:port]/chemin"),
        ('[subgraphs]\noffers = { url = "http://o:99999/" }', 2, "« url » n'est pas une adresse"),
        ('[subgraphs.mobility]\nurl = "http://o/"\nsld = "m.graphql"', 3, "« sld » n'est pas une clé admise ici"),
        ('[subgraphs.offers]\nurl = "http://o/"\nfailures = 0', 3, "« failures » doit être un entier >= 1"),
        ('[traces]\nendpoint = "http://[/"', 2, "« endpoint » n'est pas une adresse"),
        ('[checkpoints]\nwebhook = "o"', 2, "« webhook » n'est pas une adresse"),
        ('[[outgoing]]\nsystem = "emplois"\nurl = "http://o/"', 3, "« url » est une adresse https:// ; http:// pour"),
        (
            '[[sync]]\nsource = "ouiform"\naccount = "a"\npause = 30000',
            1,
            "« longest_pause » est au moins « pause »",
        ),
        ('[[documents]]\nclient = "c"\nmanifest = "list.json"', 1, "un manifeste est un objet JSON"),
        ('[[documents]]\nclient = "c"\nmanifest = "torn.json"', 1, "un manifeste est du JSON"),
        ('[[documents]]\nclient = "c"\nmanifest = "empty.json"', 1, "en a au moins un"),
        ('[[documents]]\nclient = "c"\nmanifest = "latin.json"', 3, "qui n'est pas un texte en UTF-8"),
        ('[[documents]]\nclient = "c"\nmanifest = "rows.json"', 1, "chaque opération du manifeste a un « id »"),
        (ISSUER.format("torn.json"), 4, "« keys » nomme « torn.json », qui n'est pas du JSON (ligne 1)"),
        (ISSUER.format("list.json"), 1, "le jeu de clés d'un émetteur ne se lit pas : il faut un JWK Set"),
        (ISSUER.format("rows.json"), 1, "le jeu de clés d'un émetteur ne se lit pas"),
        ('[[issuers]]\nissuer = "i"\nalgorithm = "none"\nkeys = "issuer.jwks.json"', 1, "« algorithm » est l'un de"),
        ('[[issuers]]\nissuer = ""\nalgorithm = "ES256"\nkeys = "issuer.jwks.json"', 1, "« issuer » est un texte"),
        ('[[issuers]]\nissuer = "i"\nalgorithm = "ES256"\nkey_url = "https://i/"', 4, "« key_url » n'est pas une clé"),
        ('[[issuers]]\nissuer = "i"\nalgorithm = "ES256"\nkeys_url = "https://i/"\nleast = 301', 1, "il faut 1 <="),
        ('[metrics]\ntoken = "latin.json"', 2, "qui n'est pas un texte en UTF-8"),
    ],
)
def test_what_is_wrong_is_said_in_french_at_its_line(path: Path, toml: str, line: int, problem: str) -> None:
    for name, text in FILES.items():
        (path.parent / name).write_bytes(text)
    before = path.read_text(encoding="utf-8")
    path.write_text(f"{before}\n{toml}\n", encoding="utf-8")
    place = f"{path.name}:{before.count(chr(10)) + 1 + line}: "
    problems = [mistake.removeprefix(place) for mistake in mistakes_of(path) if mistake.startswith(place)]
    assert any(text.startswith(problem) or problem in text for text in problems), mistakes_of(path)


@pytest.mark.parametrize(
    ("toml", "names"),
    [
        ('[notifications]\nauthorities = "absent.pem"', "absent.pem"),
        ('[traces]\nendpoint = "https://o/"\ncertificate = "list.json"\nkey = "rows.json"', "list.json, rows.json"),
    ],
)
def test_tls_files_that_do_not_read_are_named(path: Path, toml: str, names: str) -> None:
    for name, text in FILES.items():
        (path.parent / name).write_bytes(text)
    path.write_text(f"{path.read_text(encoding='utf-8')}\n{toml}\n", encoding="utf-8")
    with pytest.raises(StartRefused, match=rf"TLS_INVALID.*{names}"):
        load_settings(path)


@pytest.mark.parametrize("value", ["1" * 5000, "[" * 2000], ids=["a number too long", "brackets too deep"])
def test_what_python_can_not_read_of_toml_is_refused_like_the_rest(path: Path, value: str) -> None:
    path.write_text(f"deadline = {value}", encoding="utf-8")
    with pytest.raises(StartRefused) as caught:
        load_settings(path)
    assert caught.value.code == "SETTINGS_INVALID"
    assert "trop de chiffres, ou trop de crochets" in str(caught.value)
