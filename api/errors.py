"""Domain errors, and the one place where errors become HTTP: problem+json (RFC 9457), or a page for whoever reads pages.

Services raise the errors; nothing else in the gateway builds an error response.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog
from apiflask import APIFlask
from apiflask.exceptions import HTTPError
from flask import Response, current_app, json, redirect, request
from flask.globals import request_ctx
from flask_babel import lazy_gettext
from sqlalchemy.exc import DBAPIError, OperationalError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

log = structlog.get_logger()


class DomainError(Exception):
    """Something that was asked for cannot be. `type` is stable for clients; `sentence` is for people."""

    type = "error"
    status = 400
    sentence = lazy_gettext("That did not work.")

    def __init__(self, sentence: Any = None, **fields: Any) -> None:
        super().__init__(str(self.type))
        self.fields = fields
        if sentence is not None:
            self.sentence = sentence


class NotFound(DomainError):
    type = "not-found"
    status = 404
    sentence = lazy_gettext("There is nothing here.")


class SignInNeeded(DomainError):
    type = "sign-in-needed"
    status = 401
    sentence = lazy_gettext("A valid key or token is needed for this.")


class NotAllowed(DomainError):
    type = "not-allowed"
    status = 403
    sentence = lazy_gettext("This is not yours to do.")


class Invalid(DomainError):
    type = "invalid"
    status = 422
    sentence = lazy_gettext("Something in the request is not right.")


class Conflict(DomainError):
    type = "conflict"
    status = 409
    sentence = lazy_gettext("This clashes with what is already there.")


TITLES = {
    400: ("bad-request", lazy_gettext("The request could not be read.")),
    401: ("sign-in-needed", SignInNeeded.sentence),
    403: ("not-allowed", NotAllowed.sentence),
    404: ("not-found", NotFound.sentence),
    405: ("method-not-allowed", lazy_gettext("This address does not take that method.")),
    408: ("too-slow", lazy_gettext("The request took too long to arrive.")),
    413: ("too-large", lazy_gettext("That is too large.")),
    415: ("unsupported-media-type", lazy_gettext("Send JSON, please.")),
    422: ("invalid", Invalid.sentence),
    429: ("too-many", lazy_gettext("That was a lot at once. Wait a moment and try again. Nothing was lost.")),
    500: ("internal", lazy_gettext("Something broke on our side. What you sent before is kept. Try again in a moment.")),
    503: ("busy", lazy_gettext("We are busy right now. Nothing was lost. Try again in a moment.")),
}

# What people are told instead, on a page.
FOR_PEOPLE = {405: lazy_gettext("There is no page at this address: it only takes what a form sends. Nothing was changed.")}
PROGRAMS = ("/api/", "/internal/", "/metrics", "/healthz", "/readyz")
PAGES = "problem_pages"


def problem(status: int, type_: str, title: Any, **fields: Any) -> Response:
    """A problem+json response; `type` is `/problems/<name>`, relative to the service."""
    body = {"type": f"/problems/{type_}", "title": str(title), "status": status, **fields}
    # A refused body may name a field in half a character, which has no UTF-8 form.
    data = json.dumps(body).encode(errors="replace")
    return Response(data, status, content_type="application/problem+json")


def as_pages(app: APIFlask, page: Callable[[int, Any], Response]) -> None:
    """Let `page(status, sentence)` tell people of errors outside the programs' addresses."""
    app.extensions[PAGES] = page


def _said(status: int, type_: str, sentence: Any, **fields: Any) -> Response:
    """An error as a page for a browser that opens one, as problem+json for programs."""
    if PAGES in current_app.extensions and _for_people():
        page: Response = current_app.extensions[PAGES](status, FOR_PEOPLE.get(status, sentence))
        return page
    return problem(status, type_, sentence, **fields)


def _for_people() -> bool:
    """Whether a page is asked for by name: programs take anything, or JSON."""
    return not request.path.startswith(PROGRAMS) and any(kind == "text/html" and quality > 0 for kind, quality in request.accept_mimetypes)


def _page_of_form() -> str | None:
    """The address of the page whose form posts to this one, for who opens it from the address bar; None if there is none.

    It is the nearest page above, by the names of the routes: `/desk/staff` for `/desk/staff/<staff_id>/deactivate`.
    """
    adapter = request_ctx.url_adapter
    if request.method not in ("GET", "HEAD") or adapter is None or not _for_people():
        return None
    try:
        rule, values = adapter.match(method="POST", return_rule=True)
    except HTTPException:
        return None
    pages = {each.rule: each for each in current_app.url_map.iter_rules() if "GET" in (each.methods or ())}
    above = rule.rule.rstrip("/").rpartition("/")[0]
    while above.count("/") > 1:  # not the first page of a console: it is nobody's form
        if found := pages.get(above):
            return adapter.build(found.endpoint, {name: values[name] for name in found.arguments})
        above = above.rpartition("/")[0]
    return None


def _http(error: HTTPException) -> AnyResponse | HTTPException:
    status = error.code or 500
    if status < 400:
        return error
    if status == 405 and (address := _page_of_form()):
        return redirect(address, 303)
    type_, title = TITLES.get(status, ("error", error.name))
    response = _said(status, type_, title)
    for name in ("Retry-After", "Allow", "WWW-Authenticate"):
        for key, value in error.get_headers(request.environ):
            if key == name:
                response.headers[name] = value
    return response


def _api(error: HTTPError) -> Response:
    type_, title = TITLES.get(error.status_code, ("error", error.message))
    fields = {"errors": _flat(error.detail)} if isinstance(error.detail, dict) and error.detail else {}
    response = problem(error.status_code, type_, title, **fields)
    response.headers.extend(error.headers or {})
    return response


def _flat(detail: Any, path: str = "") -> list[dict[str, str]]:
    """Marshmallow's nested messages as a list of {"field", "message"}."""
    if isinstance(detail, dict):
        return [row for key, value in detail.items() for row in _flat(value, f"{path}.{key}" if path else str(key))]
    if isinstance(detail, list):
        return [row for value in detail for row in _flat(value, path)]
    return [{"field": path.removeprefix("json.").removeprefix("query."), "message": str(detail)}]


def unforeseen(error: Exception) -> int:
    """Note in the log what nobody raises on purpose. The status to answer with: 503 if the database is away, else 500."""
    rule = request.url_rule and request.url_rule.rule
    if isinstance(error, OperationalError):
        log.error("database unavailable", error=type(error.orig).__name__, path=rule)
        return 503
    detail = type(error.orig).__name__ if isinstance(error, DBAPIError) else None
    log.error("unexpected error", error=type(error).__name__, cause=detail, path=rule, exc_info=error)
    if current_app.testing and current_app.config.get("PROPAGATE_UNEXPECTED"):
        raise error
    return 500


def register(app: APIFlask) -> None:
    """Install the handlers."""

    @app.errorhandler(DomainError)
    def domain(error: DomainError) -> Response:
        response = _said(error.status, error.type, error.sentence, **error.fields)
        if error.status == 401:
            response.headers["WWW-Authenticate"] = "Bearer"
        return response

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> AnyResponse | HTTPException:
        if isinstance(error, HTTPException):
            return _http(error)
        status = unforeseen(error)
        response = _said(status, *TITLES[status])
        if status == 503:
            response.headers["Retry-After"] = "5"
        return response

    app.error_processor(_api)
    app.register_error_handler(HTTPException, _http)
