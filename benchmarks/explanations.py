"""Do the words that `explain` names carry the score, and how long does it take?

    python -m benchmarks.explanations COMMENTS.csv [--column comment_text] [--comments 300]
                                      [--spans] [--json]

COMMENTS.csv is a file of comments of which many are held; the first so many that score 0.5 or more
are explained. Prints, for the class that scores highest, the mean score after 1, 2, 3, 5 and 10
words are left out in the order of their shares (the deletion curve), and in random order beside it;
and the time for a comment of 100 words on one thread. With --spans the file has a column `spans`
with the characters that people marked as toxic ("[3, 4, 5]"): prints how well the shares for
`toxic` find them (ROC AUC over characters, mean over comments with both kinds).
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import statistics
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.scoring import COMMENT
from moderation.scoring.artefact import find_artefact, load_artefact
from moderation.scoring.explain import Explanation, explain
from moderation.scoring.onnx_scorer import OnnxScorer
from moderation.scoring.scorer import Scorer
from moderation.training.section import Section
from moderation.training.terminal import console

STEPS = (1, 2, 3, 5, 10)
HELD_FROM = 0.5


def comments_of(path: Path, column: str) -> Iterator[tuple[str, set[int]]]:
    """Each comment with the characters that people marked, if the file says."""
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield row[column], set(json.loads(row.get("spans") or "[]"))


def without(text: str, explanation: Explanation, left_out: Sequence[int]) -> str:
    """The explained passage without these words."""
    kept = [word for n, word in enumerate(explanation.words) if n not in left_out]
    places = sorted(place for word in kept for place in word.places)
    return " ".join(text[start:end] for start, end in places)


def curve(text: str, explanation: Explanation, order: Sequence[int], scorer: Scorer) -> list[float]:
    """The score of the highest class after the first words of `order` are left out."""
    label = max(explanation.scores, key=lambda one: explanation.scores[one])
    texts = [without(text, explanation, order[:n]) for n in STEPS]
    return [found[label] if found else 0.0 for found in scorer.score(texts)]


def area(explanation: Explanation, marked: set[int]) -> float | None:
    """ROC AUC of the shares for `toxic` over the characters of the words, against the marked."""
    shares = explanation.shares("toxic")
    characters = [
        (share, place in marked)
        for word, share in zip(explanation.words, shares, strict=True)
        for start, end in word.places
        for place in range(start, end)
    ]
    inside = [share for share, is_marked in characters if is_marked]
    outside = [share for share, is_marked in characters if not is_marked]
    if not inside or not outside:
        return None
    wins = sum((a > b) + (a == b) / 2 for a in inside for b in outside)
    return wins / (len(inside) * len(outside))


def main() -> None:
    """Explain, leave out, print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--column", default="comment_text")
    parser.add_argument("--comments", type=int, default=300)
    parser.add_argument("--spans", action="store_true")
    parser.add_argument("--json", action="store_true", help="what `flask model record` takes")
    asked = parser.parse_args()
    scorer, dice = OnnxScorer(load_artefact(find_artefact())), random.Random(20)
    by_share, at_random, areas = [], [], []
    for text, marked in comments_of(asked.file, asked.column):
        explanation = explain(text, scorer)
        if explanation is None or max(explanation.scores.values()) < HELD_FROM:
            continue
        label = max(explanation.scores, key=lambda one: explanation.scores[one])
        shares = explanation.shares(label)
        order = sorted(range(len(shares)), key=lambda n: -shares[n])
        by_share.append(curve(text, explanation, order, scorer))
        at_random.append(curve(text, explanation, dice.sample(order, len(order)), scorer))
        if asked.spans and (found := area(explanation, marked)) is not None:
            areas.append(found)
        if len(by_share) == asked.comments:
            break
    hundred = " ".join((COMMENT + " " + COMMENT).split()[:100])
    taken = []
    for _ in range(15):
        start = time.perf_counter()
        explain(hundred, scorer)
        taken.append((time.perf_counter() - start) * 1000)
    how = (
        f"Mean score of the highest class over {len(by_share)} comments of {asked.file.name} that "
        f"score {HELD_FROM} or more, after so many words are left out by their share or at random. "
        f"100 words take {statistics.median(taken):.0f} ms on one thread (median of 15)."
    )
    if areas:
        how += (
            f" The shares for toxic find the characters that people marked with a ROC AUC of "
            f"{statistics.mean(areas):.3f} ({len(areas)} comments)."
        )
    rows = [
        [name, *(statistics.mean(found) for found in zip(*curves, strict=True))]
        for name, curves in (("by their share", by_share), ("at random", at_random))
    ]
    section = Section(how, ["Words left out", *map(str, STEPS)], rows)
    if asked.json:
        print(json.dumps(section.as_json()))
    else:
        console.print(section.as_table("Explanations"))


if __name__ == "__main__":
    main()
