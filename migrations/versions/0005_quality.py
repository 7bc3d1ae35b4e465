"""quality: blind looks, golden items"""

import sqlalchemy as sa
from alembic import op

from moderation.db import BigId

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def partial(name: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    condition = sa.text(where)
    op.create_index(
        name, "looks", columns, unique=unique, sqlite_where=condition, postgresql_where=condition
    )


def upgrade() -> None:
    op.create_table(
        "goldens",
        sa.Column("comment_id", BigId, nullable=False),
        sa.Column("reject", sa.Boolean(), nullable=False),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("made_by", BigId, nullable=False),
        sa.Column("retired_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["comment_id"], ["comments.id"], name=op.f("fk_goldens_comment_id_comments")
        ),
        sa.ForeignKeyConstraint(["made_by"], ["users.id"], name=op.f("fk_goldens_made_by_users")),
        sa.PrimaryKeyConstraint("comment_id", name=op.f("pk_goldens")),
    )
    op.create_table(
        "looks",
        sa.Column("id", BigId, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("comment_id", BigId, nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("verdict_id", BigId, nullable=True),
        sa.Column("chance", sa.Double(), nullable=False),
        sa.Column("user_id", BigId, nullable=True),
        sa.Column("taken_at", TIME, nullable=True),
        sa.Column("answered_at", TIME, nullable=True),
        sa.Column("reject", sa.Boolean(), nullable=True),
        sa.Column("disputed", sa.Boolean(), nullable=False),
        sa.Column("settled_at", TIME, nullable=True),
        sa.Column("settled_by", BigId, nullable=True),
        sa.CheckConstraint(
            "kind IN ('second', 'golden', 'sample')", name=op.f("ck_looks_kind_known")
        ),
        sa.ForeignKeyConstraint(
            ["comment_id"], ["comments.id"], name=op.f("fk_looks_comment_id_comments")
        ),
        sa.ForeignKeyConstraint(
            ["settled_by"], ["users.id"], name=op.f("fk_looks_settled_by_users")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_looks_user_id_users")),
        sa.ForeignKeyConstraint(
            ["verdict_id"], ["verdicts.id"], name=op.f("fk_looks_verdict_id_verdicts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_looks")),
        sa.UniqueConstraint("verdict_id", name=op.f("uq_looks_verdict_id")),
    )
    partial("ix_looks_sampled", ["comment_id"], "kind = 'sample'", unique=True)
    partial("ix_looks_golden", ["user_id", "comment_id"], "kind = 'golden'", unique=True)
    partial("ix_looks_open", ["id"], "answered_at IS NULL")
    op.create_index("ix_looks_answered", "looks", ["answered_at"])
    op.create_index("ix_verdicts_user", "verdicts", ["user_id", "at"])


def downgrade() -> None:
    op.drop_index("ix_verdicts_user", "verdicts")
    op.drop_table("looks")
    op.drop_table("goldens")
