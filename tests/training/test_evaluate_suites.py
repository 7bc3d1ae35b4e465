"""`flask model evaluate` for each suite, `record` and `carry-over`: what comes into the card."""

import json
import shutil

import pytest

from moderation.scoring.artefact import load_artefact
from moderation.training.card import record_evaluation
from moderation.training.card_page import MEASURED_ELSEWHERE, render
from tests.tiny_model import made_up_comments, write_csv

MADLIBS = (
    ("Text", "Label", "Template"),
    ("a gay idiot", "BAD", "x"),
    ("a gay friend", "NOT_BAD", "x"),
)
PAIRS = (
    ("comment_text", "comment_fuzzed", "toxic"),
    ("idiot", "1d10t", "1"),
    ("hello", "hello", "0"),
)
CASES = (
    ("functionality", "case_id", "test_case", "label_gold"),
    ("slur_h", "1", "you stupid idiot", "hateful"),
    ("ident_nh", "2", "thank you for our garden", "non-hateful"),
)

SOME_TEST = {
    "file": "t.csv",
    "sha256": "0",
    "n": 9,
    "unreadable": 0,
    "mean_auc": 0.9,
    "classes": {},
}


@pytest.fixture
def evaluate(flask_model, tiny_folder):
    return lambda *arguments: flask_model("evaluate", "--models", tiny_folder.parent, *arguments)


@pytest.fixture
def files(write_rows, tmp_path):
    return [
        "--fairness", write_rows("madlibs.csv", *MADLIBS),
        "--pairs", write_rows("pairs.csv", *PAIRS),
        "--hatecheck", write_rows("cases.csv", *CASES),
        "--attacks", write_csv(tmp_path / "attacks.csv", made_up_comments(60, seed=5)),
    ]  # fmt: skip


def test_one_command_answers_for_all_suites(evaluate, files):
    result = evaluate(*files, "--json")
    assert result.exit_code == 0, result.output
    figures = json.loads(result.stdout)
    assert set(figures) == {"fairness", "pairs", "hatecheck", "attacks"}
    assert figures["fairness"]["terms"]["gay"]["n"] == 2
    assert figures["pairs"]["n"] == 2
    assert figures["hatecheck"]["all"]["n"] == 2
    assert figures["attacks"]["n"] == 60


def test_people_get_a_table_of_each(evaluate, files):
    result = evaluate(*files)
    assert result.exit_code == 0
    for title in ("Fairness", "fuzzed by hand", "attacks", "HateCheck"):
        assert title in result.stdout


def test_record_writes_each_into_the_sealed_card(evaluate, files, tiny_folder):
    assert evaluate(*files, "--record").exit_code == 0
    card = load_artefact(tiny_folder).card
    assert card["metrics"]["fairness"]["file"] == "madlibs.csv"
    assert len(card["metrics"]["hatecheck"]["sha256"]) == 64
    page = (tiny_folder / "MODEL_CARD.md").read_text()
    assert page == render(card)
    for line in ("## Fairness", "fuzzed by hand", "## Robustness", "leet (held out)", "| slur_h |"):
        assert line in page


def test_recorded_again_a_suite_takes_its_own_place(evaluate, files, tiny_folder):
    for _ in range(2):
        assert evaluate(*files[:2], "--record").exit_code == 0
    assert (tiny_folder / "MODEL_CARD.md").read_text().count("## Fairness") == 1


