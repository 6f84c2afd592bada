"""The demo: a small careers site that carries the chat, and the mailbox its mails end in."""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from apiflask import APIBlueprint
from flask import current_app, render_template, request
from sqlalchemy import select

from api.answers.company import company
from api.config import ROOT
from api.db import db, read_only
from api.errors import NotFound
from api.outbox.models import Mail
from api.reader import day_and_time, language
from api.roles import queries

blueprint = APIBlueprint("demo", __name__, template_folder="templates", static_folder="static", static_url_path="/demo/static", enable_openapi=False)
MAILS_SHOWN = 50


@cache
def _site(code: str) -> dict[str, Any]:
    texts: dict[str, Any] = json.loads((ROOT / "demo" / "site" / f"{code}.json").read_text(encoding="utf-8"))
    return texts


def _page(template: str, status: int = 200, **values: Any) -> tuple[str, int]:
    code = language()
    return render_template(f"demo/{template}.html", language=code, brand=company(), site=_site(code), here=request.path, **values), status


@blueprint.errorhandler(NotFound)
def missing(_: NotFound) -> tuple[str, int]:
    """A page that is not there, as a page."""
    return _page("missing", 404)


@blueprint.get("/")
def index() -> tuple[str, int]:
    """The employer, its open roles, and how it hires."""
    read_only()
    return _page("index", roles=queries.for_site(language()))


@blueprint.get("/roles/<ref>")
def role(ref: str) -> tuple[str, int]:
    """One role with everything that is known of it."""
    read_only()
    return _page("role", role=queries.role_for_site(ref, language()))


@blueprint.get("/demo/mailbox")
def mailbox() -> tuple[str, int]:
    """What the desk has mailed. Only in the demo, where nothing leaves the machine."""
    settings = current_app.config["SETTINGS"]
    if settings.env != "demo" or settings.smtp_url.get_secret_value():
        raise NotFound
    read_only()
    wanted = request.args.get("to", "").strip()[:254]
    query = select(Mail).order_by(Mail.created_at.desc()).limit(MAILS_SHOWN)
    if wanted:
        query = query.where(Mail.recipient == wanted.lower())
    return _page("mailbox", mails=db.session.scalars(query).all(), wanted=wanted)


@blueprint.app_template_filter()
def mail_time(at: datetime) -> str:
    """Date and time of a mail in the employer's zone."""
    zone = ZoneInfo(company().office(None).time_zone)
    return day_and_time(at, zone, language())
