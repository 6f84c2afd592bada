"""The gateway served on the loopback, its streams as a browser reads them, and its worker."""

from __future__ import annotations

import contextlib
import json
import queue
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.api.candidate import Candidate
from tests.api.shared import stop

Event = tuple[str, int | None, Any]


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: Any) -> None:
        """Quiet."""


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The address of `app` on a free port, a thread a request."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True, name="served gateway")
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        stop(server, server.socket)
        thread.join()


class Stream:
    """A conversation's event stream: (event, id, data), and ("comment", None, text) for comments."""

    def __init__(self, base: str, candidate: Candidate, last_event_id: int | None = None) -> None:
        self._arrived: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._headers = candidate.headers | ({"Last-Event-ID": str(last_event_id)} if last_event_id is not None else {})
        self._url = f"{base}{candidate.path}/events"
        self.content_type = ""
        self.ended_well = False
        self._socket: socket.socket | None = None
        self._client = httpx.Client(timeout=60, trust_env=False)
        self._thread = threading.Thread(target=self._read, daemon=True, name="stream reader")
        self._thread.start()

    def _read(self) -> None:
        try:
            with self._client.stream("GET", self._url, headers=self._headers) as response:
                self._socket = response.extensions["network_stream"].get_extra_info("socket")
                self.content_type = response.headers["Content-Type"]
                fields: dict[str, str] = {}
                for line in response.iter_lines():
                    fields = self._line(line, fields)
            self.ended_well = True
        except (httpx.HTTPError, RuntimeError, OSError):
            return

    def _line(self, line: str, fields: dict[str, str]) -> dict[str, str]:
        if line.startswith(":"):
            self._arrived.put(("comment", None, line[1:].strip()))
        elif line:
            name, _, value = line.partition(": ")
            return fields | {name: value}
        elif "data" in fields:
            self._arrived.put((fields.get("event", "message"), int(fields["id"]) if "id" in fields else None, json.loads(fields["data"])))
            return {}
        return fields

    @property
    def is_open(self) -> bool:
        """Whether it has not ended."""
        return self._thread.is_alive()

    def until(self, wanted: Callable[[Event], bool], seconds: float = 20) -> list[Event]:
        """Events up to and with the first wanted one."""
        found: list[Event] = []
        end = time.monotonic() + seconds
        while True:
            try:
                found.append(self._arrived.get(timeout=max(0.0, end - time.monotonic())))
            except queue.Empty:
                raise AssertionError(f"did not come within {seconds} s; came: {found}") from None
            if wanted(found[-1]):
                return found

    def close(self) -> None:
        """The browser goes away: at once, although the reader still waits on the socket and would keep it open."""
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join(5)
        self._client.close()


def work(app: Flask, until: timedelta = timedelta(0)) -> int:
    """Run the queue's tasks as the worker would, with those scheduled up to `until` from now. How many there were."""
    huey = app.extensions["jobs"]["huey"]
    moment = datetime.now(UTC).replace(tzinfo=None) + until
    for task in huey.read_schedule(moment):
        huey.enqueue(task)
    done = 0
    while (task := huey.dequeue()) is not None:
        huey.execute(task, moment)
        done += 1
    return done


def wait_for(what: Callable[[], Any], seconds: float = 20) -> Any:
    """Ask until the answer is true."""
    end = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(0.02)
    return found
