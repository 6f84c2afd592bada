"""Candidates who only listen, a process of its own: `python -m tests.bench.stream_client`, orders as JSON lines on its standard input.

Each order is answered by a line. `open` opens further streams, so many at a time, and says when each of them has been told its
first message; `heard` says which messages have come since the last time, and when, by the clock that all processes of a machine share
(`time.monotonic`). One thread, plain sockets: what the client costs is not the gateway's.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from collections.abc import Iterator
from typing import Any

AT_A_TIME = 40
OPEN_SECONDS = 240


class Listener(asyncio.Protocol):
    """One stream: keeps what has not been read to its end, and notes each message's number and time."""

    def __init__(self, name: str, request: bytes, heard: list[tuple[str, int, float]], lost: list[str]) -> None:
        self._name, self._request, self._heard, self._lost = name, request, heard, lost
        self._rest = b""
        self.told: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        at = time.monotonic()
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            if line.startswith(b"id: "):
                self._heard.append((self._name, int(line[4:]), at))
                if not self.told.done():
                    self.told.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        self._lost.append(self._name)
        if not self.told.done():
            self.told.set_exception(ConnectionError("closed before anything was told"))


class Client:
    """All streams of one client process."""

    def __init__(self, port: int, token: str) -> None:
        self._port, self._token = port, token
        self._heard: list[tuple[str, int, float]] = []
        self._lost: list[str] = []
        self._turns = asyncio.Semaphore(AT_A_TIME)

    async def open(self, conversations: list[str]) -> dict[str, Any]:
        """Open a stream on each; seconds until the last had been told what there was, and how many failed."""
        began = time.monotonic()
        came = await asyncio.wait_for(asyncio.gather(*map(self._open, conversations), return_exceptions=True), OPEN_SECONDS)
        failed = [type(c).__name__ for c in came if isinstance(c, BaseException)]
        return {"seconds": time.monotonic() - began, "failed": len(failed), "why": failed[:3]}

    async def _open(self, conversation: str) -> None:
        path = f"/api/v1/conversations/{conversation}/events"
        request = f"GET {path} HTTP/1.1\r\nHost: desk\r\nAuthorization: Bearer {self._token}\r\nAccept: text/event-stream\r\n\r\n".encode()
        async with self._turns:
            _, listener = await asyncio.get_running_loop().create_connection(
                lambda: Listener(conversation, request, self._heard, self._lost), "127.0.0.1", self._port
            )
            await asyncio.wait_for(listener.told, OPEN_SECONDS)

    def heard(self) -> dict[str, Any]:
        """What came since this was last asked, and how many streams have ended so far."""
        came, self._heard[:] = list(self._heard), []
        return {"heard": came, "lost": len(self._lost)}


def _orders() -> Iterator[dict[str, Any]]:
    for line in sys.stdin:
        yield json.loads(line)


async def run() -> None:
    """The first order says where the gateway is; then one after the other until the input ends."""
    orders, loop = _orders(), asyncio.get_running_loop()
    client = Client(**next(orders))
    while order := await loop.run_in_executor(None, next, orders, None):
        answer = await client.open(order["open"]) if "open" in order else client.heard()
        print(json.dumps(answer), flush=True)


def main() -> None:
    """As many files as the machine lets one process have: each stream is one."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    asyncio.run(run())


if __name__ == "__main__":
    main()
