"""`flask model compare`: the tutorial's networks and ours, on one split."""

import json
from pathlib import Path
from typing import Any

import click

from moderation.training.comments_csv import CsvError
from moderation.training.config import ConfigError, chosen_config
from moderation.training.dataset import DataError
from moderation.training.options import cache_option, config_option
from moderation.training.terminal import answers
from moderation.training.vectors import VectorsError


@click.command("compare")
@click.option(
    "--data", "paths", multiple=True, required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A data file, as for `train`; give it several times for several files.",
)  # fmt: skip
@click.option("--rows", type=click.IntRange(1), help="Learn from so many rows only.")
@click.option("--epochs", type=click.IntRange(1), help="Passes over the data.")
@click.option("--seed", type=int, help="Seed of everything random.")
@click.option("--vectors", help="Our word vectors: learned | minilm[:FOLDER] | fasttext:FILE.vec")
@click.option(
    "--article-vectors", default="learned", show_default=True,
    help="The other two's word vectors, in the same words.",
)  # fmt: skip
@config_option
@click.option(
    "--out", default=Path("artefacts/comparison"), type=click.Path(path_type=Path),
    show_default=True, help="Folder for the table, the figures and the plots.",
)  # fmt: skip
@cache_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def compare_command(
    paths: tuple[Path, ...],
    rows: int | None,
    article_vectors: str,
    config_path: Path | None,
    out: Path,
    cache: Path,
    as_json: bool,
    **options: Any,
) -> None:
    """Train an LSTM, an LSTM-CNN and ours side by side, and write what came of it.

    Into --out go table.md, figures.json and four plots: training.svg, roc.svg,
    precision-recall.svg, reliability.svg.

    \b
    Example:
      flask model compare --data train.csv --rows 20000 --epochs 3
    """
    try:
        from moderation.training import compare, plots
    except ImportError as error:
        raise click.ClickException(
            f"comparing needs the full set of libraries ({error.name} is missing). Run: "
            "pip install -r requirements.txt"
        ) from error
    try:
        config = chosen_config(config_path, options)
        comparison = compare.compare(list(paths), config, article_vectors, rows, cache)
    except (ConfigError, CsvError, DataError, VectorsError) as error:
        raise click.ClickException(str(error)) from error
    section, figures = compare.as_section(comparison), compare.as_json(comparison)
    out.mkdir(parents=True, exist_ok=True)
    (out / "table.md").write_text("\n".join(section.as_markdown()), encoding="utf-8")
    (out / "figures.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    plots.write_plots(comparison, out)
    if as_json:
        click.echo(json.dumps(figures))
    else:
        answers.print(section.as_table(str(out)))
