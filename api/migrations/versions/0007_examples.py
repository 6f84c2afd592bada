"""What the studio teaches: examples, questions, words"""

from __future__ import annotations

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Filled with the models."""


def downgrade() -> None:
    """Filled with the models."""
