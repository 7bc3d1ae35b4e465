"""Text to token ids, and long texts to windows."""

import re
from collections.abc import Sequence
from functools import lru_cache, partial
from pathlib import Path

from tokenizers import Tokenizer
from tokenizers.pre_tokenizers import BertPreTokenizer

from moderation.text.clean import clean

PADDING = "[PAD]"
UNKNOWN = "[UNK]"
PADDING_ID = 0

WINDOW = 384
STRIDE = 256

# What BertPreTokenizer makes of what `clean` leaves: each sign of ASCII stands by itself.
_WORD = re.compile(r"[!-/:-@\[-`{-~]|[^ !-/:-@\[-`{-~]+")
_KEPT_WORDS = 8192


class Tokeniser:
    """Cleans and tokenises comments; the vocabulary comes with the artefact as one JSON file."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        """Raise ValueError where the vocabulary lacks what this code counts on."""
        if tokenizer.token_to_id(PADDING) != PADDING_ID:
            raise ValueError(f"the vocabulary must hold {PADDING} as number {PADDING_ID}")
        unknown = tokenizer.token_to_id(UNKNOWN)
        if unknown is None:
            raise ValueError(f"the vocabulary must hold {UNKNOWN}")
        if not isinstance(tokenizer.pre_tokenizer, BertPreTokenizer):
            raise ValueError("the vocabulary must be of words that BertPreTokenizer splits")
        self._tokenizer = tokenizer
        self._unknown: int = unknown
        # Comments share most of their words: the library is asked about each once.
        self._pieces = lru_cache(maxsize=_KEPT_WORDS)(partial(_pieces, tokenizer))

    @classmethod
    def from_file(cls, path: Path) -> "Tokeniser":
        """Read a Hugging Face tokenizer file; raise ValueError if it is none."""
        try:
            return cls(Tokenizer.from_str(path.read_text(encoding="utf-8")))
        except ValueError:
            raise
        except Exception as error:  # the Rust library raises bare Exception for a bad file
            raise ValueError(str(error)) from error

    @property
    def vocabulary_size(self) -> int:
        """Number of tokens, padding and unknown included."""
        return int(self._tokenizer.get_vocab_size())

    @property
    def tokens(self) -> list[str]:
        """The tokens by their numbers."""
        vocabulary = self._tokenizer.get_vocab()
        return sorted(vocabulary, key=vocabulary.__getitem__)

    def to_json(self) -> str:
        """The vocabulary as the JSON text that `from_file` reads."""
        return str(self._tokenizer.to_str(pretty=False))

    def read(self, text: str) -> list[int] | None:
        """Token ids of `text`, or None when the model cannot read it.

        A text is unreadable when it is empty or when less than half of its characters belong to
        words that the vocabulary knows. A score for such a text would be a guess.
        """
        words = split_words(clean(text))
        pieces = [self._pieces(word) for word in words]
        ids = [token for of_word in pieces for token in of_word]
        if self._unknown not in ids:
            return ids or None
        unknown = sum(
            len(word)
            for word, of_word in zip(words, pieces, strict=True)
            if self._unknown in of_word
        )
        return ids if 2 * unknown < sum(map(len, words)) else None


def split_words(cleaned: str) -> list[str]:
    """Split what `clean` returned into words and signs, as the vocabulary holds them."""
    return _WORD.findall(cleaned)


def _pieces(tokenizer: Tokenizer, word: str) -> tuple[int, ...]:
    return tuple(tokenizer.encode(word, add_special_tokens=False).ids)


def windows(ids: Sequence[int]) -> list[Sequence[int]]:
    """Split ids into overlapping windows that cover all of them; a short text is one window."""
    if len(ids) <= WINDOW:
        return [ids]
    starts = [*range(0, len(ids) - WINDOW, STRIDE), len(ids) - WINDOW]
    return [ids[start : start + WINDOW] for start in starts]
