"""The real assistant with the trained model, beside a small gateway that answers its reads."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx

from tests.actions.office import Office

SECRET = "secret"
NOW = "2026-11-22T14:05:00+01:00"


class FakeGateway(BaseHTTPRequestHandler):
    """Serves an `Office` over HTTP."""

    office = Office()
    traces: list[tuple[str, str | None]] = []  # paths asked for, each with its `traceparent`
    protocol_version = "HTTP/1.1"
    wbufsize = 65536  # head and body in one packet: else each answer waits 40 ms for an acknowledgement

    def do_GET(self) -> None:
        self.traces.append((self.path, self.headers.get("traceparent")))
        request = httpx.Request("GET", f"http://desk{self.path}", headers=dict(self.headers))
        response = self.office._answer(request)
        self.send_response(response.status_code)
        self.send_header("Content-Length", str(len(response.content)))
        self.end_headers()
        self.wfile.write(response.content)

    def log_message(self, *_: Any) -> None:
        """Quiet."""


class Assistant:
    """A client of the running assistant that keeps one conversation's state."""

    def __init__(self, url: str, log: Path) -> None:
        self.http = httpx.Client(base_url=url, timeout=20, headers={"Authorization": f"Bearer {SECRET}"})
        self.log = log
        self.new_conversation()

    def new_conversation(self, **context: Any) -> None:
        self.context = {"page_role": None, "verified": False, "now": NOW, **context}
        self.state: Any = None
        self.messages = 0

    def post(self, **body: Any) -> httpx.Response:
        self.messages += 1
        whole = {"conversation": "conv-1", "message_id": f"m{self.messages}", "language": "sv", "context": self.context, "state": self.state, **body}
        return self.http.post("/turn", json=whole)

    def say(self, text: str, language: str = "sv") -> dict[str, Any]:
        return self._keep(self.post(text=text, language=language))

    def press(self, button: str, language: str = "sv") -> dict[str, Any]:
        return self._keep(self.post(button=button, language=language))

    def _keep(self, response: httpx.Response) -> dict[str, Any]:
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        self.state = answer["state"]
        return answer


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


@contextmanager
def running(log: Path, **environment: str) -> Iterator[Assistant]:
    """A started and ready assistant; stopped at the end."""
    gateway = ThreadingHTTPServer(("127.0.0.1", 0), FakeGateway)
    threading.Thread(target=gateway.serve_forever, daemon=True).start()
    port = free_port()
    settings = {
        "DESK_ASSISTANT_SECRET": SECRET,
        "DESK_ASSISTANT_PORT": str(port),
        "DESK_INTERNAL_URL": f"http://127.0.0.1:{gateway.server_port}/internal/v1",
        **environment,
    }
    with log.open("w") as out:
        process = subprocess.Popen([sys.executable, "-m", "nlu.server"], env={**os.environ, **settings}, stdout=out, stderr=subprocess.STDOUT)
        try:
            yield _ready(Assistant(f"http://127.0.0.1:{port}", log), process)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(20)
            gateway.shutdown()


def _ready(assistant: Assistant, process: subprocess.Popen[bytes]) -> Assistant:
    until = time.monotonic() + 240
    while time.monotonic() < until:
        assert process.poll() is None, assistant.log.read_text()
        try:
            if assistant.http.get("/readyz").status_code == 200:
                return assistant
        except httpx.HTTPError:
            pass
        time.sleep(0.2)
    raise AssertionError("The assistant did not become ready:\n" + assistant.log.read_text())
