"""the comments of one page in the orders of the desk, whatever became of them"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

INDEXES = {"ix_comments_page_worst": "urgency", "ix_comments_page_age": "created_at"}


def upgrade() -> None:
    for name, order in INDEXES.items():
        op.create_index(name, "comments", ["page", order, "id"])


def downgrade() -> None:
    for name in INDEXES:
        op.drop_index(name, "comments")
