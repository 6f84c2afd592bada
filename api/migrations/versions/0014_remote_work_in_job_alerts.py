"""Whether a job alert is about remote work only"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # With a default of the database's own: a gateway of before goes on writing alerts meanwhile.
    op.add_column("job_alerts", sa.Column("remote", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("job_alerts", "remote")
