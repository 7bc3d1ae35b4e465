"""near-duplicates: their keys, and the piles that they make"""

import sqlalchemy as sa
from alembic import op

from moderation.db import BigId

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "near_keys",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("comment_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(
            ["comment_id"], ["comments.id"], name=op.f("fk_near_keys_comment_id_comments")
        ),
        sa.PrimaryKeyConstraint("key", "comment_id", name=op.f("pk_near_keys")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "piles",
        sa.Column("comment_id", BigId, nullable=False),
        sa.Column("pile_id", BigId, nullable=True),
        sa.ForeignKeyConstraint(
            ["comment_id"], ["comments.id"], name=op.f("fk_piles_comment_id_comments")
        ),
        sa.ForeignKeyConstraint(
            ["pile_id"], ["comments.id"], name=op.f("fk_piles_pile_id_comments")
        ),
        sa.PrimaryKeyConstraint("comment_id", name=op.f("pk_piles")),
    )
    op.create_index("ix_piles_pile", "piles", ["pile_id", "comment_id"])


def downgrade() -> None:
    op.drop_table("piles")
    op.drop_table("near_keys")
