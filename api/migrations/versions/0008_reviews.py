"""Messages worth a look, and their labels"""

from __future__ import annotations

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Filled with the models."""


def downgrade() -> None:
    """Filled with the models."""
