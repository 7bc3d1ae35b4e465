"""`flask model`: train, evaluate and try the model."""

import json
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from moderation.scoring.artefact import (
    ArtefactError,
    find_artefact,
    load_artefact,
    review_thresholds,
)
from moderation.scoring.onnx_scorer import OnnxScorer
from moderation.text.language import foreign_language
from moderation.training.comments_csv import CsvError
from moderation.training.compare_cli import compare_command
from moderation.training.config import ConfigError, chosen_config
from moderation.training.data_cli import data_cli, teach_command
from moderation.training.dataset import DataError
from moderation.training.evaluate_cli import (
    carry_over_command,
    evaluate_command,
    models_option,
    record_command,
)
from moderation.training.options import cache_option, config_option
from moderation.training.vectors import VectorsError

UNREADABLE = "the model cannot read this text: nothing in it is known to its vocabulary"
LANGUAGE = "unsupported language: the model learned English only"

model_cli = AppGroup()  # named and described by group.py

model_cli.add_command(evaluate_command)
model_cli.add_command(record_command)
model_cli.add_command(carry_over_command)
model_cli.add_command(compare_command)
model_cli.add_command(data_cli)
model_cli.add_command(teach_command)


@model_cli.command("train")
@click.option(
    "--data", "paths", multiple=True, required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A data file; give it several times for several files.",
)  # fmt: skip
@click.option("--version", required=True, help="Name of the version, such as 2026.11.2.")
@click.option(
    "--out", default=Path("artefacts"), type=click.Path(path_type=Path), show_default=True,
    help="Folder in which the version's folder is made.",
)  # fmt: skip
@config_option
@click.option("--vectors", help="learned | minilm[:FOLDER] | fasttext:FILE.vec")
@click.option("--epochs", type=click.IntRange(1), help="Passes over the data.")
@click.option("--seed", type=int, help="Seed of everything random.")
@click.option(
    "--teacher", "teachers", multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Soft labels from flask model teach; several are averaged.",
)  # fmt: skip
@click.option(
    "--states", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="What MiniLM makes of texts inside, from flask model teach --states.",
)  # fmt: skip
@cache_option
def train_command(
    paths: tuple[Path, ...],
    version: str,
    out: Path,
    config_path: Path | None,
    vectors: str | None,
    epochs: int | None,
    seed: int | None,
    teachers: tuple[Path, ...],
    states: Path | None,
    cache: Path,
) -> None:
    """Train a model and write it as a version that `models/` can hold.

    The data is a table that `flask model data build` made, or the files that it reads. A run that
    was cut off goes on after its last whole epoch when the same command is given again.

    \b
    Example:
      flask model train --data table.parquet --teacher linear.parquet --version 2026.11.2
    """
    try:
        options = {"vectors": vectors, "epochs": epochs, "seed": seed}
        config = chosen_config(config_path, options)
        folder = out / version
        if folder.exists():
            raise click.ClickException(f"{folder} is there already; choose another --version")
        artefact = _recipe().train(list(paths), config, folder, cache, teachers, states)
    except (ConfigError, CsvError, DataError, VectorsError) as error:
        raise click.ClickException(str(error)) from error
    figures = artefact.card["metrics"]["validation"]
    click.echo(f"{artefact.folder}: mean AUC {figures['mean_auc'] or 0:.4f} on validation")


@model_cli.command("score")
@click.argument("text")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@models_option
def score_command(text: str, as_json: bool, models: Path) -> None:
    """Score one comment.

    \b
    Example:
      flask model score "have a nice day" --json
    """
    try:
        artefact = load_artefact(find_artefact(models))
    except ArtefactError as error:
        raise click.ClickException(str(error)) from error
    (scores,) = OnnxScorer(artefact).score([text])
    reason = LANGUAGE if foreign_language(text) else UNREADABLE
    if as_json:
        answer: dict[str, Any] = {"scores": scores, "model": artefact.version}
        click.echo(json.dumps(answer if scores else {**answer, "reason": reason}))
    elif scores is None:
        click.echo(reason)
    else:
        for label, threshold in review_thresholds(artefact.card).items():
            mark = "  over the review threshold" * (scores[label] >= threshold)
            click.echo(f"{label:14} {scores[label]:.4f}{mark}")


def _recipe() -> Any:
    """The room's part that needs TensorFlow, imported when it is needed."""
    try:
        from moderation.training import recipe
    except ImportError as error:
        raise click.ClickException(
            f"training needs the full set of libraries ({error.name} is missing). Run: "
            "pip install -r requirements.txt"
        ) from error
    return recipe
