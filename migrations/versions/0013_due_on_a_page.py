"""due on a page: what waits there by its clock"""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

NAME = "ix_comments_page_due"


def upgrade() -> None:
    op.create_index(NAME, "comments", ["page", "status", "due_at", "id"])


def downgrade() -> None:
    op.drop_index(NAME, "comments")
