"""How often a role has been changed"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # With a default of the database's own: a gateway of before goes on writing roles meanwhile.
    op.add_column("roles", sa.Column("revision", sa.Integer(), nullable=False, server_default="1"))
    op.create_index("ix_roles_changed", "roles", ["updated_at", "revision"])  # the edition reads nothing but this


def downgrade() -> None:
    op.drop_index("ix_roles_changed", "roles")
    op.drop_column("roles", "revision")
