"""The asynchronous client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from types import TracebackType
from typing import Self, TypeVar

import httpx2

from .answers import Answer, read_answer
from .errors import HubError, Unreachable
from .exchange import Call, Post, Retries, check_url, exchange, retry_after
from .live import SILENCE, Listening
from .models import Operation, PagedOperation
from .pages import Page, page_of
from .tokens import Tokens

Data = TypeVar("Data")
Node = TypeVar("Node")


class AsyncHub:
    """A hub at an address, asked with an application's tokens. Use it in an `async with` block, or `await close()`."""

    def __init__(self, url: str, tokens: Tokens, *, retries: Retries | None = None, timeout: float = 30.0) -> None:
        self._url = check_url(url)
        self._tokens = tokens
        self._client = tokens.async_client(timeout)
        self._retries = retries or Retries()

    async def execute(
        self,
        operation: Operation[Data],
        *,
        purpose: str | None = None,
        reference: str | None = None,
        all_or_nothing: bool = False,
    ) -> Answer[Data]:
        """The answer to an operation, for this purpose and under this case number; raises HubError.

        `all_or_nothing`: a field that is denied refuses the whole operation (`Access-Mode: refuse`).
        """
        steps = exchange(operation, Call(purpose, reference, all_or_nothing), self._retries)
        reply: httpx2.Response | httpx2.TransportError | None = None
        while True:
            try:
                step = steps.send(reply)
            except StopIteration as end:
                answer: Answer[Data] = end.value
                return answer
            if isinstance(step, Post):
                reply = await self._post(step)
            else:
                reply = None
                await asyncio.sleep(step.seconds)

    async def pages(
        self,
        operation: PagedOperation[Data, Node],
        *,
        purpose: str | None = None,
        reference: str | None = None,
        all_or_nothing: bool = False,
    ) -> AsyncIterator[Page[Data, Node]]:
        """The pages of a list, from the operation's cursor on, each of them whole; otherwise as `execute`."""
        following: PagedOperation[Data, Node] | None = operation
        while following is not None:
            answer = await self.execute(following, purpose=purpose, reference=reference, all_or_nothing=all_or_nothing)
            page = page_of(following, answer)
            yield page
            following = page.following(following)

    async def live(
        self, operation: PagedOperation[Data, Node], *, purpose: str | None = None, reference: str | None = None
    ) -> AsyncGenerator[Page[Data, Node], None]:
        """The pages of `changes` from the operation's cursor on, then each change as it comes, across lost connections,
        sources that fail and ended tokens; raises HubError."""
        listening = Listening(operation, Call(purpose, reference), self._retries)
        while not listening.ended:
            try:
                post = listening.post()
                await self._tokens.renew_async(self._client, fresh=post.fresh_token)
                async with self._client.stream("POST", self._url, content=post.body, headers=post.headers, timeout=SILENCE) as reply:
                    if reply.status_code != 200:
                        delay = retry_after(reply.headers.get("retry-after"))
                        read_answer(operation, reply.status_code, await reply.aread(), reply.headers.get("trace-id"), delay)
                    async for chunk in reply.aiter_bytes():
                        for page in listening.read(chunk):
                            yield page
                wait, failure = listening.lost(), "closed"
            except HubError as error:
                wait, failure = listening.failed(error), ""
                if wait is None:
                    raise
            except httpx2.TransportError as error:
                wait, failure = listening.lost(), type(error).__name__
            if listening.ended:
                return
            if wait is None:
                raise Unreachable(failure)
            await asyncio.sleep(wait)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        await self.close()

    async def _post(self, step: Post) -> httpx2.Response | httpx2.TransportError:
        try:
            await self._tokens.renew_async(self._client, fresh=step.fresh_token)
            return await self._client.post(self._url, content=step.body, headers=step.headers)
        except httpx2.TransportError as failure:
            return failure
