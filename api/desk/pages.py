"""The blueprint of the desk's pages, and what all of them share: rendering, errors as pages or inline."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask import Response, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from api.accounts.access import csrf_protected
from api.answers.company import company
from api.db import db
from api.errors import TITLES, DomainError, problem, unforeseen
from api.reader import language

blueprint = APIBlueprint("desk", __name__, url_prefix="/desk", template_folder="templates", enable_openapi=False)
csrf_protected(blueprint)


def page(template: str, status: int = 200, **values: Any) -> Response:
    """One of the desk's pages, or a part of one (`template` below templates/desk, without its ending)."""
    html = render_template(f"desk/{template}.html", company=company(), language=language(), **values)
    return make_response(html, status)


def wants_part() -> bool:
    """Whether htmx asks for a part of the page that it shows already."""
    return "HX-Request" in request.headers and "HX-History-Restore-Request" not in request.headers


@blueprint.get("/brand.css")
def brand() -> Response:
    """The employer's colours, from which the desk's own follow."""
    chosen = company().brand
    response = Response(f":root{{--accent-light:{chosen.accent};--accent-dark:{chosen.accent_dark}}}\n", mimetype="text/css")
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


@blueprint.errorhandler(DomainError)
def refused(error: DomainError) -> Response:
    """An error as a page for people, as a line in the page for htmx, as problem+json for programs."""
    db.session.rollback()
    return _said(error.status, error.type, error.sentence, **error.fields)


@blueprint.errorhandler(HTTPException)
def failed(error: HTTPException) -> Response:
    """What Flask itself refuses, in the same three forms."""
    status = error.code or 500
    type_, sentence = TITLES.get(status, ("error", error.description))
    response = _said(status, type_, sentence)
    response.headers.extend([(k, v) for k, v in error.get_headers(request.environ) if k in ("Retry-After", "Allow")])
    return response


@blueprint.errorhandler(Exception)
def broken(error: Exception) -> Response:
    """What nobody has foreseen: noted in the log, and said without details."""
    db.session.rollback()
    status = unforeseen(error)
    return _said(status, *TITLES[status])


def _said(status: int, type_: str, sentence: Any, **fields: Any) -> Response:
    if wants_part():
        return page("_refusal", status, sentence=sentence)
    if request.accept_mimetypes.accept_html and "text/event-stream" not in request.headers.get("Accept", ""):
        return page("problem", status, sentence=sentence)
    return problem(status, type_, sentence, **fields)
