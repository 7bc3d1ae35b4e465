"""Recorded figures as sections: what the card and the terminal show of them."""

from collections.abc import Mapping
from typing import Any

from moderation.training.fairness import MEASURES
from moderation.training.section import Section, shown

Figures = Mapping[str, Any]
_MEASURED = ("auc", "average_precision", "ece")


def class_figures(report: Figures, thresholds: Figures | None = None) -> Section:
    """The figures of each class and, if `thresholds` are a card's, what these do."""
    columns = ["Class", "AUC", "Average precision", "Calibration error"]
    if thresholds:
        columns += ["Review from", "Precision there", "Recall there"]
    rows = []
    for label, of_class in report["classes"].items():
        row = [label, *(shown(of_class[m], of_class.get(f"{m}_interval")) for m in _MEASURED)]
        if thresholds:
            there = thresholds["at_review"][label]
            row += [shown(v) for v in (thresholds["review"][label], *there.values())]
        rows.append(row)
    if not thresholds:
        rows.append(["mean", shown(report["mean_auc"], report.get("mean_auc_interval")), "", ""])
    return Section("", columns, rows)


def band_figures(report: Figures) -> Section:
    """The score bands of each class."""
    rows = [
        [
            label,
            f"{band['from']:g}–{band['to']:g}",
            shown(band["n"]),
            shown(band["mean_score"]),
            shown(band["rate"], band["rate_interval"]),
        ]
        for label, of_class in report["classes"].items()
        for band in of_class.get("bands", ())
        if band["n"]
    ]
    how = "In each band of the score: how many comments of that class really are among them."
    return Section(how, ["Class", "Score", "Comments", "Mean score", "Observed rate"], rows)


def identity_figures(report: Figures) -> Section:
    """Mean score and observed rate of the comments with each identity term."""
    rows = [
        [term, *(shown(of[key]) for key in ("n", "toxic", "mean_score", "rate", "ece"))]
        for term, of in report.get("identity", {}).items()
    ]
    how = "Comments with a word for a group of people: are they scored as toxic as they are?"
    columns = ["Term", "Comments", "Toxic", "Mean score", "Observed rate", "Calibration error"]
    return Section(how, columns, rows)


def fairness_section(figures: Figures) -> Section:
    """Subgroup, BPSN and BNSP AUC of each term, worst BPSN first, and their means."""
    worst = "; ".join(
        f"worst {_NAMES[m]} {shown(found['value'], found['interval'])} for *{found['term']}*"
        for m, found in figures["worst"].items()
        if found
    )
    how = (
        f"AUC of toxic on {figures['n']:,} made-up sentences over identity terms, in all "
        f"{shown(figures['auc']['value'], figures['auc']['interval'])}. Subgroup: within the "
        "term's sentences; BPSN: its harmless ones against the harmful ones of others (low where "
        "the term raises scores unfairly); BNSP: its harmful ones against the harmless ones of "
        f"others. {worst[:1].upper()}{worst[1:]}."
    )
    ordered = sorted(figures["terms"].items(), key=lambda item: item[1]["bpsn_auc"]["value"] or 0)
    rows = [["mean", "", *(shown(figures["mean"][m]) for m in MEASURES)]] + [
        [term, shown(of["n"]), *(shown(of[m]["value"], of[m]["interval"]) for m in MEASURES)]
        for term, of in ordered
    ]
    return Section(how, ["Term", "Sentences", *(_NAMES[m] for m in MEASURES)], rows)


def pairs_section(figures: Figures) -> Section:
    """The loss of AUC on pairs fuzzed by hand."""
    how = (
        f"AUC of toxic on {figures['n']:,} comments as written and as somebody fuzzed them by hand."
    )
    return Section(how, ["", *_LOSS_COLUMNS], [["toxic", *_loss_cells(figures)]])


def attacks_section(figures: Figures) -> Section:
    """The loss of mean AUC under each family of attacks."""
    how = (
        f"Mean AUC over the classes on {figures['n']:,} comments, as written and with words "
        f"disguised: all of {figures['telling_words']:,} telling ones (at least half of the "
        "comments with them are toxic), or "
        f"{figures['blind_share']:.0%} of all words, chosen blindly. The family "
        f"{figures['held_out']} is held out: the noise that training adds has nothing of it."
    )
    rows = [
        [
            family + (" (held out)" if family == figures["held_out"] else ""),
            way,
            shown(of["changed"]),
            *_loss_cells(of),
        ]
        for family, ways in figures["families"].items()
        for way, of in ways.items()
    ]
    return Section(how, ["Attack", "Words", "Comments changed", *_LOSS_COLUMNS], rows)


def hatecheck_section(figures: Figures) -> Section:
    """The accuracy on each functionality of HateCheck."""
    how = (
        "A case counts as found hateful if it would be held: one class at least reaches the review "
        "threshold above, or the text cannot be read. Names as in HateCheck: `_h` is hateful, "
        "`_nh` is not."
    )
    totals = (("all", "all"), ("all hateful", "hateful"), ("all non-hateful", "non_hateful"))
    rows = [[name, *_share_cells(figures[key])] for name, key in totals] + [
        [name, *_share_cells(of)] for name, of in figures["functionalities"].items()
    ]
    return Section(how, ["Functionality", "Cases", "Accuracy"], rows)


SUITES = {
    "fairness": ("Fairness", fairness_section),
    "pairs": ("Robustness: fuzzed by hand", pairs_section),
    "attacks": ("Robustness: attacks", attacks_section),
    "hatecheck": ("HateCheck", hatecheck_section),
}

_NAMES = {"subgroup_auc": "subgroup AUC", "bpsn_auc": "BPSN AUC", "bnsp_auc": "BNSP AUC"}
_LOSS_COLUMNS = ("AUC as written", "AUC disguised", "Loss", "Unreadable")


def _loss_cells(figures: Figures) -> list[str]:
    names = ("plain_auc", "disguised_auc", "loss")
    cells = [shown(figures[name], figures[f"{name}_interval"]) for name in names]
    return [*cells, shown(figures["unreadable"])]


def _share_cells(figures: Figures) -> list[str]:
    return [shown(figures["n"]), shown(figures["accuracy"], figures["interval"])]
