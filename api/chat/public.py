"""What anybody may read: the open roles, and how the chat looks and when a person answers."""

from __future__ import annotations

from typing import Any

from apiflask import Schema, fields
from flask import url_for

from api import clock
from api.answers.company import Brand, company
from api.chat.schemas import BrandQuery, RolesQuery
from api.chat.views import blueprint
from api.config import LANGUAGES
from api.db import read_only
from api.roles import queries


class RoleOut(Schema):
    ref = fields.String(required=True)
    title = fields.String(required=True)
    titles = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    field = fields.String(allow_none=True)
    locations = fields.List(fields.String(), required=True)
    country = fields.String(allow_none=True)
    remote = fields.String(allow_none=True)
    employment_type = fields.String(allow_none=True)
    closes_on = fields.String(allow_none=True, metadata={"format": "date"})
    url = fields.String(allow_none=True)


class RolesOut(Schema):
    roles = fields.List(fields.Nested(RoleOut), required=True)


class ColorsOut(Schema):
    accent = fields.String(required=True)
    accent_text = fields.String(required=True)
    accent_dark = fields.String(required=True)
    accent_dark_text = fields.String(required=True)


class HandoffOut(Schema):
    open_now = fields.Boolean(required=True)
    expected = fields.String(required=True, metadata={"description": "When a person answers, in words."})


class BrandOut(Schema):
    name = fields.String(required=True)
    assistant_name = fields.String(required=True)
    colors = fields.Nested(ColorsOut, required=True)
    logo_url = fields.String(allow_none=True)
    tone = fields.String(required=True)
    languages = fields.List(fields.String(), required=True)
    handoff = fields.Nested(HandoffOut, required=True)


@blueprint.get("/roles")
@blueprint.input(RolesQuery, location="query")
@blueprint.output(RolesOut)
@blueprint.doc(tags=["Roles and brand"], responses=[422, 429])
def roles(query_data: dict[str, str]) -> dict[str, Any]:
    """The open roles; with `q` those in whose titles, places, field or reference all its words stand."""
    read_only()
    return {"roles": queries.search(query_data["language"], query_data["q"])}


@blueprint.get("/brand")
@blueprint.input(BrandQuery, location="query")
@blueprint.output(BrandOut)
@blueprint.doc(tags=["Roles and brand"], responses=[422, 429])
def brand(query_data: dict[str, str]) -> tuple[dict[str, Any], int, dict[str, str]]:
    """The employer's name and colours, and when a person of the page's office would answer who is asked now."""
    from api.handoff.hours import expectation
    from api.handoff.service import office_of_role

    read_only()
    expected = expectation(office_of_role(query_data.get("role")), clock.now(), query_data["language"])
    look = company().brand
    shown = {
        "name": company().name, "assistant_name": look.assistant_name, "colors": _colors(look), "tone": look.tone,
        "logo_url": url_for("widget.logo") if look.logo else None, "languages": LANGUAGES,
        "handoff": {"open_now": expected.open_now, "expected": expected.text},
    }  # fmt: skip
    return shown, 200, {"Cache-Control": "public, max-age=60"}


def _colors(look: Brand) -> dict[str, str]:
    return {
        "accent": look.accent, "accent_text": _legible_on(look.accent),
        "accent_dark": look.accent_dark, "accent_dark_text": _legible_on(look.accent_dark),
    }  # fmt: skip


def _legible_on(color: str) -> str:
    """Black or white, whichever has more contrast with `#rrggbb` (WCAG's relative luminance)."""
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#000000" if (luminance + 0.05) / 0.05 > 1.05 / (luminance + 0.05) else "#ffffff"
