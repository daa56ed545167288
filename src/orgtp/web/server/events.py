"""Server-sent events: tell the pages that are open what has changed (HTML standard, section 9.2)."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from orgtp.web.server.visitors import RequestRefused

_MOST, _MOST_OF_ONE = 200, 12
# A comment in between shows whether the reader is still there, and keeps proxies from ending the connection.
_QUIET_SECONDS = 15.0
_MOST_WAITING = 20
_RETRY = "retry: 3000\n\n"


class Channel:
    """Open pages that hear the same events. All methods run in the event loop."""

    def __init__(self, hub: EventHub) -> None:
        self._hub = hub
        self._queues: set[asyncio.Queue[str | None]] = set()

    def publish(self, event: str, data: Mapping[str, object]) -> None:
        """Send an event to everybody. A reader that does not keep up is left out, and connects again."""
        text = format_event(event, data)
        for queue in [*self._queues]:
            try:
                queue.put_nowait(text)
            except asyncio.QueueFull:
                self._queues.discard(queue)
                _end(queue)

    def end(self) -> None:
        """End all connections."""
        for queue in self._queues:
            _end(queue)
        self._queues.clear()

    @property
    def readers(self) -> int:
        """How many pages are open."""
        return len(self._queues)

    def open_stream(self, person: str, first: str = "") -> EventStream:
        """The response that sends events from now on, `first` at once. Raises `RequestRefused` for one too many."""
        self._hub.admit(person)
        queue: asyncio.Queue[str | None] = asyncio.Queue(_MOST_WAITING)
        self._queues.add(queue)
        return EventStream(self._stream(queue, first), queue, on_end=lambda: self._leave(queue, person))

    def _leave(self, queue: asyncio.Queue[str | None], person: str) -> None:
        self._queues.discard(queue)
        self._hub.leave(person)

    async def _stream(self, queue: asyncio.Queue[str | None], first: str) -> AsyncIterator[str]:
        yield _RETRY + first
        while True:
            try:
                text = await asyncio.wait_for(queue.get(), _QUIET_SECONDS)
            except TimeoutError:
                text = ": still here\n\n"
            if text is None:
                return
            yield text


class EventStream(StreamingResponse):
    """A response that sends events until the reader leaves. `on_end` is called then, whatever happened."""

    def __init__(
        self, events: AsyncIterator[str], queue: asyncio.Queue[str | None], on_end: Callable[[], None]
    ) -> None:
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        super().__init__(events, media_type="text/event-stream", headers=headers)
        self._queue, self._on_end = queue, on_end

    def tell(self, text: str) -> None:
        """Send an event to this reader alone. One that does not keep up connects again, and is told then."""
        with suppress(asyncio.QueueFull):
            self._queue.put_nowait(text)

    def end(self) -> None:
        """Forget the connection, which was never answered."""
        self._on_end()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the events."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._on_end()


class EventHub:
    """All channels, and how many connections they have together."""

    def __init__(self) -> None:
        self._open: Counter[str] = Counter()
        self._channels: dict[str, Channel] = {}
        self.is_ended = False

    def find_channel(self, name: str) -> Channel:
        """The channel with a name. Those that nobody listens to are forgotten."""
        if name not in self._channels:
            self._channels = {key: one for key, one in self._channels.items() if one.readers}
            self._channels[name] = Channel(self)
        return self._channels[name]

    def admit(self, person: str) -> None:
        """Count a connection. Raises `RequestRefused` if there are too many, of all or of one person."""
        if self.is_ended or self._open.total() >= _MOST or self._open[person] >= _MOST_OF_ONE:
            raise RequestRefused(503, "Too many pages are open", "This page does not reload itself. Close other pages.")
        self._open[person] += 1

    def leave(self, person: str) -> None:
        """Count a connection as ended."""
        self._open[person] -= 1
        self._open += Counter()

    def end(self) -> None:
        """End all connections, because the server stops."""
        self.is_ended = True
        for channel in self._channels.values():
            channel.end()


def format_event(event: str, data: Mapping[str, object]) -> str:
    """An event as it is sent. JSON has no line breaks, so a text of a user cannot begin another event."""
    return f"event: {event}\ndata: {json.dumps(data, ensure_ascii=True)}\n\n"


def _end(queue: asyncio.Queue[str | None]) -> None:
    while queue.full():
        queue.get_nowait()
    queue.put_nowait(None)
