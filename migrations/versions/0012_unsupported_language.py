"""a reason to hold: the text is in a language that the model did not learn"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

REASON_KNOWN = "ck_comments_hold_reason_known"
BEFORE = "'unscored', 'score', 'unreadable', 'quarantined', 'author', 'escalated'"
AFTER = "'unscored', 'score', 'unreadable', 'language', 'quarantined', 'author', 'escalated'"


def allow_reasons(before: str, after: str) -> None:
    """Let a held comment have the reasons `after` where it had `before`."""
    if op.get_bind().dialect.name == "sqlite":
        _rewrite_check(before, after)
        return
    op.drop_constraint(op.f(REASON_KNOWN), "comments", type_="check")
    op.create_check_constraint(
        op.f(REASON_KNOWN), "comments", f"hold_reason IS NULL OR hold_reason IN ({after})"
    )


def _rewrite_check(before: str, after: str) -> None:
    """SQLite's own short way for a check (lang_altertable.html, section 7): no new table.

    A new one would cost its triggers, and what refers to it would forbid to drop the old one.
    """
    connection = op.get_bind()
    version = connection.scalar(sa.text("PRAGMA schema_version"))
    rewrite = sa.text(
        "UPDATE sqlite_master SET sql = replace(sql, :before, :after)"
        " WHERE type = 'table' AND name = 'comments'"
    )
    connection.execute(sa.text("PRAGMA writable_schema = ON"))
    connection.execute(rewrite, {"before": before, "after": after})
    connection.execute(sa.text(f"PRAGMA schema_version = {version + 1}"))
    connection.execute(sa.text("PRAGMA writable_schema = OFF"))


def upgrade() -> None:
    allow_reasons(BEFORE, AFTER)


def downgrade() -> None:
    op.execute("UPDATE comments SET hold_reason = 'unreadable' WHERE hold_reason = 'language'")
    allow_reasons(AFTER, BEFORE)
