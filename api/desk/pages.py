"""The blueprint of the desk's pages, and the employer's colours for all consoles."""

from __future__ import annotations

from flask import Response

from api.accounts.console import console, wants_part
from api.answers.company import company

__all__ = ["blueprint", "page", "wants_part"]
blueprint, page = console("desk", __name__)


@blueprint.get("/brand.css")
def brand() -> Response:
    """The employer's colours, from which the desk's own follow."""
    chosen = company().brand
    response = Response(f":root{{--accent-light:{chosen.accent};--accent-dark:{chosen.accent_dark}}}\n", mimetype="text/css")
    response.headers["Cache-Control"] = "public, max-age=300"
    return response
