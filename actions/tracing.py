"""Traces (OpenTelemetry): where a turn spends its time in the assistant, as part of the gateway's trace.

Off until `nlu.tracing.start`, and nothing of OpenTelemetry is imported. What a span may say is listed in
`ATTRIBUTES`, with the gateway's names (`api/tracing`): ids and outcomes, never what anybody wrote.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any, Protocol

ATTRIBUTES = {
    "conversation": "desk.conversation.id",
    "message": "desk.message.id",
    "intent": "desk.intent",
    "model_id": "desk.nlu_model.id",
    "language": "desk.language",
    "replies": "desk.replies",
    "effects": "desk.effects",
    "action": "desk.action",
    "method": "http.request.method",
    "route": "http.route",
    "status": "http.response.status_code",
    "error": "error.type",
}


class Recorder(Protocol):
    """What is behind these functions while traces are recorded."""

    def begin(self, name: str, traceparent: str | None, known: dict[str, Any]) -> AbstractContextManager[Any]: ...
    def span(self, name: str, client: bool, known: dict[str, Any]) -> AbstractContextManager[Any]: ...
    def note(self, known: dict[str, Any]) -> None: ...
    def headers(self) -> dict[str, str]: ...


recorder: Recorder | None = None


def begin(name: str, traceparent: str | None, **known: Any) -> AbstractContextManager[Any]:
    """The span of a request, going on with the trace that it names."""
    return nullcontext() if recorder is None else recorder.begin(name, traceparent, known)


def span(name: str, client: bool = False, **known: Any) -> AbstractContextManager[Any]:
    """A span inside the one that is open here; outside of any, what is done is nobody's turn and not recorded.

    `client`: it waits for another program. An exception that leaves it is noted by its type alone.
    """
    return nullcontext() if recorder is None else recorder.span(name, client, known)


def note(**known: Any) -> None:
    """Add to the span that is open here; None is left out. With an `error` it counts as failed."""
    if recorder is not None:
        recorder.note(known)


def headers() -> dict[str, str]:
    """`traceparent` of the span that is open here, for whoever is asked."""
    return {} if recorder is None else recorder.headers()
