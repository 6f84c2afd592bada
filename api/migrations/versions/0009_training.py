"""Trainings, NLU models, comparisons"""

from __future__ import annotations

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Filled with the models."""


def downgrade() -> None:
    """Filled with the models."""
