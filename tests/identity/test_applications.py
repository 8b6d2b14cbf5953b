"""The settings name partners' applications exactly, each with existing scopes."""

from __future__ import annotations

from pathlib import Path

import pytest

from demo.token_issuer import Issuer
from hub.errors import IdentityRefused, StartRefused
from hub.identity.actor import CLAIM
from hub.identity.applications import Applications, Client
from hub.identity.issuer import Issuer as Trusted
from hub.policy.decide.policy_loader import load
from hub.settings import load_settings

APPLICATION = """
[[clients]]
issuer = "https://demo.spie-hub.example"
client = "other"
organisation = "99900090800017"
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('client = "other"', 'client = "demo"'),
        ('client = "other"', 'client = "parcours-partage"'),
        ('client = "other"', "client = 3"),
        ("demo.spie-hub.example", "unknown.example"),
        ('organisation = "99900090800017"', 'organisation = ""'),
        ('organisation = "99900090800017"', 'organisation = "99900090800017"\nscopes = "parcours"'),
        ('organisation = "99900090800017"', 'organisation = "99900090800017"\nscope = ["parcours"]'),
    ],
)
def test_an_application_that_is_not_exactly_said_stops_the_start(tmp_path: Path, old: str, new: str) -> None:
    path = Issuer(tmp_path).write_settings({})
    path.write_text(path.read_text(encoding="utf-8") + APPLICATION, encoding="utf-8")
    assert "other" in {client.name for client in load_settings(path).clients}
    assert old in APPLICATION
    path.write_text(path.read_text(encoding="utf-8").replace(APPLICATION, APPLICATION.replace(old, new)), "utf-8")
    with pytest.raises(StartRefused, match="SETTINGS_INVALID"):
        load_settings(path)


@pytest.mark.parametrize("scopes", [("parkour",), ("parcours", "twice")])
def test_a_scope_that_there_is_not_or_two_for_one_kind_of_user_stop_the_start(scopes: tuple[str, ...]) -> None:
    scopes_of_clients = load().clients
    with pytest.raises(StartRefused, match="SETTINGS_INVALID") as refused:
        Applications([Client("i", "app", "s", scopes)], {**scopes_of_clients, "twice": scopes_of_clients["parcours"]})
    assert "app" in refused.value.message


def test_an_issuer_that_serves_a_partner_says_which_applications_are_its_own(tmp_path: Path) -> None:
    """Else whichever token names the partner's application by another claim, or none at all, would be its user's own,
    and open all of that user's rights."""
    path = Issuer(tmp_path).write_settings({})
    text = path.read_text(encoding="utf-8")
    assert 'clients = ["demo"]\n' in text
    path.write_text(text.replace('clients = ["demo"]\n', ""), encoding="utf-8")
    with pytest.raises(StartRefused, match="SETTINGS_INVALID") as refused:
        load_settings(path)
    assert "parcours-partage" in refused.value.message


@pytest.mark.parametrize("name", ["", "\n", "a\x00b", "a" * 256])
@pytest.mark.parametrize("delegated", [True, False])
def test_an_actor_without_a_name_that_the_journal_can_tell_is_none(name: str, *, delegated: bool) -> None:
    policy = load()
    applications = Applications([Client("i", "app", "99900090800017", ("mon_parcours",))], policy.clients)

    def caller(subject: str) -> str:
        claims = {"purposes": ["droits"], "habilitated_until": 10}
        user = {
            "sub": subject,
            CLAIM: {**claims, "kind": "beneficiaire", "person": "0b5f4d0e-6a86-5d1c-9f4a-52d3a5f0c7e1"},
        }
        body = {"kind": "partenaire", "organisation": "99900090800017", "organisation_type": "autre"}
        app = {"sub": "app", CLAIM: {**claims, **body}, "act": user}
        claims = {"iss": "i", "client_id": "app", "exp": 10, **(app if delegated else user)}
        return applications.caller(claims, Trusted("i", "Ed25519", {}), policy.actors, 1).id

    assert caller("a" * 255) == "i#" + "a" * 255
    with pytest.raises(IdentityRefused, match="TOKEN_REFUSED"):
        caller(name)
