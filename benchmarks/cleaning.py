"""Which cleaning steps help? Train the same small network on each variant and compare.

    python -m benchmarks.cleaning --data train.parquet --vectors minilm --write

Each row is the mean AUC over a few seeds on one validation set, twice: the comments as written,
and the same with nearly a third of their words disguised. `--write` puts the table into the cards
of models trained afterwards.
"""

import argparse
import json
import os
import random
import re
import string
import time
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np

from moderation.text import clean, disguises
from moderation.text.clean import CHARACTER_STEPS, WORD_STEPS, Step
from moderation.training.attacks import BLIND_SHARE, FAMILIES, disguise
from moderation.training.card import CLEANING_TRIALS
from moderation.training.config import TrainingConfig
from moderation.training.dataset import Rows, split
from moderation.training.fit import fit, judge_on
from moderation.training.network import build_network
from moderation.training.sequences import make_sequences
from moderation.training.table import open_data
from moderation.training.vectors import Vocabulary, make_vocabulary

STEPS = CHARACTER_STEPS + WORD_STEPS
_NUMBER = re.compile(r"\d+")
_SHOUTED = re.compile(r"\b[A-Z]{3,}\b")


def without(*steps: Step) -> tuple[Step, ...]:
    """The shipped steps but for some."""
    return tuple(step for step in STEPS if step not in steps)


def with_extra(extra: Step, before: Step) -> tuple[Step, ...]:
    """The shipped steps and one more, before another."""
    place = STEPS.index(before)
    return (*STEPS[:place], extra, *STEPS[place:])


def drop_emoji(text: str) -> str:
    return re.sub(r"[^\w\s\x00-\x7f]", " ", text) if not text.isascii() else text


def drop_foreign(text: str) -> str:
    return text.replace(clean.FOREIGN, "")


def mark_shouting(text: str) -> str:
    return _SHOUTED.sub(r"^ \g<0>", text)


def drop_punctuation(text: str) -> str:
    return text.translate(str.maketrans(dict.fromkeys(string.punctuation, " ")))


def mark_lines(text: str) -> str:
    return text.replace("\n", " | ")


def join_blindly(text: str) -> str:
    return disguises._SPACED.sub(lambda run: re.sub("[^a-z]", "", run[0]), text)


def join_known_words(text: str) -> str:
    """Join spaced letters that make known words, and leave the others as they are."""
    return disguises._SPACED.sub(
        lambda run: " ".join(disguises.split_into_words(re.sub("[^a-z]", "", run[0]))) or run[0],
        text,
    )


VARIANTS: dict[str, tuple[Step, ...]] = {
    "as shipped": STEPS,
    "lower case and white space only": (
        clean.pair_surrogates, clean.lower_case, clean.squeeze_white_space,
    ),
    "wrong encodings left": without(clean.repair_encoding),
    "invisible characters left": without(clean.strip_invisible),
    "lookalike letters left": without(clean.fold_lookalikes),
    "letters and signs left as Unicode": without(clean.decompose, clean.spell_in_ascii),
    "foreign letters dropped": with_extra(drop_foreign, clean.lower_case),
    "emoji dropped": with_extra(drop_emoji, clean.squeeze_symbols),
    "capitals marked": with_extra(mark_shouting, clean.lower_case),
    "line breaks marked": with_extra(mark_lines, clean.lower_case),
    "punctuation dropped": (*with_extra(drop_punctuation, disguises.join_spaced),
                            clean.squeeze_white_space),
    "numbers dropped": with_extra(lambda text: _NUMBER.sub(" ", text), clean.lower_case),
    "numbers as one word": with_extra(
        lambda text: _NUMBER.sub(" number ", text), clean.lower_case
    ),
    "stretched words left": without(clean.squeeze_signs, disguises.shorten_stretched),
    "words cut by symbols left": without(clean.join_over_symbols),
    "masks left": without(disguises.unmask),
    "leetspeak left": without(disguises.read_leet),
    "slips left": without(disguises.mend_slips),
    "links left": without(clean.replace_links),
    "spaced letters left": without(disguises.join_spaced),
    "spaced letters joined to known words only": (
        *without(disguises.join_spaced),
        join_known_words,
    ),
    "spaced letters joined blindly": (*without(disguises.join_spaced), join_blindly),
}  # fmt: skip


