"""Versions of texts and answers"""

from __future__ import annotations

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Filled with the models."""


def downgrade() -> None:
    """Filled with the models."""
