"""One timer for all bounds: each ends its own task at its own time, and no cancellation becomes a timeout."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest

from hub.federation.client.transport import SubgraphRequest, TransportError
from hub.transports import InProcess
from schema.residual import Residual
from subgraphs.kit.deadlines import Deadlines
from subgraphs.kit.server import Subgraph
from tests.kit.conftest import context


async def never() -> None:
    await asyncio.Event().wait()


async def test_bounds_end_in_their_order_whatever_the_order_in_which_they_began() -> None:
    deadlines, ended = Deadlines(), list[float]()

    async def bounded(seconds: float) -> None:
        with pytest.raises(TimeoutError), deadlines.within(seconds):
            await never()
        task = asyncio.current_task()
        assert task is not None
        assert not task.cancelling()
        ended.append(seconds)

    async def short() -> None:
        with deadlines.within(0.02):
            await asyncio.sleep(0)

    await asyncio.gather(*(bounded(seconds) for seconds in (0.03, 0.01, 0.04, 0.0)), short())
    assert ended == [0.0, 0.01, 0.03, 0.04]


async def test_a_bound_in_a_bound_ends_alone() -> None:
    deadlines = Deadlines()
    with deadlines.within(30):
        with pytest.raises(TimeoutError), deadlines.within(0.01):
            await never()
        await asyncio.sleep(0)


@pytest.mark.parametrize("seconds", [30.0, 0.0])
async def test_a_cancellation_stays_one_though_the_bound_passes_with_it(seconds: float) -> None:
    deadlines = Deadlines()

    async def bounded() -> None:
        with deadlines.within(seconds):
            await never()

    task = asyncio.create_task(bounded())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_an_error_of_the_work_stays_what_it_is() -> None:
    with pytest.raises(KeyError), Deadlines().within(30):
        raise KeyError("work")


async def test_a_subgraph_of_this_process_has_its_time_and_no_more() -> None:
    class Silent:
        async def execute(self, *_: Any) -> Any:
            await never()

    transport = InProcess(cast("Subgraph", Silent()))
    with pytest.raises(TransportError) as refused:
        await transport.send(SubgraphRequest("people", "{ a }", {}, 0.01), context(Residual()))
    assert refused.value.code == "SUBGRAPH_TIMEOUT"
