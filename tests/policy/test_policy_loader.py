"""The policy files are read strictly: every error, with its file and line."""

from pathlib import Path

import pytest

from hub.policy.decide.policy_loader import POLICIES, PolicyError, load


def written(folder: Path, changes: dict[str, tuple[str, str]]) -> Path:
    """The policy files in force, each with the first occurrence of one text replaced."""
    for path in POLICIES.glob("*.toml"):
        text = path.read_text(encoding="utf-8")
        if path.name in changes:
            old, new = changes[path.name]
            assert old in text
            text = text.replace(old, new, 1)
        (folder / path.name).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("file", "old", "new", "place"),
    [
        ("grants.toml", 'relations = ["DEPARTMENT_BRSA"]', 'relation = ["DEPARTMENT_BRSA"]', "relations"),
        ("grants.toml", 'read = ["TRACE"]', 'read = ["TRASE"]', "TRASE"),
        ("grants.toml", 'actor = "dpo"', 'actor = "dop"', "dop"),
        ("grants.toml", 'retention = "training"', 'retention = "forever"', "forever"),
        ("actors.toml", 'REFERENT = "agent"', 'REFERENT = "organisation"', "REFERENT"),
        ("purposes.toml", "abstract = true", 'abstract = "yes"', "abstract"),
        ("prohibitions.toml", 'level = "FULL"', 'level = "HALF"', "HALF"),
        ("reductions.toml", 'how = "whole"', 'how = "hole"', "how"),
        ("reductions.toml", 'how = "whole"', 'how = "deny"', "deny"),
        ("reductions.toml", 'how = "whole"', 'how = "whole", to = "Person.id"', "to"),
        ("reductions.toml", 'how = "whole"', 'how = "mask"', "mask"),
        ("actors.toml", 'purposes = ["iae"', 'purposes = ["iae", "iae"', "deux fois"),
        ("actors.toml", 'label = "', 'label = 3 # "', "label"),
        ("relations.toml", "[SELF]", "[SELFIE]", "SELFIE"),
        ("bases.toml", "opposition = true", "", "opposition"),
        ("retention.toml", '"referent_cd", "delegataire_rsa"]', '"referent_dc", "delegataire_rsa"]', "referent_dc"),
        ("retention.toml", 'actors = ["orienteur_cd", "referent_cd", "delegataire_rsa"]', "actors = []", "actors"),
        ("retention.toml", 'types = ["Referral"]', 'types = ["JobApplication"]', "JobApplication"),
        ("retention.toml", 'since = "la réponse du service"', "", "since"),
    ],
)
def test_a_typo_in_a_policy_file_stops_the_start_and_names_file_and_line(
    tmp_path: Path, file: str, old: str, new: str, place: str
) -> None:
    with pytest.raises(PolicyError) as caught:
        load(written(tmp_path, {file: (old, new)}))
    assert caught.value.detail.startswith(f"{file}:")
    assert caught.value.detail.split(":")[1].isdigit()
    assert place in caught.value.detail


def test_all_the_errors_of_a_stage_are_told_each_at_its_line(tmp_path: Path) -> None:
    changed = {
        "grants.toml": ('read = ["TRACE"]', 'read = ["TRASE"]'),
        "prohibitions.toml": ('level = "FULL"', 'level = "HALF"'),
        "reductions.toml": ('coordinate = "Household.dependentChildren", how = "sibling"', 'how = "sibling"'),
    }
    lines = {}
    for name, (old, _) in changed.items():
        text = (POLICIES / name).read_text(encoding="utf-8")
        lines[name] = text[: text.index(old)].count("\n") + 1
    with pytest.raises(PolicyError) as caught:
        load(written(tmp_path, changed))
    assert [problem.rsplit(":", 1)[0] for problem in caught.value.problems] == [f"{n}:{at}" for n, at in lines.items()]


def test_what_is_no_toml_is_told_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(PolicyError) as caught:
        load(written(tmp_path, {"bases.toml": ("opposition = true", "opposition")}))
    text = (POLICIES / "bases.toml").read_text(encoding="utf-8")
    at = text[: text.index("opposition = true")].count("\n") + 1
    assert caught.value.problems[0].startswith(f"bases.toml:{at}: ")


@pytest.mark.parametrize("name", ["grants", "prohibitions"])
def test_an_id_is_given_once(tmp_path: Path, name: str) -> None:
    written(tmp_path, {})
    text = (tmp_path / f"{name}.toml").read_text(encoding="utf-8")
    first = text[text.index("[[") : text.index("[[", text.index("[[") + 2)]
    (tmp_path / f"{name}.toml").write_text(f"{text.rstrip()}\n\n{first.rstrip()}\n", encoding="utf-8")
    with pytest.raises(PolicyError) as caught:
        load(tmp_path)
    assert caught.value.problems[0].startswith(f"{name}.toml:{text.rstrip().count(chr(10)) + 3}: ")


def test_a_rule_file_that_nothing_reads_is_refused_rather_than_ignored(tmp_path: Path) -> None:
    (written(tmp_path, {}) / "grant.toml").write_text("", encoding="utf-8")
    with pytest.raises(PolicyError) as caught:
        load(tmp_path)
    assert caught.value.problems == ("grant.toml:1: aucun fichier de ce nom n'est lu",)
