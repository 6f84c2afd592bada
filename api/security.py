"""Headers of a public service: a strict CSP, and which sites may embed the chat or call its API."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Flask, Response, current_app, request

from api.errors import NotFound

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors {ancestors}"
)
# What pages of other sites may load or call: the widget's files and the chat API.
SHARED = ("/api/v1/conversations", "/api/v1/roles", "/api/v1/brand", "/widget/", "/widget.js")
# What machines beside the gateway ask for; a proxy does not pass it on, and if one does, there is nothing there.
INSIDE = ("/internal", "/metrics", "/readyz")


def register(app: Flask) -> None:
    """Answer preflights and set the headers on every response."""

    @app.before_request
    def preflight() -> Response | None:
        if request.method == "OPTIONS" and _shared() and "Access-Control-Request-Method" in request.headers:
            return Response(status=204)
        return None

    @app.before_request
    def inside_only() -> None:
        if app.config["SETTINGS"].trusted_proxies and "X-Forwarded-For" in request.headers and request.path.startswith(INSIDE):
            raise NotFound

    @app.before_request
    def storable_path() -> None:
        if "\0" in request.path:  # nothing has such a name, and PostgreSQL refuses even to look
            raise NotFound

    @app.after_request
    def headers(response: Response) -> Response:
        there = {name.lower() for name, _ in response.headers}  # looked through once: this runs at every turn
        for name, value in _wanted(response):
            if name.lower() not in there:
                response.headers.add(name, value)
        _allow_origin(response, current_app.config["SETTINGS"].origins)
        return response


def _wanted(response: Response) -> Iterator[tuple[str, str]]:
    """The headers of every response, unless a view has set its own."""
    settings = current_app.config["SETTINGS"]
    yield "X-Content-Type-Options", "nosniff"
    yield "Referrer-Policy", "strict-origin-when-cross-origin"
    yield "Cross-Origin-Resource-Policy", "cross-origin" if _shared() else "same-origin"
    yield "Permissions-Policy", "camera=(), microphone=(), geolocation=()"
    if settings.site.startswith("https:"):
        yield "Strict-Transport-Security", "max-age=31536000"
    if response.mimetype == "text/html":
        yield "Content-Security-Policy", _csp(settings.origins)
    if request.path.startswith("/api/"):
        yield "Cache-Control", "no-store"


def _csp(origins: set[str]) -> str:
    embeddable = request.path == "/chat" or request.path.startswith("/chat/")
    return CSP.format(ancestors="'self' " + " ".join(sorted(origins)) if embeddable else "'none'")


def _shared() -> bool:
    return request.path.startswith(SHARED)


def _allow_origin(response: Response, origins: set[str]) -> None:
    if not _shared():
        return
    response.vary.add("Origin")
    origin = request.headers.get("Origin", "")
    if origin in origins:
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type, Last-Event-ID"
        response.headers["Access-Control-Allow-Methods"] = "GET, POST, PUT"
        response.headers["Access-Control-Expose-Headers"] = "Retry-After, Content-Disposition"
        response.headers["Access-Control-Max-Age"] = "600"
