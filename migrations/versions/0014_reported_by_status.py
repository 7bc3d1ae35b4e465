"""what readers reported, counted from its index alone"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

NAME = "ix_comments_reported"
REPORTED = sa.text("reports > 0")


def upgrade() -> None:
    _index(["reports", "id", "status"])


def downgrade() -> None:
    _index(["reports", "id"])


def _index(columns: list[str]) -> None:
    op.drop_index(NAME, "comments")
    op.create_index(NAME, "comments", columns, sqlite_where=REPORTED, postgresql_where=REPORTED)
