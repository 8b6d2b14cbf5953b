"""Nobody may send unless a row of the settings and a secret say so; a fault in either starts nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from demo.token_issuer import Issuer
from hub.errors import StartRefused
from hub.intake.sender_settings import SenderSettings
from hub.intake.senders import intake_keys
from hub.settings import load_settings
from infra.errors import SetupRefused
from infra.keys import Keys


def _sender(source: str) -> SenderSettings:
    return SenderSettings(source, "cd08", Path("organisations.toml"), "08", 60, 1)


def test_without_a_sender_nothing_starts() -> None:
    with pytest.raises(StartRefused, match="WEBHOOKS_MISSING"):
        intake_keys(())


def test_a_source_that_sends_nothing_or_does_not_exist_has_no_sender() -> None:
    with pytest.raises(StartRefused, match="WEBHOOKS_UNSUPPORTED"):
        intake_keys([_sender("rdv-insertion"), _sender("data-inclusion")])
    with pytest.raises(StartRefused, match="SOURCE_UNKNOWN"):
        intake_keys([_sender("inconnue")])


@pytest.mark.parametrize("source", ["rdv-insertion", "immersion-facile"])
def test_a_sender_of_whom_nothing_says_for_whom_it_speaks_starts_nothing(source: str) -> None:
    for row in (replace(_sender(source), department=None), replace(_sender(source), organisations=None)):
        with pytest.raises(StartRefused, match="WEBHOOKS_UNBOUNDED"):
            intake_keys([_sender("orientations"), row])


def test_a_sender_without_its_secret_starts_nothing(tmp_path: Path) -> None:
    Keys.create(tmp_path)
    with pytest.raises(SetupRefused, match=r"KEYS_MISSING.*webhook-rdv-insertion\.cd08"):
        Keys.load(tmp_path, intake_keys([_sender("rdv-insertion")]))


@pytest.mark.parametrize(
    "lines",
    [
        '[[webhooks]]\nsource = "rdv-insertion"\n',
        '[[webhooks]]\nsource = "rdv-insertion"\norganisation = "CD08"\n',
        '[[webhooks]]\nsource = "rdv-insertion"\norganisation = "../nir"\n',
        '[[webhooks]]\nsource = "rdv-insertion"\norganisation = "previous"\n',
        '[[webhooks]]\nsource = "rdv-insertion"\norganisation = "cd08"\nsecret = "en clair"\n',
        '[[webhooks]]\nsource = "rdv-insertion"\norganisation = "cd08"\nwindow = 0\n',
        '[[webhooks]]\nsource = "rdv-insertion"\norganisation = "cd08"\nwindow = 99999999999999999\n',
        '[[webhooks]]\nsource = "rdv-insertion"\norganisation = "cd08"\n' * 2,
        '[[webhooks]]\nsource = "rdv-insertio"\norganisation = "cd08"\n',
        '[[sync]]\nsource = "data-inclusio"\naccount = "hub"\n',
        "[sources.cnaf]\nevery = 60\n",
        '[[sync]]\nsource = "data-inclusion"\n',
        '[[sync]]\nsource = "data-inclusion"\naccount = "../nir"\n',
        '[[sync]]\nsource = "data-inclusion"\naccount = "hub"\nurl = "http://api.exemple.fr"\n',
        '[[sync]]\nsource = "rdv-insertion"\naccount = "hub"\nlogin_url = "http://api.exemple.fr"\n',
        '[[sync]]\nsource = "data-inclusion"\naccount = "hub"\ntoken = "en clair"\n',
        '[[sync]]\nsource = "data-inclusion"\naccount = "hub"\nattempts = 0\n',
        '[[sync]]\nsource = "data-inclusion"\naccount = "hub"\npause = inf\n',
        '[[sync]]\nsource = "data-inclusion"\naccount = "hub"\npause = nan\n',
        '[[sync]]\nsource = "data-inclusion"\naccount = "hub"\ntimeout = inf\n',
        '[[sync]]\nsource = "data-inclusion"\naccount = "hub"\nbackoff = 1e300\n',
        '[[sync]]\nsource = "data-inclusion"\naccount = "hub"\nfailures = 99999999999\n',
        '[[sync]]\nsource = "data-inclusion"\naccount = "hub"\n' * 2,
    ],
)
def test_a_row_that_is_not_exactly_right_starts_nothing(tmp_path: Path, lines: str) -> None:
    settings = Issuer(tmp_path).write_settings({})
    assert load_settings(settings).webhooks == ()
    with settings.open("a") as file:
        file.write(lines)
    with pytest.raises(StartRefused, match="SETTINGS_INVALID"):
        load_settings(settings)
