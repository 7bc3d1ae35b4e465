"""retention: when the text of a comment was erased, and an index of what still can be"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TURNED_DOWN = sa.text("status IN ('rejected', 'removed') AND erased_at IS NULL")


def upgrade() -> None:
    # A column that may be empty is added in place, on SQLite too: the search's triggers stay.
    op.add_column("comments", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_comments_turned_down",
        "comments",
        ["status_changed_at"],
        sqlite_where=TURNED_DOWN,
        postgresql_where=TURNED_DOWN,
    )


def downgrade() -> None:
    op.drop_index("ix_comments_turned_down", "comments")
    op.drop_column("comments", "erased_at")
