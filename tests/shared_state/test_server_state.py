"""The server of the shared state may fail, freeze, come back empty, or be read by others: nothing opens by it."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Iterator
from itertools import count

import pytest
from redis.asyncio import Redis

from infra.shared_state.place import Patience, Place
from infra.shared_state.server_state import ServerState
from schema.overlapping_keys import OverlappingKey
from schema.shared_state import NONCE_SECONDS, Buckets, SharedStateGone
from tests.shared_states import KEY, state_of, until
from tests.valkey import Valkey, valkey

LONGEST = 5.0
"""Seconds for an answer, where the wait is not what is tried."""


@pytest.fixture
def now() -> int:
    return int(time.time())


@pytest.fixture
def later(now: int) -> int:
    """When contexts are issued that no state may have seen before it began."""
    return now + 10**6


@pytest.fixture(scope="module")
def mortal() -> Iterator[Valkey]:
    """A server that tests may kill and freeze, and start again."""
    with valkey() as running:
        yield running


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server is looked at more often than in service."""
    monkeypatch.setattr("infra.shared_state.server_state.LOOK_SECONDS", 0.05)
    monkeypatch.setattr("infra.shared_state.server_state.RETURN_SECONDS", 0.05)


async def test_the_limits_of_several_processes_do_not_add_up(valkey_server: Valkey, now: int) -> None:
    first, second = state_of(valkey_server, "together"), state_of(valkey_server, "together")
    async with first.running(), second.running():
        ours, theirs = (Buckets(state, "requests", 10, 10**9) for state in (first, second))
        calls = [buckets.excess([buckets.use("a")], now) for buckets in (ours, theirs) for _ in range(20)]
        assert sum(excess <= 0 for excess in await asyncio.gather(*calls)) == 10


async def test_a_nonce_that_came_to_another_process_is_refused(valkey_server: Valkey, later: int) -> None:
    first, second = state_of(valkey_server, "nonces"), state_of(valkey_server, "nonces")
    async with first.running(), second.running():
        assert await first.first("n", later, later)
        assert not await second.first("n", later, later)


async def test_what_is_asked_at_once_is_one_round_trip(valkey_server: Valkey, now: int) -> None:
    state = state_of(valkey_server)
    async with state.running():
        buckets, before = Buckets(state, "requests", 10_000, 60), state.figures.trips
        await asyncio.gather(*(buckets.excess([buckets.use(str(number))], now) for number in range(100)))
        assert state.figures.trips - before <= 2


async def test_the_server_learns_no_name_and_no_text_and_forgets_all_of_them(
    valkey_server: Valkey, now: int, later: int
) -> None:
    prefix, secret = secrets.token_hex(4), "https://identite.exemple.fr#agent-7"
    state = state_of(valkey_server, prefix)
    async with state.running(), Redis(port=valkey_server.port) as client:
        buckets = Buckets(state, "actor", 10, 60)
        await buckets.excess([buckets.use(secret)], now)
        await state.first("nonce", later, later)
        await state.keep(f"{secret} digest", f"query {secret}")
        await state.revoke(f"actor {secret}", now + 100)
        await state.once(secret, 0, now, _make_text(b"agent-7"))
        stored_keys = [key async for key in client.scan_iter(f"{{{prefix}}}:*")]
        assert len(stored_keys) == 7
        texts = [await client.dump(key) for key in stored_keys]
        assert not [text for text in (*stored_keys, *texts) if b"agent" in text or b"nonce-" in text]
        lasting = {key.split(b":")[1] for key in stored_keys if await client.ttl(key) < 0}
        assert lasting == {b"state", b"revoked"}
        nonces = [await client.ttl(key) for key in stored_keys if b":nonce:" in key]
        assert nonces == [pytest.approx(NONCE_SECONDS, abs=1)]


async def test_who_is_revoked_is_known_to_every_process_and_may_be_restored(valkey_server: Valkey, now: int) -> None:
    first, second = state_of(valkey_server, "revoking"), state_of(valkey_server, "revoking")
    async with first.running(), second.running():
        assert await first.revoke("actor a", now + 100)
        assert await first.revoke("actor long ago", now - 1)
        await until(lambda: second.revoked(["actor a"]))
        assert not second.revoked(["actor b", "organisation a", "actor long ago"])
        assert await second.restore("actor a")
        assert not await second.restore("actor a")
        await until(lambda: not first.revoked(["actor a"]))


