"""What was misunderstood."""

from __future__ import annotations

from flask import Response

from api.accounts.access import admin_required
from api.db import read_only
from api.studio.pages import blueprint, page


@blueprint.get("/")
@admin_required
def reviews() -> Response:
    """Messages worth a look."""
    read_only()
    return page("reviews/list", section="reviews")
