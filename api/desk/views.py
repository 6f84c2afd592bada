"""All views of the desk, by subject."""

from __future__ import annotations

from api.desk import inbox_views
from api.desk.pages import blueprint

__all__ = ["blueprint", "inbox_views"]