@pytest.mark.parametrize(
    ("suite", "rows", "complaint"),
    [
        ("fairness", [("Text",), ("a",)], "row 1: the columns Label are missing"),
        ("fairness", [MADLIBS[0], ("a", "GOOD", "x")], "row 2: Label is 'GOOD'; it must be BAD"),
        ("fairness", [MADLIBS[0]], "holds no comments"),
        ("pairs", [PAIRS[0], PAIRS[1], ("a", "b", "yes")], "row 3: toxic is 'yes'"),
        ("pairs", [PAIRS[0], ("a", "b", "")], "row 2: toxic is ''; it must be 0 or 1"),
        ("hatecheck", [CASES[0], ("f", "1", "a", "maybe")], "row 2: label_gold is 'maybe'"),
        ("hatecheck", [CASES[0], ("f", "1", "a")], "row 2: it must have 4 fields"),
        ("attacks", [("comment_text", "toxic"), ("a", "0")], "the columns severe_toxic"),
    ],
)
def test_a_bad_file_is_explained_in_one_line(evaluate, write_rows, suite, rows, complaint):
    result = evaluate(f"--{suite}", write_rows("bad.csv", *rows))
    assert result.exit_code == 1
    assert complaint in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_a_bad_file_stops_before_anything_is_scored(evaluate, files, write_rows, tiny_folder):
    bad = write_rows("bad.csv", PAIRS[0], ("a", "b", "?"))
    assert evaluate(*files[:2], "--pairs", bad, "--record").exit_code == 1
    assert "fairness" not in load_artefact(tiny_folder).card["metrics"]


@pytest.fixture
def record(flask_model, tiny_folder, tmp_path):
    def run(section, content):
        path = tmp_path / "section.json"
        path.write_text(content)
        return flask_model("record", section, path, "--models", tiny_folder.parent)

    return run


@pytest.mark.parametrize(("name", "title"), MEASURED_ELSEWHERE.items())
def test_a_section_measured_elsewhere_stands_in_the_card(record, tiny_folder, name, title):
    section = {
        "how": "One thread.",
        "columns": ["What", "ms"],
        "rows": [["fp32", 0.51], ["a|b", None]],
    }
    assert record(name, json.dumps(section)).exit_code == 0
    assert load_artefact(tiny_folder).card[name] == section
    page = (tiny_folder / "MODEL_CARD.md").read_text()
    assert f"## {title}\n\nOne thread.\n\n| What | ms |" in page
    assert "| fp32 | 0.5100 |" in page
    assert "| a\\|b | – |" in page


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("{", "is not JSON"),
        ("[]", 'it must be {"how"'),
        ('{"how": 1, "columns": [], "rows": []}', "`how` must be a text"),
        ('{"how": "", "columns": ["a"], "rows": [["b"], []]}', "row 2 must be a list of 1 cells"),
        ('{"how": "", "columns": ["a"], "rows": [[{}]]}', "row 1 must hold texts, numbers or null"),
    ],
)
def test_what_is_no_section_is_refused_in_one_line(record, content, complaint):
    result = record("language", content)
    assert result.exit_code == 1
    assert complaint in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


@pytest.fixture
def version_before(tiny_folder, tmp_path):
    """A version that was tested twice; returns its folder."""
    folder = tmp_path / "before" / tiny_folder.name
    shutil.copytree(tiny_folder, folder)
    record_evaluation(folder, {**SOME_TEST, "date": "2026-01-01"})
    record_evaluation(folder, {**SOME_TEST, "date": "2026-01-02"})
    return folder


def test_the_log_of_tests_is_carried_over_once(flask_model, tiny_folder, version_before):
    record_evaluation(tiny_folder, {**SOME_TEST, "date": "2026-01-03"})
    for _ in range(2):
        result = flask_model("carry-over", version_before, "--models", tiny_folder.parent)
        assert "2 tests of 1.0's log" in result.stdout
    tests = load_artefact(tiny_folder).card["metrics"]["tests"]
    assert [test["date"][-1] for test in tests] == ["1", "2", "3"]
    assert "| 2026-01-01 |" in (tiny_folder / "MODEL_CARD.md").read_text()


def test_a_log_of_tests_comes_from_a_version_only(flask_model, tiny_folder, tmp_path):
    result = flask_model("carry-over", tmp_path, "--models", tiny_folder.parent)
    assert result.exit_code == 1
    assert str(tmp_path) in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_a_section_whose_facts_are_missing_is_not_in_the_card(tiny_folder):
    page = (tiny_folder / "MODEL_CARD.md").read_text()
    for title in ("Fairness", "HateCheck", "Speed and size", "Figures on test data"):
        assert f"## {title}" not in page
    assert "## How to rebuild it" in page
    assert "| toxic | 0." in page
