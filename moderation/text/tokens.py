"""Text to token ids, and long texts to windows."""

from collections.abc import Sequence
from pathlib import Path

from tokenizers import Tokenizer

from moderation.text.clean import clean

PADDING = "[PAD]"
UNKNOWN = "[UNK]"
PADDING_ID = 0

WINDOW = 384
STRIDE = 256


class Tokeniser:
    """Cleans and tokenises comments; the vocabulary comes with the artefact as one JSON file."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        """Raise ValueError where the vocabulary lacks what this code counts on."""
        if tokenizer.token_to_id(PADDING) != PADDING_ID:
            raise ValueError(f"the vocabulary must hold {PADDING} as number {PADDING_ID}")
        unknown = tokenizer.token_to_id(UNKNOWN)
        if unknown is None:
            raise ValueError(f"the vocabulary must hold {UNKNOWN}")
        self._tokenizer = tokenizer
        self._unknown: int = unknown

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
        encoding = self._tokenizer.encode(clean(text), add_special_tokens=False)
        ids: list[int] = encoding.ids
        if self._unknown not in ids:
            return ids or None
        known = unknown = 0
        for token, (start, end) in zip(ids, encoding.offsets, strict=True):
            if token == self._unknown:
                unknown += end - start
            else:
                known += end - start
        return ids if known > unknown else None


def windows(ids: Sequence[int]) -> list[Sequence[int]]:
    """Split ids into overlapping windows that cover all of them; a short text is one window."""
    if len(ids) <= WINDOW:
        return [ids]
    starts = [*range(0, len(ids) - WINDOW, STRIDE), len(ids) - WINDOW]
    return [ids[start : start + WINDOW] for start in starts]
