"""Traces (OpenTelemetry): where a request, a turn or a job spends its time, across gateway, assistant and worker.

Off until `recording.start`, which the serving processes call if `OTEL_EXPORTER_OTLP_ENDPOINT` is set. While it is
off nothing of OpenTelemetry is imported, and a span costs a function call.

What a span may say is listed in `ATTRIBUTES`: ids, outcomes and counts. Texts, names, addresses and tokens have no
name there, and what has no name cannot be noted.
"""

from __future__ import annotations

from contextvars import ContextVar
from types import TracebackType
from typing import Any, Literal, Protocol, Self

Kind = Literal["internal", "server", "client"]
Value = str | int | float | bool | None
ATTRIBUTES = {
    "conversation": "desk.conversation.id",
    "message": "desk.message.id",
    "turn": "desk.turn.id",
    "attempt": "desk.turn.attempt",
    "outcome": "desk.turn.outcome",
    "intent": "desk.intent",
    "model_id": "desk.nlu_model.id",
    "language": "desk.language",
    "replies": "desk.replies",
    "effects": "desk.effects",
    "job": "desk.job",
    "statements": "desk.db.statements",
    "writes": "desk.db.writes",
    "method": "http.request.method",
    "route": "http.route",
    "status": "http.response.status_code",
    "error": "error.type",
}


class Span(Protocol):
    """A stretch of work, measured from entering to leaving it. An exception that leaves it is noted by its type alone."""

    def __enter__(self) -> Self: ...
    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None: ...

    def note(self, **known: Value) -> None:
        """Add what `ATTRIBUTES` names; None is left out. With an `error` the span counts as failed."""

    def rename(self, name: str) -> None:
        """Call it otherwise, now that more is known. Only names of our own: routes and jobs."""


class Recorder(Protocol):
    """What is behind `span` while traces are recorded."""

    def span(self, name: str, kind: Kind, parent: str | None, if_written: bool, known: dict[str, Value]) -> Span: ...
    def headers(self) -> dict[str, str]: ...
    def note_on(self, name: str, known: dict[str, Value]) -> None: ...


class _Nothing:
    """The span of a process that records none."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        return None

    def note(self, **known: Value) -> None:
        return None

    def rename(self, name: str) -> None:
        return None


_NOTHING = _Nothing()
recorder: Recorder | None = None
# The innermost open span of this greenlet or thread, for what is counted on the way.
innermost: ContextVar[Any] = ContextVar("innermost", default=None)


def span(name: str, kind: Kind = "internal", parent: str | None = None, if_written: bool = False, **known: Value) -> Span:
    """A span inside the one that is open here, or a trace's first.

    `parent`: the `traceparent` that came with the work, if it did. `if_written`: it is kept only if the database was
    written to or an error left it; for work that looks every few seconds and mostly finds nothing.
    """
    return _NOTHING if recorder is None else recorder.span(name, kind, parent, if_written, known)


def headers() -> dict[str, str]:
    """`traceparent` of the span that is open here, for whoever goes on with the work; nothing while none is."""
    return {} if recorder is None else recorder.headers()


def note_on(name: str, **known: Value) -> None:
    """Add to the nearest open span of that name, if there is one."""
    if recorder is not None:
        recorder.note_on(name, known)
