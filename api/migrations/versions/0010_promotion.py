"""Promotions, running assistants, questions answered later"""

from __future__ import annotations

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Filled with the models."""


def downgrade() -> None:
    """Filled with the models."""
