"""An application has at most one open promise"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    is_open = sa.text("status = 'open'")
    op.create_index("uq_promises_open", "promises", ["application_id"], unique=True, sqlite_where=is_open, postgresql_where=is_open)


def downgrade() -> None:
    op.drop_index("uq_promises_open", "promises")
