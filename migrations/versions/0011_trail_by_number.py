"""trail by number: what happened is read in the order in which it was written, not by the clock"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

BEFORE_THE_NUMBER = {
    "ix_audit_events_action": ["action"],
    "ix_audit_events_actor": ["actor_id"],
    "ix_audit_events_subject": ["subject_type", "subject_id"],
}


def upgrade() -> None:
    for name, columns in BEFORE_THE_NUMBER.items():
        op.drop_index(name, "audit_events")
        op.create_index(name, "audit_events", [*columns, "id"])


def downgrade() -> None:
    for name, columns in BEFORE_THE_NUMBER.items():
        op.drop_index(name, "audit_events")
        op.create_index(name, "audit_events", [*columns, "at", "id"])
