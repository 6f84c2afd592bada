"""The kind of employment that a job alert is about"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("job_alerts", sa.Column("employment_type", sa.String(length=32), nullable=True))


def downgrade() -> None:
    op.drop_column("job_alerts", "employment_type")
