"""Options that several commands of `flask model` share."""

from pathlib import Path

import click

config_option = click.option(
    "--config", "config_path", type=click.Path(path_type=Path), help="A TOML file."
)
cache_option = click.option(
    "--cache", default=Path("artefacts/sequences"), type=click.Path(path_type=Path),
    show_default=True, help="Folder where sequence vectors and runs are kept and found again.",
)  # fmt: skip
