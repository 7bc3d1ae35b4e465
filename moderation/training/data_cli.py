"""`flask model data` and `flask model teach`: what a training run is given."""

import json
from dataclasses import asdict
from pathlib import Path

import click
from flask.cli import AppGroup

from moderation.scoring.artefact import ArtefactError
from moderation.training.comments_csv import (
    CsvError,
    LabelledComments,
    read_kaggle_test,
    write_comments,
    write_unlabelled,
)
from moderation.training.config import ConfigError, TrainingConfig, chosen_config
from moderation.training.dataset import DataError, Floats, split
from moderation.training.options import cache_option, config_option
from moderation.training.soft_labels import save_soft_labels
from moderation.training.table import Table, build_table, load_table, save_table
from moderation.training.vectors import VectorsError

data_cli = AppGroup("data", help="The table that training reads.")

_file = click.Path(exists=True, dir_okay=False, path_type=Path)


@data_cli.command("build")
@click.option(
    "--data", "paths", multiple=True, required=True, type=_file,
    help="A data file; give it several times for several files.",
)  # fmt: skip
@click.option(
    "--evaluation", multiple=True, type=_file,
    help="A file that models are judged on: what meets it is left out of the table.",
)  # fmt: skip
@click.option(
    "--fragments", type=click.IntRange(0), default=0, show_default=True,
    help="How many pieces to cut from the comments, for teachers to label; see teach.",
)  # fmt: skip
@click.option(
    "--out", default=Path("artefacts/table.parquet"), show_default=True,
    type=click.Path(dir_okay=False, path_type=Path), help="The table to write.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def build_command(
    paths: tuple[Path, ...], evaluation: tuple[Path, ...], fragments: int, out: Path, as_json: bool
) -> None:
    """Make one training table of data files, with licences, labels and the split.

    Known are Kaggle's train.csv as it is, the gathered comments (.parquet), non-toxic sentences
    (.tsv) and comments without labels; see docs/model.md.

    \b
    Example:
      flask model data build --data train.csv --evaluation test.csv --out table.parquet
    """
    try:
        table = build_table(paths, evaluation, fragments)
    except (CsvError, DataError) as error:
        raise click.ClickException(str(error)) from error
    out.parent.mkdir(parents=True, exist_ok=True)
    save_table(table, out)
    facts = {
        "table": str(out),
        "rows": len(table.rows.texts),
        "fragments": sum(form == "fragment" for form in table.rows.forms),
        "repeated": table.repeated,
        "removed": table.removed,
        "sources": [asdict(source) for source in table.sources],
    }
    if as_json:
        click.echo(json.dumps(facts))
        return
    for source in table.sources:
        click.echo(f"{source.file}: {source.rows:,} rows ({source.licence})")
    for name, count in table.removed.items():
        click.echo(f"{name}: {count:,} rows that meet it were left out")
    click.echo(f"{table.repeated:,} texts came more than once")
    click.echo(f"{facts['fragments']:,} fragments were cut")
    click.echo(f"{out}: {facts['rows']:,} rows")


@data_cli.command("kaggle-test")
@click.option("--texts", required=True, type=_file, help="The official test.csv.")
@click.option("--labels", required=True, type=_file, help="The official test_labels.csv.")
@click.option(
    "--scored", required=True, type=click.Path(dir_okay=False, path_type=Path),
    help="The evaluation file to write: the comments that were scored, with their labels.",
)  # fmt: skip
@click.option(
    "--unscored", required=True, type=click.Path(dir_okay=False, path_type=Path),
    help="The other comments, to write: a data file without labels.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def kaggle_test_command(
    texts: Path, labels: Path, scored: Path, unscored: Path, as_json: bool
) -> None:
    """Take Kaggle's test.csv and test_labels.csv apart, as they are, for building and judging.

    \b
    Example:
      flask model data kaggle-test --texts test.csv --labels test_labels.csv \\
        --scored scored.csv --unscored unscored.csv
    """
    try:
        judged, rest = read_kaggle_test(texts, labels)
    except CsvError as error:
        raise click.ClickException(str(error)) from error
    write_comments(scored, judged)
    write_unlabelled(unscored, rest)
    facts = {"scored": len(judged.texts), "unscored": len(rest)}
    click.echo(
        json.dumps(facts)
        if as_json
        else f"{scored}: {facts['scored']:,} comments; {unscored}: {facts['unscored']:,}"
    )


