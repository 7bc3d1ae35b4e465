"""`flask model evaluate`, `record` and `carry-over`: judge the model, and tell its card."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import click

from moderation.scoring.artefact import (
    MODELS_DIR,
    Artefact,
    ArtefactError,
    file_hash,
    find_artefact,
    load_artefact,
    review_thresholds,
)
from moderation.scoring.onnx_scorer import OnnxScorer
from moderation.training.card import (
    MODEL_CARD,
    carry_tests_over,
    record_evaluation,
    record_section,
    record_suite,
)
from moderation.training.card_page import MEASURED_ELSEWHERE
from moderation.training.comments_csv import CsvError, read_comments
from moderation.training.evaluate import evaluate
from moderation.training.fairness import fairness, read_madlibs
from moderation.training.hatecheck import hatecheck, read_cases
from moderation.training.robustness import fuzzed_pairs, read_pairs, withstand_attacks
from moderation.training.section import SectionError, read_section
from moderation.training.sections import SUITES, class_figures
from moderation.training.terminal import answers, console

models_option = click.option(
    "--models",
    type=click.Path(path_type=Path),
    default=MODELS_DIR,
    envvar="EVENKEEL_MODELS",
    help="Folder that holds the version to use.  [default: models/]",
)


def _file(name: str, help_text: str) -> Callable[[Any], Any]:
    return click.option(name, type=click.Path(path_type=Path), help=help_text)


@click.command("evaluate")
@_file("--data", "Labelled comments: comment_text, the six labels (blank is unknown), weight.")
@_file("--fairness", "Sentences over identity terms: Text, Label (BAD or NOT_BAD).")
@_file("--pairs", "Comments fuzzed by hand: comment_text, comment_fuzzed, toxic.")
@_file("--attacks", "Labelled comments to disguise, in the columns of --data.")
@_file("--hatecheck", "HateCheck's cases: functionality, test_case, label_gold.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--record", is_flag=True, help="Write the figures into the model's card.")
@models_option
def evaluate_command(data: Path | None, as_json: bool, record: bool, models: Path,
                     **suites: Path | None) -> None:  # fmt: skip
    """Judge the model: on labelled comments, for fairness, under disguise, by HateCheck.

    Each option is a CSV file and a suite of figures of its own; give one or several. All files are
    read before anything is scored.

    \b
    Example:
      flask model evaluate --data test.csv --json
      flask model evaluate --fairness madlibs.csv --hatecheck cases.csv --record
    """
    paths = {name: path for name, path in suites.items() if path}
    if not paths and not data:
        raise click.UsageError("give a file: --data, --fairness, --pairs, --attacks or --hatecheck")
    try:
        comments = read_comments(data) if data else None
        cases = {name: _MEASURES[name][0](path) for name, path in paths.items()}
        artefact = load_artefact(find_artefact(models))
    except (CsvError, ArtefactError) as error:
        raise click.ClickException(str(error)) from error
    answer: dict[str, Any] = {}
    if data and comments:
        figures, unreadable = evaluate(OnnxScorer(artefact), comments)
        answer |= figures
        if unreadable:
            console.print(f"{unreadable} comments could not be read; they are left out.")
        if record:
            record_evaluation(
                artefact.folder, {**_of_file(data), "unreadable": unreadable, **figures}
            )
        if not as_json:
            answers.print(class_figures(figures).as_table(f"{figures['n']:,} comments"))
    for name, path in paths.items():
        answer[name] = _MEASURES[name][1](artefact, cases[name])
        if record:
            record_suite(artefact.folder, name, {**_of_file(path), **answer[name]})
        if not as_json:
            title, section = SUITES[name]
            answers.print(section(answer[name]).as_table(title))
    if as_json:
        click.echo(json.dumps(answer))


@click.command("record")
@click.argument("section", type=click.Choice(list(MEASURED_ELSEWHERE)))
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@models_option
def record_command(section: str, path: Path, models: Path) -> None:
    """Write a section that was measured elsewhere into the model's card.

    FILE is JSON: {"how": "a sentence", "columns": ["…"], "rows": [["…", 0.5], …]}.

    \b
    Example:
      flask model record speed speed.json
    """
    try:
        folder = find_artefact(models)
        record_section(folder, section, read_section(path))
    except (SectionError, ArtefactError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{folder / MODEL_CARD}: {MEASURED_ELSEWHERE[section]}")


@click.command("carry-over")
@click.argument("earlier", metavar="FOLDER", type=click.Path(path_type=Path))
@models_option
def carry_over_command(earlier: Path, models: Path) -> None:
    """Put an earlier version's log of final tests before that in the model's card.

    FOLDER is that version's. What stands in both logs is kept once.

    \b
    Example:
      flask model carry-over models/2026.11.6 --models artefacts
    """
    try:
        folder = find_artefact(models)
        carried = carry_tests_over(earlier, folder)
    except ArtefactError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{folder / MODEL_CARD}: {carried} tests of {earlier.name}'s log")


def _of_file(path: Path) -> dict[str, str]:
    return {"date": date.today().isoformat(), "file": path.name, "sha256": file_hash(path)}


_MEASURES: dict[str, tuple[Callable[[Path], Any], Callable[[Artefact, Any], dict[str, Any]]]] = {
    "fairness": (read_madlibs, lambda model, cases: fairness(OnnxScorer(model), cases)),
    "pairs": (read_pairs, lambda model, cases: fuzzed_pairs(OnnxScorer(model), cases)),
    "attacks": (read_comments, lambda model, cases: withstand_attacks(OnnxScorer(model), cases)),
    "hatecheck": (
        read_cases,
        lambda model, cases: hatecheck(OnnxScorer(model), cases, review_thresholds(model.card)),
    ),
}
"""For each suite: what reads its file, and what measures the model on it."""
