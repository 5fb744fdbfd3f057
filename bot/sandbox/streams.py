"""Server-sent events: what changes in a chat reaches every open page at once."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from aiohttp import web

BACKLOG = 1000  # events a page may lag behind before its stream ends and it has to reload


class Subscriber:
    """One open stream. chats: the ids it wants, None for all."""

    __slots__ = ("chats", "queue")

    def __init__(self, chats: frozenset[int] | None) -> None:
        self.chats = chats
        self.queue: asyncio.Queue[bytes | None] = asyncio.Queue()


class Streams:
    """All open streams."""

    def __init__(self, heartbeat: float) -> None:
        self._heartbeat = heartbeat
        self._open: set[Subscriber] = set()

    def wanted(self, chat_id: int) -> bool:
        """Tell whether anybody looks at this chat."""
        return any(one.chats is None or chat_id in one.chats for one in self._open)

    def publish(self, chat_id: int, event: str, content: dict[str, Any]) -> None:
        body = json.dumps({"chat_id": chat_id, **content}, ensure_ascii=False)
        frame = f"event: {event}\ndata: {body}\n\n".encode()
        for one in list(self._open):
            if one.chats is None or chat_id in one.chats:
                one.queue.put_nowait(frame)
                if one.queue.qsize() > BACKLOG:
                    self._end(one)

    async def serve(self, request: web.Request, chats: frozenset[int] | None) -> web.StreamResponse:
        """Write the events of these chats until the page or the sandbox closes."""
        headers = {"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-store"}
        response = web.StreamResponse(headers=headers)
        subscriber = Subscriber(chats)
        self._open.add(subscriber)
        try:
            await response.prepare(request)
            await response.write(b": open\n\n")
            while frame := await self._next(subscriber):
                await response.write(frame)
        except ConnectionResetError:
            pass  # the page was closed
        finally:
            self._open.discard(subscriber)
        return response

    def close(self) -> None:
        for one in list(self._open):
            self._end(one)

    def _end(self, subscriber: Subscriber) -> None:
        self._open.discard(subscriber)
        while not subscriber.queue.empty():
            subscriber.queue.get_nowait()
        subscriber.queue.put_nowait(None)

    async def _next(self, subscriber: Subscriber) -> bytes | None:
        try:
            async with asyncio.timeout(self._heartbeat):
                return await subscriber.queue.get()
        except TimeoutError:
            return b": still here\n\n"
