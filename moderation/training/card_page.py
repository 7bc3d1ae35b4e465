"""The card for people: `card.json` as Markdown. A section stands where its facts are there."""

from collections.abc import Mapping
from typing import Any

from moderation.training.section import Section, section_of, shown
from moderation.training.sections import SUITES, band_figures, class_figures, identity_figures

Card = Mapping[str, Any]

MEASURED_ELSEWHERE = {
    "ablation": "What each idea gave",
    "language": "Language",
    "explanations": "Explanations",
    "speed": "Speed and size",
}
"""Sections that a card may hold ready-made, under these names, each with its title."""


def render(card: Card) -> str:
    """Return the card as Markdown."""
    sections = (
        ("", _introduction(card)),
        ("Licence", [card["licence"], ""]),
        ("Data", _data(card)),
        ("Figures on validation", _validation(card)),
        ("Calibration", _calibration(card)),
        ("Figures on test data", _tests(card)),
        *((title, _suite(card, name)) for name, (title, _) in SUITES.items()),
        *((title, _elsewhere(card, name)) for name, title in MEASURED_ELSEWHERE.items()),
        ("Cleaning, by measurement", _cleaning(card)),
        ("Recipe", _recipe(card)),
        ("How to rebuild it", _rebuild(card)),
        ("Limits", [*(f"- {limit}" for limit in card["limits"]), ""]),
    )
    lines: list[str] = []
    for title, content in sections:
        if content:
            lines += ([f"## {title}", ""] if title else []) + content
    return "\n".join(lines)


def _introduction(card: Card) -> list[str]:
    return [
        f"# Model card: {card['version']}",
        "",
        "Generated from `card.json`. Scores comments on six classes of abuse; "
        "a score is meant as a probability at the natural rate of abuse. Brackets hold 95 % "
        "intervals: the percentile bootstrap's, for shares Wilson's.",
        "",
    ]


def _data(card: Card) -> list[str]:
    keys = ("file", "kind", "rows", "licence", "sha256")
    sources = Section(
        "",
        ("File", "What", "Rows", "Licence", "SHA-256"),
        [[source[key] for key in keys] for source in card["sources"]],
    )
    origin, licence = card["vectors"]["origin"], card["vectors"]["licence"]
    return [
        *sources.as_markdown(),
        f"Trained on {card['rows']['train']:,} rows, validated on {card['rows']['validation']:,}; "
        "near-duplicates never straddle the two. Validation rows are weighted to a natural rate of "
        f"{card['recipe']['natural_rate']:.1%} toxic comments.",
        "",
        f"Word vectors: {origin}" + (f" ({licence})." if licence else "."),
        "",
    ]


def _validation(card: Card) -> list[str]:
    validation, thresholds = card["metrics"]["validation"], card["thresholds"]
    mean = shown(validation["mean_auc"], validation.get("mean_auc_interval"))
    return [
        f"Mean AUC {mean} on {validation['n']:,} comments, cleaned and in windows as served.",
        "",
        *_precision(card),
        *class_figures(validation, thresholds).as_markdown(),
        thresholds["why"],
        f"Together they hold {thresholds['queue']:.1%} of all comments.",
        "",
    ]


def _precision(card: Card) -> list[str]:
    measured = card.get("precision")
    if not measured:
        return []
    return [
        f"Served as {measured['served']}: mean AUC on the same comments "
        f"{measured['mean_auc_fp32']:.4f} as fp32, {measured['mean_auc_int8']:.4f} as int8 (7-bit "
        f"weights); mean difference of a score {measured['mean_difference']:.5f}.",
        "",
    ]


def _calibration(card: Card) -> list[str]:
    return [card["calibration"]["how"], "", *_calibrated(card["metrics"]["validation"])]


def _calibrated(report: Card) -> list[str]:
    """Bands and identity terms, where the report holds them."""
    sections = (band_figures(report), identity_figures(report))
    return [line for section in sections if section.rows for line in section.as_markdown()]


def _tests(card: Card) -> list[str]:
    """The log of all evaluations, earlier versions' too, and the last figures on each file."""
    tests = card["metrics"].get("tests", [])
    if not tests:
        return []
    log = Section(
        "Every evaluation on data that was kept for the end:",
        ("Date", "Model", "File", "SHA-256", "Comments", "Unreadable, left out", "Mean AUC"),
        [
            [
                test["date"],
                test["version"],
                test["file"],
                test["sha256"],
                test["n"],
                test["unreadable"],
                shown(test["mean_auc"], test.get("mean_auc_interval")),
            ]
            for test in tests
        ],
    )
    lines = log.as_markdown()
    if card["version"] not in [test["version"] for test in tests]:
        lines += ["None of them is of this version.", ""]
    for name, test in {test["file"]: test for test in tests}.items():
        lines += [
            f"The last on {name}, of {test['version']}:",
            "",
            *class_figures(test).as_markdown(),
            *_calibrated(test),
        ]
    return lines


def _suite(card: Card, name: str) -> list[str]:
    figures = card["metrics"].get(name)
    if not figures:
        return []
    origin = f"{figures['date']}, {figures['file']} (SHA-256 `{figures['sha256']}`)."
    return [origin, "", *SUITES[name][1](figures).as_markdown()]


def _elsewhere(card: Card, name: str) -> list[str]:
    return section_of(card[name]).as_markdown() if name in card else []


def _cleaning(card: Card) -> list[str]:
    trials = card["cleaning"]["trials"]
    return Section(
        card["cleaning"]["how"],
        ("Variant", "AUC, comments as written", "AUC, disguised comments", "Decision"),
        [[trial[key] for key in ("variant", "clean", "disguised", "decision")] for trial in trials],
    ).as_markdown()


def _recipe(card: Card) -> list[str]:
    settings = [[name, str(value)] for name, value in card["recipe"].items()]
    history = [
        [number, past["loss"], past["auc"]] for number, past in enumerate(card["history"], start=1)
    ]
    libraries = ", ".join(f"{name} {version}" for name, version in card["libraries"].items())
    return [
        *Section("", ("Setting", "Value"), settings).as_markdown(),
        *Section("", ("Epoch", "Loss", "Validation AUC"), history).as_markdown(),
        f"Libraries: {libraries}.",
        "",
    ]


def _rebuild(card: Card) -> list[str]:
    """The commands that make the model again from its files, and what teachers said meanwhile."""
    if not card.get("rebuild"):
        return []
    taught = [*card["teachers"], *filter(None, [card["states"]])]
    said = Section(
        "What teachers said. A file with the same hash saves making it:",
        ("File", "SHA-256"),
        [[each["file"], each["sha256"]] for each in taught],
    )
    return [
        "From files with the hashes above:",
        "",
        "```",
        *card["rebuild"],
        "```",
        "",
        *(said.as_markdown() if taught else []),
    ]
