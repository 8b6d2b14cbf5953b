"""Attack 33 against a hub that reads its issuer's keys where a real identity provider publishes them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio
from joserfc import jwk, jwt

from demo.actors import agreements
from demo.cast import CD_08
from demo.token_issuer import ALGORITHM, AUDIENCE, ISSUER, DemoActor
from demo.token_issuer import Issuer as DemoIssuer
from hub.federation.client.tls import client_tls
from hub.identity.issuer import Issuer, Pace, Source
from hub.identity.remote_keys import BURST
from tests.conftest import Database
from tests.e2e.canary_inside import Inside, inside
from tests.e2e.site import METRICS, PATIENCE, serve
from tests.identity.provider import PROJECT, Provider, provider
from tests.node import NodeAbsent, installed

ACTOR = DemoActor(
    "dpo",
    "dpo",
    ("droits",),
    "",
    {"organisation": CD_08.siret, "organisation_type": CD_08.type, "departments": [CD_08.department]},
)
QUERY = "{ __typename }"
PACE = Pace(refresh=60, least=10, max_age=600)


@pytest.fixture(scope="module")
def idp() -> Iterator[Provider]:
    """The provider."""
    try:
        node = installed(PROJECT)
    except NodeAbsent as error:
        pytest.skip(str(error))
    with provider(node, [ACTOR]) as running:
        yield running


@dataclass
class Moved:
    """The moment when it was made, until a test says otherwise."""

    now: int = field(default_factory=lambda: int(time.time()))

    def __call__(self) -> int:
        return self.now


@dataclass
class AskingHub:
    """A running hub that has the provider's address, and its clock."""

    hub: Inside
    clock: Moved

    async def status(self, token: str) -> tuple[int, str]:
        """Status of an answer to who brings this token, and its code."""
        got = await self.hub.ask(ACTOR.name, QUERY, authorization=f"Bearer {token}")
        return got.status, "" if got.status == 200 else got.code

    async def refresh(self, seconds: int) -> None:
        """So much time goes by, and the hub does what it does then."""
        self.clock.now += seconds
        for issuer_keys in self.hub.app.pipeline.authenticator.remote.values():
            await issuer_keys.refresh()


GOOD, REFUSED, CLOSED = (200, ""), (401, "TOKEN_REFUSED"), (503, "ISSUER_KEYS_UNAVAILABLE")


@asynccontextmanager
async def asking(idp: Provider, database: Database, folder: Path) -> AsyncIterator[AskingHub]:
    """A hub in this process, which reads the provider's set once more now."""
    clock = Moved()
    issuer = Issuer(idp.url, ALGORITHM, {}, None, Source(idp.keys_url, client_tls(), PACE))
    async with inside(database, {ACTOR.name: ACTOR}, folder, issuers={idp.url: issuer}, clock=clock) as hub:
        yield AskingHub(hub, clock)


@pytest_asyncio.fixture
async def asking_hub(idp: Provider, database: Database, tmp_path: Path) -> AsyncIterator[AskingHub]:
    idp.publish("first")
    async with asking(idp, database, tmp_path) as running:
        yield running


def test_33_a_hub_that_has_an_address_alone_follows_a_real_provider_s_keys_without_a_restart(
    idp: Provider, database: Database, tmp_path: Path
) -> None:
    """A key that is new opens from its first token on; one that is gone then opens nothing, remembered as it was."""
    idp.publish("first")
    settings = DemoIssuer(tmp_path).write_settings(agreements([ACTOR]))
    text = settings.read_text(encoding="utf-8").replace(ISSUER, idp.url)
    text = text.replace('keys = "issuer.jwks.json"', f'keys_url = "{idp.keys_url}"')
    settings.write_text(f"{text}\n{METRICS}", encoding="utf-8")
    with serve("all", database, tmp_path, settings) as process, httpx2.Client(timeout=PATIENCE) as client:

        def status(token: str) -> int:
            headers = {"authorization": f"Bearer {token}", "purpose": "droits"}
            return client.post(f"{process.url}/graphql", json={"query": QUERY}, headers=headers).status_code

        assert client.get(f"{process.url}/readyz").status_code == 200
        old = idp.token(ACTOR.name)
        assert [status(old), status(old)] == [200, 200]
        idp.publish("second", "first")
        second = idp.token(ACTOR.name)
        assert [status(second), status(old)] == [200, 200]
        idp.publish("third")
        assert [status(old), status(idp.token(ACTOR.name)), status(old), status(second)] == [200, 200, 401, 401]
        lines = client.get(process.metrics_url).text.splitlines()
        for metric in (f'age_seconds{{issuer="{idp.url}"}} ', f'read_total{{issuer="{idp.url}",outcome="READ"}} '):
            assert any(line.startswith(f"spie_issuer_keys_{metric}") for line in lines)
    assert old not in process.log.read_text(encoding="utf-8")


