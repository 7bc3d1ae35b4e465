"""`flask model`, imported once somebody asks for it: no server trains."""

from __future__ import annotations

import click


class Later(click.Group):
    """Has the commands of `training/cli.py`, which brings all of training along."""

    def list_commands(self, context: click.Context) -> list[str]:
        """The commands' names."""
        return self._there().list_commands(context)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """The command of this name, if there is one."""
        return self._there().get_command(context, name)

    def _there(self) -> click.Group:
        from moderation.training import cli

        return cli.model_cli


model_group = Later("model", help="Train, evaluate and try the model.")
