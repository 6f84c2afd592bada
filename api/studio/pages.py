"""The blueprint of the studio's pages: for admins only, each one."""

from __future__ import annotations

from babel.numbers import format_decimal

from api.accounts.console import console, wants_part
from api.reader import language

__all__ = ["blueprint", "page", "wants_part"]
blueprint, page = console("studio", __name__)


@blueprint.app_template_filter()
def number(value: float) -> str:
    """12345 as '12,345', as the reader writes it."""
    return str(format_decimal(value, locale=language()))
