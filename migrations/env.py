"""How Alembic reaches our database and our tables. Run by `flask db` and `flask prepare`."""

from alembic import context
from flask import current_app

from moderation.db import alone, db


def is_ours(_object: object, name: str | None, kind: str, *_: object) -> bool:
    """Whether the tables of the code should have it: search has its own, see version 0003."""
    return not (name or "").startswith(("comments_text", "ix_comments_words"))


def run() -> None:
    """Migrate in one transaction, alone: of two machines that start at once, one waits."""
    configure_args = current_app.extensions["migrate"].configure_args
    with alone("migration"), db.engine.connect().execution_options(writing=True) as connection:
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            include_object=is_ours,
            **configure_args,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
