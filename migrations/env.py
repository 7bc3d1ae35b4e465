"""How Alembic reaches our database and our tables. Run by `flask db` and `flask prepare`."""

from alembic import context
from flask import current_app

from moderation.db import db


def run() -> None:
    """Migrate in one writing transaction, so that two starts at once wait for each other."""
    configure_args = current_app.extensions["migrate"].configure_args
    with db.engine.connect().execution_options(writing=True) as connection:
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            **configure_args,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
