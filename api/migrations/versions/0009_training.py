"""Trainings, NLU models, comparisons"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "trainings",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("under_way", sa.Boolean(), nullable=True),
        sa.Column("staff_id", sa.String(length=32), nullable=True),
        sa.Column("model_id", sa.String(length=64), nullable=True),
        sa.Column("runner", sa.String(length=32), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(length=32), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("stages", JSON, nullable=False),
        sa.Column("log", sa.String(), nullable=False),
        sa.Column("error", sa.String(length=32), nullable=True),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("stop_asked_at", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("started_at", MOMENT, nullable=True),
        sa.Column("heartbeat_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_trainings_staff_id_staff"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trainings")),
        sa.UniqueConstraint("under_way", name=op.f("uq_trainings_under_way")),
    )
    for column in ("created_at", "model_id", "status"):
        op.create_index(op.f(f"ix_trainings_{column}"), "trainings", [column])
    op.create_table(
        "nlu_models",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("inputs_hash", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("training_id", sa.String(length=32), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("counts", JSON, nullable=False),
        sa.Column("figures", JSON, nullable=True),
        sa.Column("comparison", JSON, nullable=True),
        sa.Column("checks", JSON, nullable=True),
        sa.Column("compared_with", sa.String(length=64), nullable=True),
        sa.Column("compared_at", MOMENT, nullable=True),
        sa.Column("trained_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["training_id"], ["trainings.id"], name=op.f("fk_nlu_models_training_id_trainings"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nlu_models")),
    )
    for column in ("status", "trained_at"):
        op.create_index(op.f(f"ix_nlu_models_{column}"), "nlu_models", [column])
    op.create_table(
        "mistakes",
        sa.Column("model_id", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("digest", sa.String(length=16), nullable=False),
        sa.Column("intent", sa.String(length=64), nullable=False),
        sa.Column("predicted", sa.String(length=64), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["model_id"], ["nlu_models.id"], name=op.f("fk_mistakes_model_id_nlu_models"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mistakes")),
    )
    op.create_index("ix_mistakes_intent", "mistakes", ["model_id", "intent"])
    op.create_table(
        "differences",
        sa.Column("model_id", sa.String(length=64), nullable=False),
        sa.Column("message_id", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("old_intent", sa.String(length=64), nullable=False),
        sa.Column("old_confidence", sa.Double(), nullable=False),
        sa.Column("new_intent", sa.String(length=64), nullable=False),
        sa.Column("new_confidence", sa.Double(), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=True),
        sa.Column("right_intent", sa.String(length=64), nullable=True),
        sa.Column("staff_id", sa.String(length=32), nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_differences_message_id_messages"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["model_id"], ["nlu_models.id"], name=op.f("fk_differences_model_id_nlu_models"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_differences_staff_id_staff"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_differences")),
    )
    op.create_index(op.f("ix_differences_message_id"), "differences", ["message_id"])
    op.create_index("ix_differences_model", "differences", ["model_id", "position"])


def downgrade() -> None:
    for table in ("differences", "mistakes", "nlu_models", "trainings"):
        op.drop_table(table)
