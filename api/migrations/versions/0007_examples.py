"""What the studio teaches: examples, questions, words"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TABLES = ("examples", "locked_messages", "questions", "intent_changes", "words")


def upgrade() -> None:
    _examples()
    _locked_messages()
    _questions()
    _intent_changes()
    _words()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


def _json() -> sa.types.TypeEngine[Any]:
    return sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")


def _made(table: str, updated: bool = True) -> list[sa.schema.SchemaItem]:
    """Who made a row, and when."""
    moments = [sa.Column("created_at", sa.DateTime(timezone=True), nullable=False)]
    if updated:
        moments.append(sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False))
    return [
        sa.Column("staff_id", sa.String(length=32), nullable=True),
        *moments,
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f(f"fk_{table}_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]


def _examples() -> None:
    op.create_table(
        "examples",
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("key", sa.String(length=220), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("intent", sa.String(length=64), nullable=True),
        sa.Column("origin", sa.String(length=8), nullable=False),
        sa.Column("message_id", sa.String(length=32), nullable=True),
        *_made("examples"),
        sa.UniqueConstraint("language", "key", name=op.f("uq_examples_language_key")),
    )
    op.create_index(op.f("ix_examples_intent"), "examples", ["intent"])
    op.create_index(op.f("ix_examples_message_id"), "examples", ["message_id"])


def _locked_messages() -> None:
    op.create_table(
        "locked_messages",
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("key", sa.String(length=220), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("intent", sa.String(length=64), nullable=False),
        sa.Column("origin", sa.String(length=16), nullable=False),
        sa.Column("message_id", sa.String(length=32), nullable=True),
        *_made("locked_messages"),
        sa.UniqueConstraint("language", "key", name=op.f("uq_locked_messages_language_key")),
    )
    op.create_index(op.f("ix_locked_messages_intent"), "locked_messages", ["intent"])
    op.create_index(op.f("ix_locked_messages_message_id"), "locked_messages", ["message_id"])


def _questions() -> None:
    op.create_table(
        "questions",
        sa.Column("slug", sa.String(length=56), nullable=False),
        sa.Column("titles", _json(), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        *_made("questions"),
        sa.UniqueConstraint("slug", name=op.f("uq_questions_slug")),
    )
    op.create_index(op.f("ix_questions_status"), "questions", ["status"])


def _intent_changes() -> None:
    op.create_table(
        "intent_changes",
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("intent", sa.String(length=64), nullable=False),
        sa.Column("into", sa.String(length=64), nullable=True),
        sa.Column("data", _json(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        *_made("intent_changes", updated=False),
    )
    op.create_index("ix_intent_changes_intent", "intent_changes", ["intent", "created_at"])


def _words() -> None:
    op.create_table(
        "words",
        sa.Column("concept", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("item", sa.String(length=80), nullable=False),
        sa.Column("removed", sa.Boolean(), nullable=False),
        *_made("words"),
        sa.UniqueConstraint("concept", "language", "item", name=op.f("uq_words_concept_language_item")),
    )
