"""Records the assistant's spans and sends them to a collector (OTLP over HTTP), if one is set.

A thread of its own sends them; what it cannot get rid of it drops, and says so in the log once in a while.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from actions import tracing

log = logging.getLogger("assistant")
ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
STOP_SECONDS = 3.0  # in which a process that ends may still send what it has
# Where OpenTelemetry's own variables say nothing.
DEFAULTS = {"OTEL_BSP_SCHEDULE_DELAY": "1000", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "32", "OTEL_EXPORTER_OTLP_TIMEOUT": "5"}
COMPLAIN_EVERY = 300.0


class Recorder:
    """Makes this process's spans. OpenTelemetry is imported here, and only when one is made."""

    def __init__(self, endpoint: str) -> None:
        from opentelemetry import trace
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        self._complaints = Complaints()
        self._trace, self._propagator = trace, TraceContextTextMapPropagator()
        resource = Resource.create({"service.name": "desk-assistant", "service.namespace": "applicant-desk"})
        for variable, value in DEFAULTS.items():
            os.environ.setdefault(variable, value)
        exporter = OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces")
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("applicant-desk")

    @contextmanager
    def begin(self, name: str, traceparent: str | None, known: dict[str, Any]) -> Iterator[None]:
        """A request's span."""
        before = self._propagator.extract({"traceparent": traceparent} if traceparent else {})
        with self._open(name, self._trace.SpanKind.SERVER, known, before):
            yield

    @contextmanager
    def span(self, name: str, client: bool, known: dict[str, Any]) -> Iterator[None]:
        """A span inside a request's; elsewhere nothing."""
        if not self._trace.get_current_span().get_span_context().is_valid:
            yield
            return
        kind = self._trace.SpanKind.CLIENT if client else self._trace.SpanKind.INTERNAL
        with self._open(name, kind, known, None):
            yield

    @contextmanager
    def _open(self, name: str, kind: Any, known: dict[str, Any], before: Any) -> Iterator[None]:
        """OpenTelemetry's own span, without its notes of exceptions: their words can be a candidate's."""
        quiet = {"record_exception": False, "set_status_on_exception": False}
        with self._tracer.start_as_current_span(name, before, kind, _attributes(known), **quiet):
            try:
                yield
            except BaseException as error:
                self.note({"error": type(error).__name__})
                raise

    def note(self, known: dict[str, Any]) -> None:
        """Add to the innermost span."""
        current = self._trace.get_current_span()
        current.set_attributes(_attributes(known))
        if known.get("error"):
            current.set_status(self._trace.StatusCode.ERROR)

    def headers(self) -> dict[str, str]:
        """What hands the trace on."""
        carrier: dict[str, str] = {}
        self._propagator.inject(carrier)
        return carrier

    def stop(self) -> None:
        """Send what is left, but let nobody wait for a collector that hangs."""
        ending = threading.Thread(target=self._provider.shutdown, daemon=True, name="last traces")
        ending.start()
        ending.join(STOP_SECONDS)
        self._complaints.last(unfinished=ending.is_alive())


def _attributes(known: dict[str, Any]) -> dict[str, Any]:
    return {tracing.ATTRIBUTES[name]: value for name, value in known.items() if value is not None}


class Complaints(logging.Handler):
    """What OpenTelemetry says of traces that were not delivered: at once, then summed up every few minutes.

    It takes the place of whatever handled OpenTelemetry's loggers.
    """

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._unsaid, self._again_at = 0, float("-inf")
        theirs = logging.getLogger("opentelemetry")
        theirs.handlers, theirs.propagate = [self], False

    def emit(self, record: logging.LogRecord) -> None:
        """Say it, or count it until it is time again."""
        self._unsaid += 1
        if time.monotonic() < self._again_at:
            return
        cause = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else ""
        log.warning("traces not delivered, %d times: %s %s", self._unsaid, record.getMessage()[:200], cause)
        self._unsaid, self._again_at = 0, time.monotonic() + COMPLAIN_EVERY

    def last(self, unfinished: bool) -> None:
        """Say what has not been said yet."""
        if self._unsaid or unfinished:
            log.warning("traces not delivered, %d times more%s", self._unsaid, "; the collector did not answer in time" if unfinished else "")


def start(environment: Mapping[str, str]) -> None:
    """Record from now on, if a collector is set."""
    endpoint = environment.get(ENDPOINT, "")
    if endpoint:
        tracing.recorder = Recorder(endpoint)


def stop() -> None:
    """Send what is left, within seconds; nothing if nothing is recorded."""
    ending, tracing.recorder = tracing.recorder, None
    if isinstance(ending, Recorder):
        ending.stop()
