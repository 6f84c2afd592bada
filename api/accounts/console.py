"""What the consoles (desk, studio) share: how their pages are made, and how they tell of errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from apiflask import APIBlueprint
from flask import Response, g, make_response, render_template, request
from flask_babel import lazy_gettext
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from api.accounts.access import csrf_protected, current_staff
from api.answers.company import company
from api.candidates.pages import Page as PlainPage
from api.candidates.pages import show
from api.db import db
from api.errors import TITLES, DomainError, Invalid, SignInNeeded, problem, unforeseen
from api.reader import language

Page = Callable[..., Response]
TITLE = lazy_gettext("That did not work.")


def console(name: str, import_name: str) -> tuple[APIBlueprint, Page]:
    """The blueprint of a console under `/<name>`, and the function that renders its pages.

    `page(template, status=200, **values)`: `template` lies below `templates/<name>`, given without its ending.
    """
    blueprint = APIBlueprint(name, import_name, url_prefix=f"/{name}", template_folder="templates", enable_openapi=False)
    csrf_protected(blueprint)

    def page(template: str, status: int = 200, **values: Any) -> Response:
        html = render_template(f"{name}/{template}.html", company=company(), language=language(), **values)
        return make_response(html, status)

    blueprint.before_request(_storable)
    _tell_errors(blueprint)
    return blueprint, page


class NotText(Invalid):
    """A form with a character that no database keeps."""

    type = "not-text"
    sentence = lazy_gettext("What you typed or pasted holds an invisible character that cannot be kept. Nothing was saved: take it out, and try again.")


def _storable() -> None:
    """Refuse NUL in any form by its own name. Uploads are left to their view: what they hold is no text."""
    if request.mimetype == "application/x-www-form-urlencoded" and any("\0" in text for _name, text in request.form.items(multi=True)):
        raise NotText


def wants_part() -> bool:
    """Whether htmx asks for a part of the page that it shows already."""
    return "HX-Request" in request.headers and "HX-History-Restore-Request" not in request.headers


def _tell_errors(blueprint: APIBlueprint) -> None:
    """An error is a page for people, a line in the page for htmx, problem+json for programs."""

    @blueprint.errorhandler(DomainError)
    def refused(error: DomainError) -> Response:
        db.session.rollback()
        if isinstance(error, NotText):  # refused before any view has asked who it is
            _find_reader()
        return _said(error.status, error.type, error.sentence, **error.fields)

    @blueprint.errorhandler(HTTPException)
    def failed(error: HTTPException) -> Response:
        """What Flask itself refuses."""
        status = error.code or 500
        type_, sentence = TITLES.get(status, ("error", error.description))
        if status != 429:  # whoever asks too often is not to make the database work
            _find_reader()
        response = _said(status, type_, sentence)
        response.headers.extend([(k, v) for k, v in error.get_headers(request.environ) if k in ("Retry-After", "Allow")])
        return response

    @blueprint.errorhandler(Exception)
    def broken(error: Exception) -> Response:
        """What nobody has foreseen: noted in the log, and said without details."""
        db.session.rollback()
        status = unforeseen(error)
        return _said(status, *TITLES[status])


def problem_page(status: int, sentence: Any) -> Response:
    """An error of no blueprint's own, such as an address that there is none of: in the consoles' frame below their addresses."""
    db.session.rollback()
    if not request.path.startswith(("/desk", "/studio")):
        return show(PlainPage(str(TITLE), str(sentence)), status)
    if status in (404, 405, 413):
        _find_reader()
    response = _page("_refusal" if wants_part() else "problem", status, sentence)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _find_reader() -> None:
    """Know who is signed in, for their language and their menu: some errors come before any view has asked."""
    if "staff" in g:
        return
    try:
        current_staff()
    except (SignInNeeded, SQLAlchemyError):
        db.session.rollback()


def _said(status: int, type_: str, sentence: Any, **fields: Any) -> Response:
    if wants_part():
        return _page("_refusal", status, sentence)
    if request.accept_mimetypes.accept_html and "text/event-stream" not in request.headers.get("Accept", ""):
        return _page("problem", status, sentence)
    return problem(status, type_, sentence, **fields)


def _page(template: str, status: int, sentence: Any) -> Response:
    html = render_template(f"desk/{template}.html", company=company(), language=language(), sentence=sentence)
    return make_response(html, status)
