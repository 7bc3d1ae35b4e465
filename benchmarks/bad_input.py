"""Throw a million strange texts at the scorer: each must get six scores or none.

    python -m benchmarks.bad_input [--inputs 1000000] [--seed 1]

The texts are drawn from what has broken filters before: lone surrogates, NUL and other control
characters, right-to-left marks, combining accents, emoji joined by invisible characters, runs of
one letter, disguised words, other scripts, nothing at all. The same seed gives the same texts.
Prints what they got, and the first that broke something as a Python literal.
"""

import argparse
import collections
import random
import time

from rich.progress import track

from moderation.scoring.artefact import find_artefact, load_artefact
from moderation.scoring.labels import LABELS
from moderation.scoring.onnx_scorer import OnnxScorer
from moderation.text.clean import clean
from moderation.training.attacks import FAMILIES
from moderation.training.terminal import console

WORDS = ("you", "are", "an", "idiot", "stupid", "lovely", "garden", "http://a.b/c", "Straße", "мир")
STRANGE = (
    *"\x00\x1b\n\r\t*-_.!|$@01",
    *"\u202e\u200f\u2066\u200b\ufeff\u0301\ufe0f\u3164\u2028\ufffd\uffff",
    "\ud800", "\udfff", "\ud83d", "\U000e0041", "\U0010ffff", "😀", "🇺🇸", "🅵", "ﷺ",
    "👩\u200d👩\u200d👧",
)  # fmt: skip
EDGES = ("", " ", "\n\t\r", "\x00", "😀", "\ud800", "\u202e", "a" * 1_000_000)


def strange_text(dice: random.Random) -> str:
    """Up to a dozen pieces: words, disguised words, strange characters, any characters at all."""
    pieces = []
    for _ in range(dice.randint(0, 12)):
        kind = dice.randrange(5)
        if kind == 0:
            pieces.append(dice.choice(WORDS))
        elif kind == 1:
            pieces.append(dice.choice(list(FAMILIES.values()))("idiot", dice))
        elif kind == 2:
            pieces.append(dice.choice(STRANGE) * dice.choice((1, 1, 2, 5)))
        elif kind == 3:
            pieces.append("".join(chr(dice.randrange(0x110000)) for _ in range(dice.randint(1, 8))))
        else:
            pieces.append(chr(dice.randrange(32, 127)) * dice.randint(1, 9))
    return dice.choice(("", " ")).join(pieces)


def main() -> None:
    """Draw, score, count."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--inputs", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    scorer, dice = OnnxScorer(load_artefact(find_artefact())), random.Random(asked.seed)
    got: collections.Counter[str] = collections.Counter()
    start = time.monotonic()
    for number in track(range(asked.inputs), "Scoring", console=console):
        text = EDGES[number] if number < len(EDGES) else strange_text(dice)
        try:
            kind = outcome(text, scorer)
        except Exception as error:
            kind = f"broke it: {type(error).__name__}"
        if kind.startswith("broke") and not got[kind]:
            print(kind, ascii(text[:200]), flush=True)
        got[kind] += 1
    print(f"{asked.inputs:,} texts, seed {asked.seed}, {time.monotonic() - start:.0f} s")
    for kind, count in got.most_common():
        print(f"{count:>9,} {kind}")


def outcome(text: str, scorer: OnnxScorer) -> str:
    """What `text` gets; anything but scores and none is a break."""
    once = clean(text)
    if clean(once) != once:
        return "broke it: cleaning twice changes more"
    [scores] = scorer.score([text])
    if scores is None:
        return "held for a person: unreadable or in another language"
    if list(scores) == list(LABELS) and all(0 <= score <= 1 for score in scores.values()):
        return "scored"
    return "broke it: no six scores within 0 and 1"


if __name__ == "__main__":
    main()
