"""All views of the studio, by subject."""

from __future__ import annotations

from api.studio import model_views, review_views, training_views
from api.studio.pages import blueprint

__all__ = ["blueprint", "model_views", "review_views", "training_views"]
