"""first tables"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# The audit trail only grows, whoever holds the connection.
APPEND_ONLY = {
    "sqlite": [
        f"""
        CREATE TRIGGER audit_events_refuse_{verb} BEFORE {verb} ON audit_events
        BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END
        """
        for verb in ("update", "delete")
    ],
    "postgresql": [
        """
        CREATE FUNCTION audit_events_refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'the audit trail is append-only'; END $$
        """,
        """
        CREATE TRIGGER audit_events_refuse BEFORE UPDATE OR DELETE ON audit_events
        FOR EACH ROW EXECUTE FUNCTION audit_events_refuse()
        """,
    ],
}


def upgrade() -> None:
    op.create_table(
        "audit_events",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor_name", sa.String(length=120), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("subject_type", sa.String(length=30), nullable=False),
        sa.Column("subject_id", sa.String(length=120), nullable=False),
        sa.Column("before", sa.String(length=500), nullable=True),
        sa.Column("after", sa.String(length=500), nullable=True),
        sa.Column("policy_version", sa.Integer(), nullable=True),
        sa.Column("model_version", sa.String(length=60), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_events")),
    )
    op.create_index("ix_audit_events_action", "audit_events", ["action", "at", "id"])
    op.create_index("ix_audit_events_actor", "audit_events", ["actor_id", "at", "id"])
    op.create_index("ix_audit_events_at", "audit_events", ["at", "id"])
    op.create_index(
        "ix_audit_events_subject", "audit_events", ["subject_type", "subject_id", "at", "id"]
    )

    op.create_table(
        "policy_versions",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("thresholds", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_policy_versions")),
    )
    op.create_table(
        "sign_in_tries",
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_sign_in_tries")),
    )
    op.create_index("ix_sign_in_tries_last", "sign_in_tries", ["last_at"])

    op.create_table(
        "users",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("display_name", sa.String(length=80), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("password", sa.String(length=255), nullable=True),
        sa.Column("fs_uniquifier", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("link_hash", sa.String(length=64), nullable=True),
        sa.Column("link_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "role IN ('viewer', 'moderator', 'admin')", name=op.f("ck_users_role_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email", name=op.f("uq_users_email")),
        sa.UniqueConstraint("fs_uniquifier", name=op.f("uq_users_fs_uniquifier")),
        sa.UniqueConstraint("link_hash", name=op.f("uq_users_link_hash")),
    )
    op.create_table(
        "comments",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("page", sa.String(length=100), nullable=False),
        sa.Column("author_name", sa.String(length=80), nullable=False),
        sa.Column("author_email", sa.String(length=254), nullable=True),
        sa.Column("author_key", sa.String(length=270), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status_token", sa.String(length=43), nullable=False),
        sa.Column("submission_key", sa.String(length=64), nullable=True),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("hold_reason", sa.String(length=12), nullable=True),
        sa.Column("status_changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by_hand", sa.Boolean(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("urgency", sa.Double(), nullable=False),
        sa.Column("toxic", sa.Double(), nullable=True),
        sa.Column("severe_toxic", sa.Double(), nullable=True),
        sa.Column("obscene", sa.Double(), nullable=True),
        sa.Column("threat", sa.Double(), nullable=True),
        sa.Column("insult", sa.Double(), nullable=True),
        sa.Column("identity_hate", sa.Double(), nullable=True),
        sa.Column("scored_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("model_version", sa.String(length=60), nullable=True),
        sa.Column("policy_version", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(status = 'held') = (hold_reason IS NOT NULL)",
            name=op.f("ck_comments_held_has_a_reason"),
        ),
        sa.CheckConstraint(
            "hold_reason IS NULL OR hold_reason IN ('unscored', 'score', 'unreadable', 'quarantined')",
            name=op.f("ck_comments_hold_reason_known"),
        ),
        sa.CheckConstraint(
            "status <> 'published' OR published_by_hand OR toxic IS NOT NULL",
            name=op.f("ck_comments_never_published_unscored"),
        ),
        sa.CheckConstraint(
            "status IN ('held', 'published', 'rejected', 'removed')",
            name=op.f("ck_comments_status_known"),
        ),
        sa.ForeignKeyConstraint(
            ["policy_version"],
            ["policy_versions.version"],
            name=op.f("fk_comments_policy_version_policy_versions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comments")),
        sa.UniqueConstraint("status_token", name=op.f("uq_comments_status_token")),
        sa.UniqueConstraint("submission_key", name=op.f("uq_comments_submission_key")),
    )
    op.create_index("ix_comments_author", "comments", ["author_key", "created_at", "id"])
    op.create_index("ix_comments_created", "comments", ["created_at", "id"])
    op.create_index(
        "ix_comments_counts",
        "comments",
        [
            "status",
            "hold_reason",
            "toxic",
            "severe_toxic",
            "obscene",
            "threat",
            "insult",
            "identity_hate",
        ],
    )
    op.create_index("ix_comments_page", "comments", ["page", "status", "created_at", "id"])
    op.create_index("ix_comments_queue_age", "comments", ["status", "created_at", "id"])
    op.create_index(
        "ix_comments_queue_identity_hate", "comments", ["status", "identity_hate", "id"]
    )
    op.create_index("ix_comments_queue_insult", "comments", ["status", "insult", "id"])
    op.create_index("ix_comments_queue_obscene", "comments", ["status", "obscene", "id"])
    op.create_index("ix_comments_queue_severe_toxic", "comments", ["status", "severe_toxic", "id"])
    op.create_index("ix_comments_queue_threat", "comments", ["status", "threat", "id"])
    op.create_index("ix_comments_queue_toxic", "comments", ["status", "toxic", "id"])
    op.create_index("ix_comments_queue_worst", "comments", ["status", "urgency", "id"])
    op.create_index("ix_comments_reason_age", "comments", ["hold_reason", "created_at", "id"])
    op.create_index("ix_comments_reason_worst", "comments", ["hold_reason", "urgency", "id"])
    op.create_index("ix_comments_worst", "comments", ["urgency", "id"])

    for statement in APPEND_ONLY[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("comments")
    op.drop_table("users")
    op.drop_table("sign_in_tries")
    op.drop_table("policy_versions")
    op.drop_table("audit_events")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_events_refuse")
