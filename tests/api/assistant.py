"""A stand-in for the assistant: answers `POST /turn` with whatever a test wants."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.api.shared import stop

Answer = dict[str, Any] | tuple[int, dict[str, Any]]
Script = Callable[[dict[str, Any]], Answer]


def reply(text: str = "Hej", **fields: Any) -> dict[str, Any]:
    """A complete answer with one reply; `fields` go over the defaults (`effects`, `state`, `replies`…)."""
    said = {"text": text, "language": "sv", "buttons": [], "sources": []}
    base = {
        "replies": [said],
        "effects": [],
        "state": {"turns": 1},
        "intent": "greet",
        "confidence": 0.99,
        "alternatives": [],
        "language": "sv",
        "model_id": "test",
    }
    return base | fields


class FakeAssistant:
    """Listens on a free port of the loopback.

    `script(body)` makes the answer: a dict, or (status, dict); it may sleep or raise (then the connection
    breaks). `delay` is slept before each answer. `bodies` holds what was asked, `secrets` the Authorization headers,
    `traces` the `traceparent` headers.
    `port` is for one that comes back where another was.
    """

    def __init__(self, port: int = 0) -> None:
        self.script: Script = lambda body: reply(f"Echo: {body.get('text') or body.get('button')}")
        self.delay = 0.0
        self.ready = True
        self.bodies: list[dict[str, Any]] = []
        self.secrets: list[str] = []
        self.traces: list[str | None] = []
        self._server = _Server(("127.0.0.1", port), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True, name="fake assistant")
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        """Stop listening: from now on nobody answers on the port."""
        stop(self._server, self._server.socket)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A script that raises, or a client that left, is part of the tests."""


def _handler(fake: FakeAssistant) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            fake.bodies.append(body)
            fake.secrets.append(self.headers.get("Authorization", ""))
            fake.traces.append(self.headers.get("traceparent"))
            time.sleep(fake.delay)
            answer = fake.script(body)
            status, content = answer if isinstance(answer, tuple) else (200, answer)
            self._send(status, content)

        def do_GET(self) -> None:
            ready = self.path == "/readyz" and fake.ready
            self._send(200 if ready or self.path == "/healthz" else 503, {"ready": fake.ready})

        def _send(self, status: int, content: dict[str, Any]) -> None:
            """Header and body in one write: apart, they would wait for each other's acknowledgement."""
            data = json.dumps(content).encode()
            head = f"HTTP/1.1 {status} Answer\r\nContent-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n"
            self.wfile.write(head.encode() + data)
            self.wfile.flush()

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    return Handler
