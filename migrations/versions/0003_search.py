"""search: the words of comments and of their authors' names

Whoever makes `comments` anew on SQLite (a batch that copies) must make these triggers anew too.
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SQLITE = (
    """
    CREATE VIRTUAL TABLE comments_text USING fts5(
        text, author_name, content='comments', content_rowid='id',
        tokenize='unicode61 remove_diacritics 2'
    )
    """,
    """
    CREATE TRIGGER comments_text_insert AFTER INSERT ON comments BEGIN
        INSERT INTO comments_text (rowid, text, author_name)
        VALUES (new.id, new.text, new.author_name);
    END
    """,
    """
    CREATE TRIGGER comments_text_delete AFTER DELETE ON comments BEGIN
        INSERT INTO comments_text (comments_text, rowid, text, author_name)
        VALUES ('delete', old.id, old.text, old.author_name);
    END
    """,
    """
    CREATE TRIGGER comments_text_update AFTER UPDATE OF text, author_name ON comments BEGIN
        INSERT INTO comments_text (comments_text, rowid, text, author_name)
        VALUES ('delete', old.id, old.text, old.author_name);
        INSERT INTO comments_text (rowid, text, author_name)
        VALUES (new.id, new.text, new.author_name);
    END
    """,
    "INSERT INTO comments_text (comments_text) VALUES ('rebuild')",
)
POSTGRESQL = tuple(
    f"CREATE INDEX ix_comments_words_{part} ON comments USING gin (to_tsvector('simple', {part}))"
    for part in ("text", "author_name")
)


def upgrade() -> None:
    statements = SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL
    for statement in statements:
        op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for change in ("insert", "delete", "update"):
            op.execute(f"DROP TRIGGER comments_text_{change}")
        op.execute("DROP TABLE comments_text")
    else:
        for part in ("text", "author_name"):
            op.execute(f"DROP INDEX ix_comments_words_{part}")