async def test_processes_of_the_old_and_the_new_key_know_the_same_revocations_and_nonces_until_its_end(
    valkey_server: Valkey, now: int, later: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    new_key = OverlappingKey.of(b"n" * 32, KEY, now + 1000)
    old, new = state_of(valkey_server, "changing"), state_of(valkey_server, "changing", new_key)
    async with old.running():
        await old.revoke("actor before", now + 900)
        async with new.running():
            assert new.revoked(["actor before"])
            await new.revoke("actor since", now + 5000)
            await until(lambda: old.revoked(["actor since"]))
            await until(lambda: len(new.revocations) == 2)
            assert await new.first("n", later, later)
            assert not await old.first("n", later, later)
            assert await old.first("o", later, later)
            assert not await new.first("o", later, later)
            assert await new.restore("actor before")
            await until(lambda: not old.revoked(["actor before"]))
            monkeypatch.setattr("time.time", lambda: now + 2000)
            assert new.revoked(["actor since"])
            assert not await new.first("n", later, later)
            assert await new.restore("actor since")
            assert old.revoked(["actor since"]), "after its end the old key is no longer written to"


async def test_a_server_that_is_gone_holds_nobody_up_and_serves_at_once_when_it_is_back(
    mortal: Valkey, now: int, later: int
) -> None:
    state = state_of(mortal, timeout_seconds=0.2)
    buckets = Buckets(state, "requests", 3, 10**9)
    async with state.running():
        await state.revoke("actor a", now + 10_000)
        await until(lambda: state.revoked(["actor a"]))
        assert [await buckets.excess([buckets.use("x")], now) for _ in range(4)] == [-2, -1, 0, 1]
        mortal.kill()
        await until(lambda: not state.is_open)
        began = time.monotonic()
        assert [await buckets.excess([buckets.use("x")], now) for _ in range(4)] == [-2, -1, 0, 1]
        with pytest.raises(SharedStateGone):
            await state.first("n", later, later)
        assert await state.text("t") is None
        await state.keep("t", "{ a }")
        assert await state.once("keys", 0, now, _make_text(b"own")) == (b"own", now)
        assert time.monotonic() - began < 0.2
        assert state.revoked(["actor a"])
        assert state.is_current
        mortal.start()
        await until(lambda: state.is_open)
        assert sum(state.figures.losses.values()) == 1
        assert await buckets.excess([buckets.use("x")], now) == -2


async def test_a_server_that_comes_back_empty_learns_who_is_revoked_and_takes_nothing_older(
    mortal: Valkey, now: int, later: int
) -> None:
    state = state_of(mortal, "born-again", timeout_seconds=0.2)
    async with state.running():
        await state.revoke("actor a", now + 10_000)
        await until(lambda: state.revoked(["actor a"]))
        before = int(time.time())
        mortal.kill()
        await until(lambda: not state.is_open)
        mortal.start()
        await until(lambda: state.is_open)
        assert not await state.first("seen before", before, before)
        assert await state.first("new", later, later)
        newcomer = state_of(mortal, "born-again")
        async with newcomer.running():
            await until(lambda: newcomer.revoked(["actor a"]))


async def test_a_server_that_comes_back_as_it_was_before_learns_who_is_revoked_and_takes_nothing_older(
    now: int, later: int
) -> None:
    """As a replica that takes the place of its leader, or a server that read its last copy of the disk."""
    with valkey() as server:
        state = state_of(server, "as-before", timeout_seconds=0.2)
        async with state.running():
            async with Redis(port=server.port) as client:
                await client.hset(state._state_key(KEY), "birth", now - 100)
                await client.save()
            await state.revoke("actor a", now + 10_000)
            await until(lambda: state.revoked(["actor a"]))
            assert await state.first("seen since", now - 50, now)
            server.kill()
            await until(lambda: not state.is_open)
            server.start()
            await until(lambda: state.is_open)
            assert not await state.first("seen since", now - 50, now)
            assert await state.first("new", later, later)
            newcomer = state_of(server, "as-before")
            async with newcomer.running():
                await until(lambda: newcomer.revoked(["actor a"]))
            assert state.revoked(["actor a"])


@pytest.mark.parametrize(("member", "score"), [(b"a", "inf"), (b"\xff", 10.0**12)])
async def test_what_the_server_says_that_is_no_state_is_not_believed_and_ends_no_look(
    valkey_server: Valkey, now: int, member: bytes, score: str | float
) -> None:
    state = state_of(valkey_server)
    async with state.running(), Redis(port=valkey_server.port) as client:
        await client.zadd(state._revoked_key(KEY), {member: score})
        await until(lambda: not state.is_open)
        await client.delete(state._revoked_key(KEY))
        await until(lambda: state.is_open)
        await state.revoke("actor a", now + 100)
        await until(lambda: state.revoked(["actor a"]))


async def test_a_server_that_does_not_answer_is_gone_for_those_who_wait_and_for_all_after(
    mortal: Valkey, now: int
) -> None:
    state = state_of(mortal, timeout_seconds=0.1)
    buckets = Buckets(state, "requests", 3, 10**9)
    async with state.running():
        with mortal.frozen():
            began = time.monotonic()
            assert await asyncio.gather(*(buckets.excess([buckets.use("x")], now) for _ in range(4))) == [-2, -1, 0, 1]
            assert time.monotonic() - began < 1
            assert not state.is_open
        await until(lambda: state.is_open)


async def test_where_nobody_knows_who_is_revoked_nothing_is_current(mortal: Valkey) -> None:
    mortal.kill()
    never, once = state_of(mortal), state_of(mortal, alone_seconds=0.0)
    async with never.running():
        assert (never.is_open, never.is_current) == (False, False)
    mortal.start()
    async with once.running():
        assert (once.is_open, once.is_current) == (True, False)


async def test_one_process_makes_a_text_and_the_others_take_it(valkey_server: Valkey, now: int) -> None:
    states, numbers = [state_of(valkey_server, "making") for _ in range(3)], count()

    async def make() -> bytes:
        await asyncio.sleep(0.05)
        return b"%d" % next(numbers)

    async with states[0].running(), states[1].running(), states[2].running():
        assert await asyncio.gather(*(state.once("keys", 0, now, make) for state in states)) == [(b"0", now)] * 3
        assert await states[1].once("keys", now, now + 1, make) == (b"1", now + 1)
        assert await states[2].once("keys", now, now + 2, make) == (b"1", now + 1)


async def test_a_making_that_fails_lets_the_next_one_try(valkey_server: Valkey, now: int) -> None:
    state = state_of(valkey_server)

    async def fail() -> bytes:
        raise ValueError("unread")

    async with state.running():
        with pytest.raises(ValueError, match="unread"):
            await state.once("keys", 0, now, fail)
        assert await state.once("keys", 0, now, _make_text(b"1")) == (b"1", now)


async def test_a_text_that_the_key_has_not_sealed_under_its_name_is_none(valkey_server: Valkey) -> None:
    prefix = secrets.token_hex(4)
    state = state_of(valkey_server, prefix)
    stranger = ServerState(Place(valkey_server.url), b"x" * 32, prefix=prefix)
    async with state.running(), stranger.running(), Redis(port=valkey_server.port) as client:
        await state.keep("a", "{ a }")
        await client.copy(state._key("text", "a"), state._key("text", "b"))
        assert (await state.text("a"), await state.text("b"), await stranger.text("a")) == ("{ a }", None, None)


async def test_texts_have_so_much_room(valkey_server: Valkey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("infra.shared_state.server_state.TEXT_BYTES", 100)
    state = state_of(valkey_server)
    async with state.running():
        await state.keep("a", "x" * 60)
        await state.keep("b", "y" * 60)
        assert (await state.text("a"), await state.text("b")) == ("x" * 60, None)


async def http_server(port: int) -> asyncio.Server:
    """What answers as HTTP does."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b"HTTP/1.1 400 s3cret\r\n\r\n")
        writer.close()

    return await asyncio.start_server(serve, "127.0.0.1", port)


@pytest.mark.parametrize(
    ("options", "password", "code"),
    [
        (("--maxmemory", "50mb", "--maxmemory-policy", "allkeys-lru"), None, "SHARED_STATE_EVICTS"),
        (("--requirepass", "s3cret-word"), None, "SHARED_STATE_CREDENTIALS"),
        (("--requirepass", "s3cret-word"), "wrong-s3cret", "SHARED_STATE_CREDENTIALS"),
        (("--user", "default", "on", "nopass", "~*", "+@all", "-info"), None, "SHARED_STATE_CREDENTIALS"),
        (("--replicaof", "127.0.0.1 9"), None, "SHARED_STATE_REFUSES"),
    ],
)
async def test_a_server_that_is_not_believed_is_told_once_with_a_code_and_a_mend(
    options: tuple[str, ...], password: str | None, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    with valkey(*options) as closed:
        await check_told(Place(closed.url, password), code, caplog)


async def test_what_is_no_valkey_and_what_does_not_listen_are_told_once_with_a_code_and_a_mend(
    mortal: Valkey, caplog: pytest.LogCaptureFixture
) -> None:
    mortal.kill()
    await check_told(Place(mortal.url), "SHARED_STATE_UNREACHABLE", caplog)
    caplog.clear()
    async with await http_server(mortal.port):
        await check_told(Place(mortal.url), "SHARED_STATE_MALFORMED", caplog)
    mortal.start()
    with mortal.frozen():
        caplog.clear()
        await check_told(Place(mortal.url), "SHARED_STATE_TIMEOUT", caplog, seconds=0.1)


async def check_told(place: Place, code: str, caplog: pytest.LogCaptureFixture, seconds: float = LONGEST) -> None:
    """A state at this place serves nothing, says why in one line, and repeats neither a secret nor what it was told."""
    state = ServerState(place, KEY, Patience(seconds))
    async with state.running():
        for _ in range(3):
            await state._try()
        assert (state.is_open, state.is_current) == (False, False)
        assert state.figures.losses == {code: 1}
    [line] = [record.getMessage() for record in caplog.records if record.name.startswith("infra.")]
    assert "nothing of a person is served" in line
    assert line.endswith(f"({code})")
    assert "s3cret" not in line


async def test_a_password_is_asked_for_and_never_told(caplog: pytest.LogCaptureFixture) -> None:
    with valkey("--requirepass", "s3cret-word") as closed:
        for place, reached in (
            (Place(closed.url), False),
            (Place(closed.url, "wrong-s3cret"), False),
            (Place(closed.url, "s3cret-word"), True),
            (Place(closed.url.replace("//", "//default:s3cret-word@")), True),
        ):
            state = ServerState(place, KEY, Patience(0.5))
            async with state.running():
                assert state.is_open is reached
    assert "s3cret" not in caplog.text


def _make_text(text: bytes) -> Callable[[], Awaitable[bytes]]:
    async def make() -> bytes:
        return text

    return make