async def test_33_a_provider_that_is_down_is_believed_until_its_set_is_too_old_and_then_opens_nothing(
    idp: Provider, asking_hub: AskingHub
) -> None:
    tokens = [idp.token(ACTOR.name), idp.token(ACTOR.name)]
    idp.listen(False)
    try:
        for seconds in (0, 61, 500, 38):
            await asking_hub.refresh(seconds)
            assert await asking_hub.status(tokens[0]) == GOOD
        await asking_hub.refresh(1)
        assert [await asking_hub.status(token) for token in tokens] == [CLOSED, CLOSED]
        assert await asking_hub.status(asking_hub.hub.issuer.token(ACTOR)) == GOOD
    finally:
        idp.listen(True)
    await asking_hub.refresh(10)
    assert [await asking_hub.status(token) for token in tokens] == [GOOD, GOOD]


async def test_33_a_hub_that_starts_before_its_provider_opens_nothing_then_all_and_serves_other_issuers(
    idp: Provider, database: Database, tmp_path: Path
) -> None:
    token = idp.token(ACTOR.name)
    idp.listen(False)
    try:
        async with asking(idp, database, tmp_path) as asking_hub:
            assert await asking_hub.status(token) == CLOSED
            assert await asking_hub.status(asking_hub.hub.issuer.token(ACTOR)) == GOOD
            idp.listen(True)
            await asking_hub.refresh(10)
            assert await asking_hub.status(token) == GOOD
    finally:
        idp.listen(True)


async def test_33_a_withdrawn_key_opens_nothing_from_the_next_reading_on_whoever_comes(
    idp: Provider, asking_hub: AskingHub
) -> None:
    token = idp.token(ACTOR.name)
    assert await asking_hub.status(token) == GOOD
    idp.publish("second")
    await asking_hub.refresh(60)
    assert await asking_hub.status(token) == REFUSED


async def test_33_a_thousand_unknown_keys_cost_the_provider_three_calls_and_nobody_its_turn(
    idp: Provider, asking_hub: AskingHub
) -> None:
    good, stranger = idp.token(ACTOR.name), jwk.OKPKey.generate_key("Ed25519")
    now, before = asking_hub.clock(), idp.calls

    def forged(kid: str) -> str:
        claims = {"iss": idp.url, "aud": AUDIENCE, "sub": ACTOR.name, "iat": now, "exp": now + 600}
        return jwt.encode({"alg": ALGORITHM, "kid": kid}, claims, stranger, algorithms=[ALGORITHM])

    asks = [asking_hub.status(good if n % 10 == 0 else forged(f"unknown-{n}")) for n in range(1_112)]
    answers = await asyncio.gather(*asks)
    assert answers == [GOOD if n % 10 == 0 else REFUSED for n in range(1_112)]
    for n in range(20):
        assert await asking_hub.status(forged(f"later-{n}")) == REFUSED
    assert idp.calls - before <= BURST


async def test_33_all_who_bring_the_first_tokens_of_a_new_key_pass_after_one_call(
    idp: Provider, asking_hub: AskingHub
) -> None:
    idp.publish("second", "first")
    before, tokens = idp.calls, [idp.token(ACTOR.name) for _ in range(20)]
    assert set(await asyncio.gather(*(asking_hub.status(token) for token in tokens))) == {GOOD}
    assert idp.calls - before == 1
