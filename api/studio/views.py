"""All views of the studio, by subject."""

from __future__ import annotations

from api.studio import (
    model_views,
    own_question_views,
    promotion_views,
    question_show,
    question_views,
    review_label_views,
    review_views,
    text_views,
    training_views,
    word_views,
)
from api.studio.pages import blueprint

__all__ = [
    "blueprint",
    "model_views",
    "own_question_views",
    "promotion_views",
    "question_show",
    "question_views",
    "review_label_views",
    "review_views",
    "text_views",
    "training_views",
    "word_views",
]
