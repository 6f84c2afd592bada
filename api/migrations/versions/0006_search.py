"""Full-text search over messages and candidates' names: GIN on PostgreSQL, FTS5 kept by triggers on SQLite"""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# Letters without their accents, and whatever separates words as spaces: PostgreSQL would else keep an address or
# "ansökan/lön" as one word. As FTS5 does it by itself.
POSTGRESQL = r"""
CREATE FUNCTION search_words(said text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT to_tsvector('simple'::regconfig, regexp_replace(
    regexp_replace(normalize(said, NFKD), '[\u0300-\u036f]', '', 'g'),
    '[\u0001-/:-@\[-`{-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf\u2000-\u2bff\u3000-\u3003\ufe00-\ufe0f\U0001f000-\U0001faff]+', ' ', 'g'))
$$;
CREATE INDEX search_messages ON messages USING gin (search_words(text));
CREATE INDEX search_candidates ON candidates USING gin (search_words(name || ' ' || email));
"""
# `search_words` keeps no copy of the texts. `owner` is a message's or a candidate's id; rows of FTS5 go by number.
TABLES = (
    "CREATE TABLE search_rows (id INTEGER PRIMARY KEY, owner TEXT NOT NULL UNIQUE, conversation_id TEXT)",
    "CREATE VIRTUAL TABLE search_words USING fts5(text, content='', columnsize=0, tokenize='unicode61 remove_diacritics 2')",
)
INDEXED = {"messages": ("{row}.text", "{row}.conversation_id", "text"), "candidates": ("{row}.name || ' ' || {row}.email", "NULL", "name, email")}


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(POSTGRESQL)
        return
    for statement in TABLES:
        op.execute(statement)
    for table, (text, conversation, columns) in INDEXED.items():
        said, where = text.format(row=table), conversation.format(row=table)
        op.execute(f"INSERT INTO search_rows (owner, conversation_id) SELECT id, {where} FROM {table}")  # noqa: S608
        op.execute(f"INSERT INTO search_words (rowid, text) SELECT r.id, {said} FROM {table} JOIN search_rows r ON r.owner = {table}.id")  # noqa: S608
        add, remove = _add(text, conversation), _remove(text)
        op.execute(f"CREATE TRIGGER search_{table}_added AFTER INSERT ON {table} BEGIN {add} END")
        op.execute(f"CREATE TRIGGER search_{table}_changed AFTER UPDATE OF {columns} ON {table} BEGIN {remove} {add} END")
        op.execute(f"CREATE TRIGGER search_{table}_removed AFTER DELETE ON {table} BEGIN {remove} END")


def _add(text: str, conversation: str) -> str:
    row = f"INSERT INTO search_rows (owner, conversation_id) VALUES (new.id, {conversation.format(row='new')});"  # noqa: S608
    return row + f" INSERT INTO search_words (rowid, text) SELECT id, {text.format(row='new')} FROM search_rows WHERE owner = new.id;"  # noqa: S608


def _remove(text: str) -> str:
    """FTS5 keeps no texts here, so it is told what to forget."""
    values = f"SELECT 'delete', id, {text.format(row='old')} FROM search_rows WHERE owner = old.id"  # noqa: S608
    return f"INSERT INTO search_words (search_words, rowid, text) {values}; DELETE FROM search_rows WHERE owner = old.id;"  # noqa: S608


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP INDEX search_messages; DROP INDEX search_candidates; DROP FUNCTION search_words")
        return
    for table in INDEXED:
        for event in ("added", "changed", "removed"):
            op.execute(f"DROP TRIGGER search_{table}_{event}")
    op.execute("DROP TABLE search_words")
    op.execute("DROP TABLE search_rows")
