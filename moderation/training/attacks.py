"""Disguise words the way people do who want to get past a filter: to measure, and to learn from.

Each family is one way to disguise a word, a pure function of the word and of the dice. A word is
at least three Latin letters, what stands between words is left, and so is a text without words.

Two ways to choose the words are measured. *Telling* words: all that stand in a set, which
`telling_words` draws from labelled comments, so that it owes nothing to the lexicon of the cleaner.
*Blind*: each word with the same chance, as someone does who does not know what gives them away.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

Attack = Callable[[str, random.Random], str]

BLIND_SHARE = 0.3
_WORD = re.compile(r"[A-Za-z]{3,}")

_LEET = {
    "a": "4@", "b": "8", "c": "(", "e": "3", "g": "9", "i": "1!", "l": "1|", "o": "0", "s": "5$",
    "t": "7+", "z": "2",
}  # fmt: skip
_HOMOGLYPHS = {
    "a": "аα", "b": "Ьᖯ", "c": "сϲ", "d": "ԁ", "e": "еҽ", "f": "ƒ", "g": "ɡց", "h": "һհ", "i": "іι",
    "j": "јϳ", "k": "кκ", "l": "ⅼӏ", "m": "м", "n": "ոп", "o": "оο", "p": "рρ", "q": "ԛ", "r": "гᴦ",
    "s": "ѕꜱ", "t": "тτ", "u": "υս", "v": "νѵ", "w": "ԝա", "x": "хχ", "y": "уγ", "z": "ᴢ",
}  # fmt: skip
_ACCENTS = "\u0300\u0301\u0302\u0303\u0308\u0327"
_ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
_EMOJI = "😀😂🔥💩❤👍🙂🤡✨🌸"
_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


def write_leet(word: str, dice: random.Random) -> str:
    """`1d10t`: figures and signs for most letters that have one."""
    return _swap(word, dice, _LEET, share=0.7)


def space_out(word: str, dice: random.Random) -> str:
    """`i d i o t`, `i.d.i.o.t`: the same space or sign between all letters."""
    return dice.choice([" ", " ", ".", "-", "*", "_", "  ", ". "]).join(word)


def swap_lookalikes(word: str, dice: random.Random) -> str:
    """`іdіоt` with Cyrillic and other letters that are drawn alike, for most letters."""
    return _swap(word, dice, _HOMOGLYPHS, share=0.7)


def hide_zero_width(word: str, dice: random.Random) -> str:
    """Characters without width between all letters: one sees nothing."""
    return dice.choice(_ZERO_WIDTH).join(word)


def stretch(word: str, dice: random.Random) -> str:
    """`idiiiiot`: one or two letters repeated three to six times."""
    places = set(dice.sample(range(len(word)), dice.randint(1, 2)))
    return "".join(
        char * dice.randint(3, 6) if place in places else char for place, char in enumerate(word)
    )


def misspell(word: str, dice: random.Random) -> str:
    """`idoit`, `idot`, `idiiot`, `idjot`: two letters swapped, one lost, doubled or mistyped.

    The first letter stays, as in most slips and in what people write on purpose.
    """
    place = dice.randrange(1, len(word))
    way = dice.randrange(4)
    if way == 0 and place + 1 < len(word):
        return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    if way == 1 and len(word) > 3:
        return word[:place] + word[place + 1 :]
    if way == 2:
        return word[: place + 1] + word[place:]
    return word[:place] + _neighbour(word[place], dice) + word[place + 1 :]


def put_emoji_between(word: str, dice: random.Random) -> str:
    """An emoji between all letters, or in one place."""
    emoji = dice.choice(_EMOJI)
    if dice.random() < 0.5:
        return emoji.join(word)
    place = dice.randrange(1, len(word))
    return word[:place] + emoji + word[place:]


def mask(word: str, dice: random.Random) -> str:
    """`id*ot`, `i**ot`: one or two inner letters under asterisks or the like."""
    hidden = dice.randint(1, min(2, len(word) - 2))
    place = dice.randrange(1, len(word) - hidden)
    return word[:place] + dice.choice("***#-_") * hidden + word[place + hidden :]


def add_accents(word: str, dice: random.Random) -> str:
    """`ídíót`: an accent on most letters."""
    return "".join(char + dice.choice(_ACCENTS) * (dice.random() < 0.7) for char in word)


FAMILIES: Mapping[str, Attack] = {
    "leet": write_leet,
    "spacing": space_out,
    "homoglyphs": swap_lookalikes,
    "zero-width": hide_zero_width,
    "repeats": stretch,
    "misspellings": misspell,
    "emoji": put_emoji_between,
    "masking": mask,
    "accents": add_accents,
}

HELD_OUT = "leet"
"""Never in the noise of training, so that its figure says how an attack fares that is not known."""

NOISE = tuple(attack for family, attack in FAMILIES.items() if family != HELD_OUT)


def disguise(
    text: str, attack: Attack, seed: int | str, words: Collection[str] | None = None
) -> str:
    """`text` with words disguised: those in `words` (lower case), or else each with BLIND_SHARE.

    The same seed gives the same text.
    """
    dice = random.Random(seed)  # noqa: S311 - nothing is kept secret by it

    def one(found: re.Match[str]) -> str:
        word = found[0]
        chosen = dice.random() < BLIND_SHARE if words is None else word.lower() in words
        return attack(word, dice) if chosen else word

    return _WORD.sub(one, text)


def add_noise(text: str, seed: int | str) -> str:
    """`text` disguised blindly in one way, for training: any family but the one held out."""
    attack = random.Random(f"family of {seed}").choice(NOISE)  # noqa: S311 - as above
    return disguise(text, attack, seed)


def words_of(text: str) -> set[str]:
    """The words of three Latin letters or more, in lower case."""
    return {word.lower() for word in _WORD.findall(text)}


def telling_words(
    texts: Iterable[str], toxic: Sequence[bool], *, least: int = 10, rate: float = 0.5
) -> frozenset[str]:
    """The words, in lower case, that stand in `least` texts or more of which `rate` are toxic."""
    standing: Counter[str] = Counter()
    in_toxic: Counter[str] = Counter()
    for text, is_toxic in zip(texts, toxic, strict=True):
        found = words_of(text)
        standing.update(found)
        if is_toxic:
            in_toxic.update(found)
    return frozenset(
        word
        for word, count in in_toxic.items()
        if standing[word] >= least and count >= rate * standing[word]
    )


def _swap(word: str, dice: random.Random, table: Mapping[str, str], share: float) -> str:
    """Put another sign for a share of the letters that have one, and for one of them at least."""
    places = [place for place, char in enumerate(word) if char.lower() in table]
    if not places:
        return word
    chosen = {place for place in places if dice.random() < share} or {dice.choice(places)}
    return "".join(
        dice.choice(table[char.lower()]) if place in chosen else char
        for place, char in enumerate(word)
    )


def _neighbour(char: str, dice: random.Random) -> str:
    """A key beside this one, on the same row of a keyboard."""
    for row in _KEYS:
        place = row.find(char.lower())
        if place >= 0:
            return dice.choice(row[max(0, place - 1) : place] + row[place + 1 : place + 2])
    return char
