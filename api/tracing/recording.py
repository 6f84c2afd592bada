"""Spans recorded and sent to a collector (OTLP over HTTP, protobuf). The one module that imports OpenTelemetry.

A thread (under gevent a greenlet) of its own sends them in small batches. What it cannot get rid of it drops: a
collector that is away or hangs takes no time from a turn. How often that happens is logged once in a while.
"""

from __future__ import annotations

import os
import threading
from types import TracebackType
from typing import Any, Self

from opentelemetry import context, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from sqlalchemy import Engine, event

from api import tracing
from api.tracing import ATTRIBUTES, Kind, Value
from api.tracing.complaints import Complaints

KINDS = {"internal": SpanKind.INTERNAL, "server": SpanKind.SERVER, "client": SpanKind.CLIENT}
STOP_SECONDS = 3.0  # in which a process that ends may still send what it has
# Where OpenTelemetry's own variables say nothing. Packing 32 spans takes some 2 ms, in which a gateway's greenlets wait.
DEFAULTS = {"OTEL_BSP_SCHEDULE_DELAY": "1000", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "32", "OTEL_EXPORTER_OTLP_TIMEOUT": "5"}
_propagator = TraceContextTextMapPropagator()


class Recorded:
    """A span of OpenTelemetry's, with the database statements inside it counted."""

    def __init__(self, tracer: trace.Tracer, name: str, kind: Kind, parent: str | None, if_written: bool, known: dict[str, Value]) -> None:
        self.name = name
        self._tracer, self._kind, self._known, self._if_written = tracer, KINDS[kind], known, if_written
        self._carrier = {"traceparent": parent} if parent else None
        self.statements = self.writes = 0

    def __enter__(self) -> Self:
        before = _propagator.extract(self._carrier) if self._carrier else None
        self._span = self._tracer.start_span(self.name, before, self._kind, _attributes(self._known))
        self._outer = tracing.innermost.get()
        self._was_innermost = tracing.innermost.set(self)
        self._was_current = context.attach(trace.set_span_in_context(self._span))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        context.detach(self._was_current)
        tracing.innermost.reset(self._was_innermost)
        if self._outer is not None:
            self._outer.statements += self.statements
            self._outer.writes += self.writes
        if kind is not None:
            self.note(error=kind.__name__)
        if self._if_written and not self.writes and kind is None:
            return  # never ended, so never sent
        self.note(statements=self.statements or None, writes=self.writes or None)
        self._span.end()

    def note(self, **known: Value) -> None:
        self._span.set_attributes(_attributes(known))
        if known.get("error"):
            self._span.set_status(Status(StatusCode.ERROR))

    def rename(self, name: str) -> None:
        self.name = name
        self._span.update_name(name)

    def named(self, name: str) -> Recorded | None:
        """The nearest span of that name, from here outwards."""
        found: Recorded | None = self
        while found is not None and found.name != name:
            found = found._outer
        return found


def _attributes(known: dict[str, Value]) -> dict[str, Any]:
    return {ATTRIBUTES[name]: value for name, value in known.items() if value is not None}


class Recorder:
    """Makes this process's spans, and sends them."""

    def __init__(self, endpoint: str, service: str) -> None:
        self._complaints = Complaints()
        self._complaints.listen()
        resource = Resource.create({"service.name": f"desk-{service}", "service.namespace": "applicant-desk"})
        for name, value in DEFAULTS.items():
            os.environ.setdefault(name, value)
        exporter = OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces")
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("applicant-desk")

    def span(self, name: str, kind: Kind, parent: str | None, if_written: bool, known: dict[str, Value]) -> Recorded:
        return Recorded(self._tracer, name, kind, parent, if_written, known)

    def headers(self) -> dict[str, str]:
        carrier: dict[str, str] = {}
        _propagator.inject(carrier)
        return carrier

    def note_on(self, name: str, known: dict[str, Value]) -> None:
        innermost: Recorded | None = tracing.innermost.get()
        found = innermost and innermost.named(name)
        if found:
            found.note(**known)

    def stop(self) -> None:
        """Send what is left, but let nobody wait for a collector that hangs."""
        ending = threading.Thread(target=self._provider.shutdown, daemon=True, name="last traces")
        ending.start()
        ending.join(STOP_SECONDS)
        self._complaints.close(unfinished=ending.is_alive())


def start(endpoint: str, service: str, engine: Engine) -> None:
    """Record from now on in this process, which no fork may follow; `service` is its part of the desk."""
    tracing.recorder = Recorder(endpoint, service)
    event.listen(engine, "after_cursor_execute", _count)


def stop() -> None:
    """Send what is left; for the end of a process. Does nothing in one that records none."""
    ending, tracing.recorder = tracing.recorder, None
    if isinstance(ending, Recorder):
        ending.stop()


def _count(connection: Any, cursor: Any, statement: str, parameters: Any, execution: Any, many: bool) -> None:
    """Count a statement on the span that is open here, as a write if it changed rows. Neither its words nor its values are looked at."""
    innermost: Recorded | None = tracing.innermost.get()
    if innermost is not None:
        innermost.statements += 1
        innermost.writes += bool(execution is not None and (execution.isinsert or execution.isupdate or execution.isdelete) and cursor.rowcount)
