"""The reverse proxy of docker/, as it is shipped: the real Caddy in front of a stand-in for the gateway."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]
CADDY = Path(sys.executable).parent / "caddy"
FRAMES = 3
PAUSE = 0.3


class StandIn(BaseHTTPRequestHandler):
    """Tells what it was asked; below /events it sends a frame now and then."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path.endswith("/events"):
            return self._stream()
        return self._tell()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._tell()

    def _tell(self) -> None:
        body = json.dumps({"path": self.path, **{k.lower(): v for k, v in self.headers.items()}}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _stream(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        for number in range(FRAMES):
            self.wfile.write(f"id: {number}\ndata: {time.monotonic()}\n\n".encode())
            time.sleep(PAUSE)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Nothing."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def gateway() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), StandIn)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()


@pytest.fixture(scope="module")
def caddy(gateway: ThreadingHTTPServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a Caddy with docker/Caddyfile, without TLS."""
    yield from _run_caddy(gateway.server_address[1], tmp_path_factory.mktemp("caddy"))


def _run_caddy(gateway_port: int, folder: Path) -> Iterator[int]:
    port = free_port()
    settings = {"DOMAIN": f"http://127.0.0.1:{port}", "GATEWAY_HOST": "127.0.0.1", "GATEWAY_PORT": str(gateway_port), "HOME": str(folder)}
    command = [str(CADDY), "run", "--adapter", "caddyfile", "--config", str(ROOT / "docker" / "Caddyfile")]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, env={"PATH": os.environ["PATH"]} | settings, stdout=log, stderr=log)
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert process.poll() is None, (folder / "log").read_text()
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def ask(port: int, method: str, path: str, headers: dict[str, str] | None = None, body: bytes | None = None) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request(method, path, body, headers or {})
    response = connection.getresponse()
    return response.status, response.read()


def test_what_is_for_machines_inside_is_not_passed_on_however_it_is_written(caddy: int) -> None:
    for path in (
        "/metrics", "/readyz", "/internal/v1/roles", "/internal", "//internal/v1/roles", "/x/../metrics", "/%6Detrics", "/METRICS", "/internal%2Fv1/roles",
    ):  # fmt: skip
        assert ask(caddy, "GET", path)[0] == 404, path
    for path in ("/healthz", "/", "/api/v1/roles", "/desk/"):
        assert ask(caddy, "GET", path)[0] == 200, path


def test_the_gateway_learns_who_asks_and_not_what_they_say_of_themselves(caddy: int) -> None:
    lies = {
        "X-Forwarded-For": "6.6.6.6",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Prefix": "/evil",
        "Forwarded": "for=6.6.6.6",
    }
    seen = json.loads(ask(caddy, "GET", "/", lies)[1])
    assert seen["x-forwarded-for"] == "127.0.0.1"
    assert seen["x-forwarded-proto"] == "http"
    assert seen["x-forwarded-host"] == f"127.0.0.1:{caddy}"
    assert not {"x-forwarded-prefix", "forwarded"} & set(seen)


def test_a_stream_is_passed_on_frame_by_frame(caddy: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", caddy, timeout=20)
    connection.request("GET", "/api/v1/conversations/x/events", headers={"Accept": "text/event-stream", "Accept-Encoding": "gzip, zstd"})
    response = connection.getresponse()
    assert response.headers["Content-Type"] == "text/event-stream"
    assert "Content-Encoding" not in response.headers
    late = []
    while frame := response.read1():  # what has come, as soon as it comes
        late.append(time.monotonic() - float(frame.split()[-1]))
    assert len(late) == FRAMES
    assert max(late) < PAUSE, late


def test_a_body_is_as_large_as_its_door_allows(caddy: int) -> None:
    small, large, file = b"x" * 200_000, b"x" * 700_000, b"x" * 11_000_000
    assert ask(caddy, "POST", "/api/v1/conversations", body=small)[0] == 200
    assert ask(caddy, "POST", "/api/v1/conversations", body=large)[0] in (413, 502)
    assert ask(caddy, "POST", "/desk/conversations/x/attachment", body=file)[0] == 200


def test_a_gateway_that_is_just_starting_is_waited_for(tmp_path: Path) -> None:
    port = free_port()
    running = _run_caddy(port, tmp_path)
    proxy = next(running)
    answers: list[int] = []
    asking = threading.Thread(target=lambda: answers.append(ask(proxy, "GET", "/")[0]))
    asking.start()
    time.sleep(0.5)
    server = ThreadingHTTPServer(("127.0.0.1", port), StandIn)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    asking.join(15)
    running.close()
    server.shutdown()
    assert answers == [200]