@data_cli.command("kept")
@click.option("--data", required=True, type=_file, help="A table of flask model data build.")
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path),
    help="The CSV file to write.",
)  # fmt: skip
@config_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def kept_command(data: Path, out: Path, config_path: Path | None, as_json: bool) -> None:
    """Write the comments that training keeps for validation, for `evaluate --attacks`.

    With the table and the config that a model was trained with, it never learned from them.

    \b
    Example:
      flask model data kept --data table.parquet --out kept.csv
    """
    try:
        table, config = load_table(data), chosen_config(config_path, {})
        parts = split(table.rows, table.shares, config)
    except (ConfigError, DataError) as error:
        raise click.ClickException(str(error)) from error
    kept = parts.validation
    write_comments(out, LabelledComments(kept.texts, kept.labels, parts.weights))
    facts = {"kept": str(out), "rows": len(kept.texts)}
    click.echo(json.dumps(facts) if as_json else f"{out}: {facts['rows']:,} comments")


@click.command("teach")
@click.option("--data", required=True, type=_file, help="A table of flask model data build.")
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path),
    help="The soft labels to write.",
)  # fmt: skip
@click.option(
    "--kind", type=click.Choice(["linear", "minilm", "lstm", "versions"]), default="linear",
    show_default=True,
    help="A linear model of n-grams; MiniLM fine-tuned; the network that is trained to serve; "
    "versions that are trained already, on what has no labels.",
)  # fmt: skip
@click.option(
    "--taught-by", "versions", multiple=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="For the kind versions: a version's folder; give it several times for several.",
)  # fmt: skip
@click.option(
    "--unlabelled", is_flag=True,
    help="Ask for what has no labels alone, and learn from all that has. Versions always do.",
)  # fmt: skip
@click.option(
    "--states", type=click.Path(dir_okay=False, path_type=Path),
    help="With --kind minilm --unlabelled: another file to write, of what MiniLM makes of these "
    "texts inside (8 MB for 194,000), which training learns from as well.",
)  # fmt: skip
@click.option(
    "--precision", type=click.Choice(["float32", "mixed_bfloat16"]), default="float32",
    show_default=True,
    help="How networks count: in 16 bits where they can, or in 32. A GPU and processors with AMX "
    "are several times as fast in 16, others slower.",
)  # fmt: skip
@config_option
@cache_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def teach_command(
    data: Path, out: Path, kind: str, versions: tuple[Path, ...], unlabelled: bool,
    states: Path | None, precision: str, config_path: Path | None, cache: Path, as_json: bool,
) -> None:  # fmt: skip
    """Ask a teacher for what it says of each comment of a table, out of fold.

    What has no labels are comments of sets without and the fragments of `data build`.

    The linear model takes ten minutes. The networks want a GPU; on two cores they take an hour or
    several. Keras counts with any of its engines: on AMX, KERAS_BACKEND=torch suits MiniLM best.

    \b
    Example:
      flask model teach --data table.parquet --out linear.parquet
      flask model teach --data table.parquet --kind minilm --out minilm.parquet
      flask model teach --data table.parquet --kind versions --taught-by models/2026.11.6 \\
        --out versions.parquet
      flask model teach --data table.parquet --kind minilm --unlabelled \\
        --states states.parquet --out minilm_unlabelled.parquet
    """
    if (kind == "versions") != bool(versions):
        raise click.UsageError("--kind versions and --taught-by FOLDER need each other")
    if states and not (kind == "minilm" and unlabelled):
        raise click.UsageError("--states needs --kind minilm --unlabelled")
    try:
        table, config = load_table(data), chosen_config(config_path, {})
        if not unlabelled and kind != "versions":
            table = table.without_fragments()
        logits = _ask(kind, versions, unlabelled, states, precision, table, config, cache)
    except (ArtefactError, ConfigError, DataError, VectorsError) as error:
        raise click.ClickException(str(error)) from error
    teacher = " ".join(
        [
            kind,
            *["--unlabelled"] * unlabelled,
            *(f"--states {path.name}" for path in [states] if path),
            *(f"--taught-by {path.name}" for path in versions),
        ]
    )
    written = save_soft_labels(out, table.rows.texts, logits, teacher)
    facts = {"soft_labels": str(out), "rows": written}
    click.echo(json.dumps(facts) if as_json else f"{out}: soft labels of {facts['rows']:,} rows")


def _ask(
    kind: str, versions: tuple[Path, ...], unlabelled: bool, states: Path | None, precision: str,
    table: Table, config: TrainingConfig, cache: Path,
) -> Floats:  # fmt: skip
    """The teachers need libraries that only training needs, imported when they are."""
    try:
        if kind == "versions":
            from moderation.training import version_teacher

            return version_teacher.teach(table, versions, cache)
        if kind == "linear":
            from moderation.training import linear_teacher

            return linear_teacher.teach(table, config, unlabelled)
        from moderation.training import network_teacher

        with network_teacher.counting_in(precision):
            return network_teacher.teach(table, config, kind, cache, unlabelled, states)
    except ImportError as error:
        raise click.ClickException(
            f"teaching needs the full set of libraries ({error.name} is missing). Run: "
            "pip install -r requirements.txt"
        ) from error
