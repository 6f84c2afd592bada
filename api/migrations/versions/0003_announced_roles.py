"""Which roles have been held against the job alerts"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "announced_roles",
        sa.Column("role_id", sa.String(length=32), nullable=False),
        sa.Column("batch", sa.String(length=32), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["role_id"], ["roles.id"], name=op.f("fk_announced_roles_role_id_roles"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("role_id", name=op.f("pk_announced_roles")),
    )
    with op.batch_alter_table("announced_roles", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_announced_roles_batch"), ["batch"], unique=False)


def downgrade() -> None:
    op.drop_table("announced_roles")
