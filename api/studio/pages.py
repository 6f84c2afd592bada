"""The blueprint of the studio's pages: for admins only, each one."""

from __future__ import annotations

from api.accounts.console import console, wants_part

__all__ = ["blueprint", "page", "wants_part"]
blueprint, page = console("studio", __name__)
