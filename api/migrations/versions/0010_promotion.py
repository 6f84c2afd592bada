"""Promotions, running assistants, questions answered later"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.db import Json, Moment

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "assistants",
        sa.Column("name", sa.String(16), nullable=False),
        sa.Column("address", sa.String(200), nullable=False),
        sa.Column("model_id", sa.String(64), nullable=False),
        sa.Column("keeper", sa.String(200), nullable=False),
        sa.Column("ready_at", Moment(), nullable=False),
        sa.Column("seen_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_assistants")),
    )
    op.create_table(
        "model_archives",
        sa.Column("model_id", sa.String(64), nullable=False),
        sa.Column("key", sa.String(500), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("stored_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("model_id", name=op.f("pk_model_archives")),
    )
    _promotions()
    _follow_ups()


def _promotions() -> None:
    op.create_table(
        "promotions",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("model_id", sa.String(64), nullable=False),
        sa.Column("before_id", sa.String(64), nullable=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("under_way", sa.Boolean(), nullable=True),
        sa.Column("staff_id", sa.String(32), nullable=True),
        sa.Column("reason", sa.String(1000), nullable=False),
        sa.Column("objections", Json, nullable=False),
        sa.Column("step", sa.String(32), nullable=False),
        sa.Column("problem", sa.String(500), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.Column("started_at", Moment(), nullable=True),
        sa.Column("done_at", Moment(), nullable=True),
        sa.Column("followed_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_promotions_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promotions")),
        sa.UniqueConstraint("under_way", name=op.f("uq_promotions_under_way")),
    )
    op.create_index(op.f("ix_promotions_model_id"), "promotions", ["model_id"])
    op.create_index(op.f("ix_promotions_asked_at"), "promotions", ["asked_at"])


def _follow_ups() -> None:
    op.create_table(
        "follow_ups",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("promotion_id", sa.String(32), nullable=False),
        sa.Column("conversation_id", sa.String(32), nullable=False),
        sa.Column("message_id", sa.String(32), nullable=False),
        sa.Column("intent", sa.String(64), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("sources", Json, nullable=False),
        sa.Column("buttons", Json, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("mailed", sa.Boolean(), nullable=False),
        sa.Column("staff_id", sa.String(32), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("decided_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["promotion_id"], ["promotions.id"], name=op.f("fk_follow_ups_promotion_id_promotions")),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_follow_ups_conversation_id_conversations"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_follow_ups_message_id_messages"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_follow_ups_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_ups")),
        sa.UniqueConstraint("conversation_id", "intent", name=op.f("uq_follow_ups_conversation_id_intent")),
    )
    for column in ("promotion_id", "message_id", "status"):
        op.create_index(op.f(f"ix_follow_ups_{column}"), "follow_ups", [column])


def downgrade() -> None:
    for table in ("follow_ups", "promotions", "model_archives", "assistants"):
        op.drop_table(table)
