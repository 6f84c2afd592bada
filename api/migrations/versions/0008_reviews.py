"""Messages worth a look, and their labels"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
TABLES = ("reviews", "review_labels", "review_groups", "review_marks")
RATED = sa.text("rating IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "review_marks", sa.Column("name", sa.String(length=16), nullable=False), sa.Column("at", MOMENT, nullable=False), _key("review_marks", "name")
    )
    _groups()
    _labels()
    _reviews()
    # Thumbs are few, and come at any time after the message.
    op.create_index("ix_messages_rating", "messages", ["rating"], sqlite_where=RATED, postgresql_where=RATED)


def downgrade() -> None:
    op.drop_index("ix_messages_rating", "messages")
    for table in TABLES:
        op.drop_table(table)


def _json() -> sa.types.TypeEngine[Any]:
    return sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")


def _key(table: str, column: str = "id") -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(column, name=op.f(f"pk_{table}"))


def _to(table: str, column: str, other: str, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"), ondelete=ondelete)


def _groups() -> None:
    op.create_table(
        "review_groups",
        sa.Column("lead_id", sa.String(length=32), nullable=True),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Double(), nullable=False),
        sa.Column("guess", sa.String(length=64), nullable=True),
        sa.Column("held_by", sa.String(length=32), nullable=True),
        sa.Column("held_until", MOMENT, nullable=True),
        sa.Column("newest_at", MOMENT, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        _to("review_groups", "held_by", "staff"),
        _key("review_groups"),
    )
    op.create_index("ix_review_groups_rank", "review_groups", ["rank"])


def _labels() -> None:
    op.create_table(
        "review_labels",
        sa.Column("staff_id", sa.String(length=32), nullable=False),
        sa.Column("decision", sa.String(length=16), nullable=False),
        sa.Column("intent", sa.String(length=64), nullable=True),
        sa.Column("many", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("undone_at", MOMENT, nullable=True),
        sa.Column("undone_by", sa.String(length=32), nullable=True),
        sa.Column("before", _json(), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        _to("review_labels", "staff_id", "staff"),
        _to("review_labels", "undone_by", "staff"),
        _key("review_labels"),
    )
    op.create_index("ix_review_labels_at", "review_labels", ["at"])


def _reviews() -> None:
    op.create_table(
        "reviews",
        sa.Column("message_id", sa.String(length=32), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("key", sa.String(length=220), nullable=False),
        sa.Column("reasons", sa.String(length=200), nullable=False),
        sa.Column("understood_as", sa.String(length=64), nullable=True),
        sa.Column("guess", sa.String(length=64), nullable=True),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("alternatives", _json(), nullable=False),
        sa.Column("model_id", sa.String(length=64), nullable=True),
        sa.Column("uncertainty", sa.Double(), nullable=False),
        sa.Column("group_id", sa.String(length=32), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("intent", sa.String(length=64), nullable=True),
        sa.Column("label_id", sa.String(length=32), nullable=True),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        _to("reviews", "message_id", "messages", "CASCADE"),
        _to("reviews", "conversation_id", "conversations", "CASCADE"),
        _to("reviews", "group_id", "review_groups", "SET NULL"),
        _to("reviews", "label_id", "review_labels"),
        _key("reviews"),
        sa.UniqueConstraint("message_id", name=op.f("uq_reviews_message_id")),
    )
    for column in ("conversation_id", "group_id", "intent", "label_id"):
        op.create_index(op.f(f"ix_reviews_{column}"), "reviews", [column])
    op.create_index("ix_reviews_status_group", "reviews", ["status", "group_id"])
    op.create_index("ix_reviews_key", "reviews", ["key"])
