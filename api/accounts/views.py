"""Signing in and out."""

from __future__ import annotations

from apiflask import APIBlueprint

from api.accounts.access import csrf_protected

blueprint = APIBlueprint("accounts", __name__, url_prefix="/desk", template_folder="templates", enable_openapi=False)
csrf_protected(blueprint)


@blueprint.get("/sign-in")
def sign_in() -> str:
    """The page to sign in."""
    return ""