def disguise_one_way(text: str, seed: int) -> str:
    """Some of the words of a comment disguised, blindly, by any one of the attacks."""
    return disguise(text, random.Random(seed).choice(list(FAMILIES.values())), seed)


def sample(rows: Rows, size: int, seed: int) -> Rows:
    """A sample in which a third is toxic, so that rare classes are met at all."""
    dice = np.random.default_rng(seed)
    raw = np.array([form == "raw" for form in rows.forms])
    toxic = rows.labels[:, 0] == 1
    keep = np.zeros(len(raw), bool)
    for kind, count in ((raw & toxic, size // 3), (raw & ~toxic, size - size // 3)):
        places = np.flatnonzero(kind)
        keep[dice.choice(places, min(count, len(places)), replace=False)] = True
    return rows.take(keep)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--vectors", default="minilm")
    parser.add_argument("--rows", type=int, default=16_000)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--only", help="a regular expression of variants")
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    config = replace(
        TrainingConfig(), vectors=args.vectors, text_forms=("raw",), tokens=96, units=(48,),
        projection=64, hidden=32, epochs=3, batch=128,
    )  # fmt: skip
    table, _ = open_data([args.data])
    parts = split(table.rows, table.shares, config)
    train = sample(parts.train, args.rows, config.seed)
    disguised = [disguise_one_way(text, seed) for seed, text in enumerate(parts.validation.texts)]
    vocabulary = make_vocabulary(config, train.texts)
    trials = []
    for name, steps in VARIANTS.items():
        if args.only and not re.search(args.only, name):
            continue
        start = time.monotonic()
        clean.CHARACTER_STEPS, clean.WORD_STEPS = steps, ()
        plain, hidden = try_variant(
            config, train, parts.validation.texts, disguised, parts, vocabulary, args.seeds
        )
        trials.append({"variant": name, "clean": plain, "disguised": hidden})
        print(f"{name:36} {plain:.4f} {hidden:.4f}  {time.monotonic() - start:.0f} s", flush=True)
    if args.write:
        write(trials, config, len(train.texts), len(disguised), args.seeds)


def try_variant(config, train, texts, disguised, parts, vocabulary: Vocabulary, seeds: int):  # type: ignore[no-untyped-def]
    """Mean AUC over the seeds on the comments as written, and on the disguised ones."""
    learning, plain, hidden = (
        make_sequences(some, vocabulary.tokeniser, None) for some in (train.texts, texts, disguised)
    )
    aucs = []
    for seed in range(seeds):
        keras.utils.set_random_seed(seed)
        network = build_network(config, vocabulary.tokeniser.vocabulary_size, vocabulary.vectors)
        labels, weights = parts.validation.labels, parts.weights
        # The last epoch counts, so that no variant profits from picking its best.
        fit(network, learning, train.labels, lambda _: {"mean_auc": None},
            replace(config, seed=seed))  # fmt: skip
        aucs.append([
            judge_on(sequences, labels, weights)(network)["mean_auc"]
            for sequences in (plain, hidden)
        ])  # fmt: skip
        keras.backend.clear_session()
    return np.mean(aucs, axis=0)


def write(trials, config, rows, validation_rows, seeds) -> None:  # type: ignore[no-untyped-def]
    """Write the table, keeping the decisions that stand beside earlier figures."""
    earlier = json.loads(CLEANING_TRIALS.read_text(encoding="utf-8"))
    decisions = {trial["variant"]: trial["decision"] for trial in earlier["trials"]}
    how = (
        f"Each variant trained a BiLSTM-{config.units} on the same {rows:,} comments for "
        f"{config.epochs} epochs with {seeds} seeds; mean AUC over the seeds, on "
        f"{validation_rows:,} validation comments as written and with "
        f"{BLIND_SHARE:.0%} of their words disguised ({', '.join(FAMILIES)}: "
        "one way per comment, words chosen blindly)."
    )
    content = {
        "how": how,
        "trials": [
            {
                "variant": trial["variant"],
                "clean": round(float(trial["clean"]), 4),
                "disguised": round(float(trial["disguised"]), 4),
                "decision": decisions.get(trial["variant"], ""),
            }
            for trial in trials
        ],
    }
    CLEANING_TRIALS.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
