"""The blueprint of the pages of accounts, and what all of them share: forms, notices, errors as pages."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from apiflask import APIBlueprint
from flask import Response, flash, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.exceptions import TooManyRequests
from werkzeug.wrappers import Response as AnyResponse

from api.accounts import sessions
from api.accounts.access import csrf_protected
from api.answers.company import company
from api.db import db
from api.errors import TITLES, DomainError, problem
from api.reader import day_and_time, language

blueprint = APIBlueprint("accounts", __name__, url_prefix="/desk", template_folder="templates", enable_openapi=False)
csrf_protected(blueprint)


@blueprint.after_request
def secret_address(response: Response) -> Response:
    """Addresses here may hold a link's secret: other sites are not told them."""
    response.headers["Referrer-Policy"] = "same-origin"
    return response


@blueprint.errorhandler(DomainError)
def refused(error: DomainError) -> Response:
    """An error as a page for people, as problem+json for programs."""
    db.session.rollback()
    if not request.accept_mimetypes.accept_html:
        return problem(error.status, error.type, error.sentence, **error.fields)
    return page("problem", error.status, sentence=error.sentence)


@blueprint.errorhandler(429)
def too_many(error: TooManyRequests) -> Response:
    """The limiter's refusal as a page."""
    response = page("problem", 429, sentence=TITLES[429][1])
    response.headers.extend([(k, v) for k, v in error.get_headers(request.environ) if k == "Retry-After"])
    return response


def page(template: str, status: int = 200, **values: Any) -> Response:
    """One of the pages of accounts."""
    html = render_template(f"accounts/{template}.html", company=company(), language=language(), described=sessions.described, **values)
    return make_response(html, status)


@blueprint.app_template_filter()
def staff_time(at: datetime) -> str:
    """A moment in the zone of the reader's office."""
    me = g.get("staff")
    zone = ZoneInfo(company().office(me.office if me else None).time_zone)
    return day_and_time(at, zone, language())


def done(endpoint: str, notice: str | None = None) -> AnyResponse:
    """Commit, and go on to a page that says so."""
    db.session.commit()
    if notice:
        flash(notice)
    return redirect(url_for(endpoint), 303)


def field(name: str, longest: int = 400) -> str:
    """A field of the form, cut to what could ever be right."""
    return request.form.get(name, "")[:longest]


def browser() -> str:
    """What the browser calls itself."""
    return request.user_agent.string


def saved() -> str:
    """The usual notice."""
    return gettext("Saved.")
