"""Comments as sequence vectors (token ids), made once and kept."""

import hashlib
import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rich.progress import track

from moderation.scoring.batches import Ids
from moderation.text import characters, clean, disguises, lexicon, tokens
from moderation.text.tokens import Tokeniser
from moderation.training.terminal import console


@dataclass(frozen=True)
class Sequences:
    """Token ids of many texts, end to end; text i is `ids[ends[i - 1]:ends[i]]`, maybe empty."""

    ids: Ids
    ends: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.ends)

    def __getitem__(self, i: int | np.integer[Any]) -> Ids:
        return self.ids[self.ends[i - 1] if i else 0 : self.ends[i]]

    def take(self, rows: npt.NDArray[np.integer[Any]]) -> "Sequences":
        """Return the texts at these places."""
        return from_lists([self[row].tolist() for row in rows])

    @property
    def lengths(self) -> npt.NDArray[np.int64]:
        """Number of tokens of each text; 0 for one that cannot be read."""
        return np.diff(self.ends, prepend=0)


def make_sequences(texts: Sequence[str], tokeniser: Tokeniser, kept_in: Path | None) -> Sequences:
    """Tokenise `texts`, or read the sequences that the same texts and code made before."""
    kept = kept_in / f"{_key(texts, tokeniser)}.npz" if kept_in else None
    if kept and kept.exists():
        with np.load(kept, allow_pickle=False) as arrays:
            return Sequences(arrays["ids"], arrays["ends"])
    sequences = from_lists(
        [tokeniser.read(text) or [] for text in track(texts, "Reading", console=console)]
    )
    if kept:
        kept.parent.mkdir(parents=True, exist_ok=True)
        np.savez(kept, ids=sequences.ids, ends=sequences.ends)
    return sequences


def from_lists(lists: Sequence[Sequence[int]]) -> Sequences:
    """Return the sequences of these lists of ids."""
    ids = np.fromiter((token for ids in lists for token in ids), np.int32)
    return Sequences(ids, np.cumsum([len(ids) for ids in lists], dtype=np.int64))


def _key(texts: Sequence[str], tokeniser: Tokeniser) -> str:
    """A name that changes with the texts, the vocabulary and the cleaning code."""
    digest = hashlib.sha256(tokeniser.to_json().encode())
    for module in (characters, clean, disguises, lexicon, tokens):
        digest.update(inspect.getsource(module).encode())
    for text in texts:
        digest.update(text.encode(errors="surrogatepass") + b"\0")
    return digest.hexdigest()[:32]
