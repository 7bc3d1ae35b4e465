"""the desk: reasons to hold, reports, author rules, actions and verdicts, claims, the outbox"""

import sqlalchemy as sa
from alembic import op
from alembic.operations.base import BatchOperations

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
LABELS = ("toxic", "severe_toxic", "obscene", "threat", "insult", "identity_hate")
REPORTED = sa.text("reports > 0")
WAITING = sa.text("sent_at IS NULL AND cancelled_at IS NULL AND failed_at IS NULL")

LONG_AGO = "2026-01-01 00:00:00.000000"

REASON_KNOWN = "ck_comments_hold_reason_known"
BEFORE = "'unscored', 'score', 'unreadable', 'quarantined'"
AFTER = "'unscored', 'score', 'unreadable', 'quarantined', 'author', 'escalated'"


def allow_reasons(comments: BatchOperations, reasons: str) -> None:
    """Let a held comment have these reasons, and no others."""
    comments.drop_constraint(op.f(REASON_KNOWN), type_="check")
    comments.create_check_constraint(
        op.f(REASON_KNOWN), f"hold_reason IS NULL OR hold_reason IN ({reasons})"
    )


def upgrade() -> None:
    with op.batch_alter_table("comments") as comments:
        allow_reasons(comments, AFTER)
        comments.add_column(
            # Long ago: what waits already is due.
            sa.Column("due_at", sa.DateTime(timezone=True), nullable=False, server_default=LONG_AGO)
        )
        comments.add_column(sa.Column("reports", sa.Integer(), nullable=False, server_default="0"))
        comments.create_index("ix_comments_queue_due", ["status", "due_at", "id"])
        comments.create_index("ix_comments_reason_due", ["hold_reason", "due_at", "id"])
        comments.create_index(
            "ix_comments_reported",
            ["reports", "id"],
            sqlite_where=REPORTED,
            postgresql_where=REPORTED,
        )
        for label in LABELS:
            comments.create_index(f"ix_comments_all_{label}", [label, "id"])

    op.create_table(
        "author_rules",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("author_key", sa.String(length=270), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=120), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('muted', 'review')", name=op.f("ck_author_rules_kind_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_author_rules")),
    )
    op.create_index("ix_author_rules_author", "author_rules", ["author_key", "until"])

    op.create_table(
        "effects",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("event_id", BIG_ID, nullable=False),
        sa.Column("comment_id", BIG_ID, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=500), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('webhook', 'mail')", name=op.f("ck_effects_kind_known")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["audit_events.id"], name=op.f("fk_effects_event_id_audit_events")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_effects")),
    )
    op.create_index("ix_effects_event", "effects", ["event_id"])
    op.create_index(
        "ix_effects_waiting",
        "effects",
        ["due_at", "id"],
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )

    op.create_table(
        "guidelines",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guidelines")),
    )
    op.create_table(
        "options",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_options")),
    )
    op.create_table(
        "preferences",
        sa.Column("user_id", BIG_ID, nullable=False),
        sa.Column("chosen", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_preferences_user_id_users")
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_preferences")),
    )
    op.create_table(
        "review_actions",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("user_id", BIG_ID, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_review_actions_user_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_actions")),
    )
    op.create_index("ix_review_actions_user", "review_actions", ["user_id", "id"])

    op.create_table(
        "saved_views",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("user_id", BIG_ID, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("query", sa.String(length=1000), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_saved_views_user_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_views")),
        sa.UniqueConstraint("user_id", "name", name=op.f("uq_saved_views_user_id_name")),
    )
    op.create_table(
        "claims",
        sa.Column("comment_id", BIG_ID, nullable=False),
        sa.Column("user_id", BIG_ID, nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["comment_id"], ["comments.id"], name=op.f("fk_claims_comment_id_comments")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_claims_user_id_users")),
        sa.PrimaryKeyConstraint("comment_id", name=op.f("pk_claims")),
    )
    op.create_index("ix_claims_expires", "claims", ["expires_at"])

    op.create_table(
        "labellings",
        sa.Column("comment_id", BIG_ID, nullable=False),
        sa.Column("user_id", BIG_ID, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("toxic", sa.Boolean(), nullable=False),
        sa.Column("severe_toxic", sa.Boolean(), nullable=False),
        sa.Column("obscene", sa.Boolean(), nullable=False),
        sa.Column("threat", sa.Boolean(), nullable=False),
        sa.Column("insult", sa.Boolean(), nullable=False),
        sa.Column("identity_hate", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["comment_id"], ["comments.id"], name=op.f("fk_labellings_comment_id_comments")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_labellings_user_id_users")
        ),
        sa.PrimaryKeyConstraint("comment_id", "user_id", name=op.f("pk_labellings")),
    )

    op.create_table(
        "notes",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("comment_id", BIG_ID, nullable=False),
        sa.Column("user_id", BIG_ID, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["comment_id"], ["comments.id"], name=op.f("fk_notes_comment_id_comments")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_notes_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notes")),
    )
    op.create_index("ix_notes_comment", "notes", ["comment_id", "id"])

    op.create_table(
        "reports",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("comment_id", BIG_ID, nullable=False),
        sa.Column("reporter", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["comment_id"], ["comments.id"], name=op.f("fk_reports_comment_id_comments")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
        sa.UniqueConstraint("comment_id", "reporter", name=op.f("uq_reports_comment_id_reporter")),
    )
    op.create_table(
        "verdicts",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("action_id", BIG_ID, nullable=False),
        sa.Column("comment_id", BIG_ID, nullable=False),
        sa.Column("user_id", BIG_ID, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("from_status", sa.String(length=10), nullable=False),
        sa.Column("from_reason", sa.String(length=12), nullable=True),
        sa.Column("from_reports", sa.Integer(), nullable=False),
        sa.Column("to_status", sa.String(length=10), nullable=False),
        sa.Column("to_reason", sa.String(length=12), nullable=True),
        sa.Column("guideline_id", BIG_ID, nullable=True),
        sa.Column("event_id", BIG_ID, nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["action_id"], ["review_actions.id"], name=op.f("fk_verdicts_action_id_review_actions")
        ),
        sa.ForeignKeyConstraint(
            ["comment_id"], ["comments.id"], name=op.f("fk_verdicts_comment_id_comments")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["audit_events.id"], name=op.f("fk_verdicts_event_id_audit_events")
        ),
        sa.ForeignKeyConstraint(
            ["guideline_id"], ["guidelines.id"], name=op.f("fk_verdicts_guideline_id_guidelines")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_verdicts_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verdicts")),
    )
    op.create_index("ix_verdicts_action", "verdicts", ["action_id"])
    op.create_index("ix_verdicts_at", "verdicts", ["at", "id"])
    op.create_index("ix_verdicts_comment", "verdicts", ["comment_id", "id"])


def downgrade() -> None:
    for table in (
        "verdicts",
        "reports",
        "notes",
        "labellings",
        "claims",
        "saved_views",
        "review_actions",
        "preferences",
        "options",
        "guidelines",
        "effects",
        "author_rules",
    ):
        op.drop_table(table)
    # What had these reasons waits for a person all the same.
    op.execute(
        "UPDATE comments SET hold_reason = 'unreadable'"
        " WHERE hold_reason IN ('author', 'escalated')"
    )
    with op.batch_alter_table("comments") as comments:
        allow_reasons(comments, BEFORE)
        for index in (
            "queue_due",
            "reason_due",
            "reported",
            *(f"all_{label}" for label in LABELS),
        ):
            comments.drop_index(f"ix_comments_{index}")
        for column in ("due_at", "reports"):
            comments.drop_column(column)
