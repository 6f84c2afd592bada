"""All views of the studio, by subject."""

from __future__ import annotations

from api.studio import review_views
from api.studio.pages import blueprint

__all__ = ["blueprint", "review_views"]
