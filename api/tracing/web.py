"""Requests as spans, and the traces of the processes that serve.

Not OpenTelemetry's own Flask instrumentation: it tells a collector whole addresses (some hold a mailed link's token),
the candidate's IP address and browser. Here a request is its method, its route's pattern and its status.
"""

from __future__ import annotations

import hmac
import sys
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, Response, request

from api import UNWANTED, tracing
from api.db import db

UNTRACED = ("/healthz", "/readyz", "/metrics", "/static/")
INSIDE = "/internal/"
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
SPAN = "desk.span"


def register(app: Flask) -> None:
    """Have requests traced, if a collector is set. Recording begins with `start`."""
    if not app.config["SETTINGS"].otlp_endpoint:
        return
    secret = app.config["SETTINGS"].assistant_secret.get_secret_value()
    app.wsgi_app = _traced(app.wsgi_app, f"Bearer {secret}".encode())  # type: ignore[method-assign]
    app.after_request(_name)


def start(app: Flask, service: str) -> None:
    """Record this process's traces, if a collector is set; after any fork."""
    endpoint = app.config["SETTINGS"].otlp_endpoint
    if endpoint:
        for name in UNWANTED:
            if name in sys.modules and sys.modules[name] is None:
                del sys.modules[name]
        from api.tracing import recording

        with app.app_context():
            recording.start(endpoint, service, db.engine)


def stop() -> None:
    """Send what is left, within seconds."""
    if tracing.recorder is not None:
        from api.tracing import recording

        recording.stop()


def _traced(inner: Callable[..., Iterable[bytes]], assistants: bytes) -> Callable[..., Iterable[bytes]]:
    """A span around the making of a response; a stream's ends where the stream begins.

    Only the assistant, which knows the secret (`assistants`: as it shows it), goes on with a trace; it asks for some
    things on its own account every few seconds, which are nobody's turn.
    """

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        inside = path.startswith(INSIDE)
        known = inside and hmac.compare_digest(environ.get("HTTP_AUTHORIZATION", "").encode(errors="replace"), assistants)
        parent = environ.get("HTTP_TRACEPARENT") if known else None
        if path.startswith(UNTRACED) or (inside and not parent):
            return inner(environ, start_response)
        given = environ.get("REQUEST_METHOD", "")
        method = given if given in METHODS else "_OTHER"
        with tracing.span(method, "server", parent, method=method) as span:
            environ[SPAN] = span
            return inner(environ, start_response)

    return application


def _name(response: Response) -> Response:
    """Tell the span which route it was; an address that is none of ours stays unsaid."""
    span = request.environ.get(SPAN)
    if span is not None:
        span.note(status=response.status_code, error=str(response.status_code) if response.status_code >= 500 else None)
        if request.url_rule is not None:
            span.rename(f"{request.method} {request.url_rule.rule}")
            span.note(route=request.url_rule.rule)
    return response
