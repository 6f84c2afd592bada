"""A collector of traces, as small as can be: takes OTLP over HTTP in protobuf, and knows what it was sent."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

KINDS = {1: "internal", 2: "server", 3: "client"}
FAILED = 2  # the status of OTLP


@dataclass(frozen=True)
class Span:
    """One span as it arrived. `parent` is empty for a trace's first."""

    service: str
    name: str
    kind: str
    trace: str
    id: str
    parent: str
    failed: bool
    attributes: dict[str, Any]


@dataclass
class Collector:
    """Where it listens, all bytes that came, and what was in them."""

    url: str
    bodies: list[bytes] = field(default_factory=list)
    paths: set[str] = field(default_factory=set)

    def spans(self) -> list[Span]:
        return [span for body in list(self.bodies) for span in _read(body)]

    def when(self, service: str, name: str, seconds: float = 20) -> Span:
        """The first span of that name, once it has come."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for span in self.spans():
                if (span.service, span.name) == (service, name):
                    return span
            time.sleep(0.05)
        raise AssertionError(f"no {name!r} of {service}; came: {sorted({(s.service, s.name) for s in self.spans()})}")

    def tree(self, trace: str) -> list[str]:
        """A trace as indented lines, siblings in the order in which they ended."""
        found = [span for span in self.spans() if span.trace == trace]
        ids = {span.id for span in found}
        return [line for span in found if span.parent not in ids for line in _below(span, found, 0)]


def _below(span: Span, found: list[Span], depth: int) -> Iterator[str]:
    yield f"{'  ' * depth}{span.service}: {span.name}"
    for inner in found:
        if inner.parent == span.id:
            yield from _below(inner, found, depth + 1)


def _read(body: bytes) -> Iterator[Span]:
    for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
        service = _values(resource.resource.attributes)["service.name"]
        for scope in resource.scope_spans:
            for s in scope.spans:
                ids = (s.trace_id.hex(), s.span_id.hex(), s.parent_span_id.hex())
                yield Span(service, s.name, KINDS[s.kind], *ids, failed=s.status.code == FAILED, attributes=_values(s.attributes))


def _values(attributes: Any) -> dict[str, Any]:
    return {a.key: getattr(a.value, a.value.WhichOneof("value")) for a in attributes}


@contextmanager
def collecting() -> Iterator[Collector]:
    """A collector on a free port of the loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            collector.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            collector.paths.add(self.path)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    collector = Collector(f"http://127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield collector
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def silent() -> Iterator[Collector]:
    """One that takes connections and never answers; `bodies` has what it was told, in pieces."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        collector = Collector(f"http://127.0.0.1:{listening.getsockname()[1]}")
        held: list[socket.socket] = []

        def take() -> None:
            while True:
                try:
                    held.append(listening.accept()[0])
                except OSError:
                    return
                collector.bodies.append(held[-1].recv(65536))

        threading.Thread(target=take, daemon=True).start()
        try:
            yield collector
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            for connection in held:
                connection.close()
