"""What a Service's address is on Kubernetes, on the loopback: connections, each to the next of those behind it.

It knows nothing of HTTP. A connection stays where it went, so whoever keeps one open is served by one process alone;
a process that is gone refuses, and the connection to it is cut.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import threading
from collections.abc import Coroutine
from typing import Any

HOST = "127.0.0.1"
PIECE = 65536


class Balancer:
    """`ports` may change at any time; `taken` counts the connections that each has been given."""

    def __init__(self, *ports: int) -> None:
        self.ports = list(ports)
        self.taken = dict.fromkeys(ports, 0)
        self._turns = itertools.count()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True, name="balancer")
        self._thread.start()
        self._server: asyncio.Server = self._run(asyncio.start_server(self._take, HOST, 0))

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self._server.sockets[0].getsockname()[1]}"

    def _run(self, what: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(what, self._loop).result(10)

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        port = self.ports[next(self._turns) % len(self.ports)]
        self.taken[port] = self.taken.get(port, 0) + 1
        try:
            there = await asyncio.open_connection(HOST, port)
        except OSError:
            writer.transport.abort()
            return
        await asyncio.gather(_pass_on(reader, there[1]), _pass_on(there[0], writer))

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._server.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Until one side ends; the other is then ended, too."""
    with contextlib.suppress(OSError):
        while data := await reader.read(PIECE):
            writer.write(data)
            await writer.drain()
    with contextlib.suppress(OSError):
        writer.close()
