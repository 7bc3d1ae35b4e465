"""One trained version on disk, verified before it is used."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from moderation.scoring.labels import LABELS
from moderation.scoring.tiles import without_tiles
from moderation.text.tokens import Tokeniser

if TYPE_CHECKING:
    import onnxruntime

MODELS_DIR = Path(__file__).resolve().parents[2] / "models"

NETWORK = "network.onnx"
TOKENISER = "tokenizer.json"
LABEL_FILE = "labels.json"
CARD = "card.json"
# Nothing that serves opens it, so a release comes without. Where it is, its hash must be right.
KERAS_NETWORK = "network.keras"
HASHED_FILES = (KERAS_NETWORK, NETWORK, TOKENISER, LABEL_FILE)

NETWORK_INPUT = "ids"
NETWORK_OUTPUT = "scores"

_CARD_KEYS = ("version", "seed", "files", "labels", "thresholds", "metrics", "sources", "seal")


class ArtefactError(Exception):
    """The artefact is missing, damaged or does not fit this program."""


@dataclass(frozen=True)
class Artefact:
    """A verified version: its card, its tokeniser and its network, ready to run."""

    folder: Path
    card: Mapping[str, Any]
    tokeniser: Tokeniser
    network: onnxruntime.InferenceSession

    @property
    def version(self) -> str:
        """The version, as in the folder's name."""
        return str(self.card["version"])


def review_thresholds(card: Mapping[str, Any]) -> dict[str, float]:
    """Per label, the score from which a comment is held, as a card states it."""
    review: Mapping[str, float] = card["thresholds"]["review"]
    return {label: float(review[label]) for label in LABELS}


def find_artefact(models_dir: Path = MODELS_DIR) -> Path:
    """Return the one version folder in `models_dir`; raise ArtefactError if there is not one."""
    folders = sorted(path.parent for path in models_dir.glob(f"*/{CARD}"))
    if not folders:
        raise ArtefactError(
            f"{models_dir} holds no model. Check the repository out in full, or train one: "
            "flask model train --help"
        )
    if len(folders) > 1:
        names = ", ".join(folder.name for folder in folders)
        raise ArtefactError(f"{models_dir} holds several models ({names}). Keep exactly one.")
    return folders[0]


def verified_card(folder: Path) -> dict[str, Any]:
    """The card of the version in `folder`, every file checked against it but none opened.

    Raises ArtefactError naming the file at fault.
    """
    card = _read_card(folder / CARD)
    if card["version"] != folder.name:
        raise ArtefactError(
            f"{folder / CARD} is the card of version {card['version']}, but its folder is named "
            f"{folder.name}. Name the folder after the version."
        )
    _check_hashes(folder, card["files"])
    _check_labels(folder / LABEL_FILE, card)
    return card


def load_artefact(folder: Path) -> Artefact:
    """Verify the version in `folder` and open it; raise ArtefactError naming the file at fault."""
    card = verified_card(folder)
    tokeniser = _open_tokeniser(folder / TOKENISER)
    network = open_network(folder / NETWORK)
    _check_vocabulary(folder / TOKENISER, tokeniser, network)
    return Artefact(folder, card, tokeniser, network)


def sealed(card: Mapping[str, Any]) -> str:
    """Return the text of a card's file, with the hash of its content as `seal`.

    A file that differs in one byte was edited later.
    """
    content = {key: value for key, value in card.items() if key != "seal"}
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    return json.dumps(content | {"seal": digest}, indent=1, ensure_ascii=False) + "\n"


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _damaged(path: Path, why: str) -> ArtefactError:
    return ArtefactError(
        f"{path} {why}. Restore the folder from the repository (git checkout -- {path.parent}) "
        "or train again: flask model train --help"
    )


def _read_card(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
        card = json.loads(text)
    except OSError as error:
        raise _damaged(path, "cannot be read") from error
    except ValueError as error:
        raise _damaged(path, "is not valid JSON") from error
    missing = [key for key in _CARD_KEYS if not isinstance(card, dict) or key not in card]
    if missing:
        raise _damaged(path, f"lacks {', '.join(missing)}")
    if text != sealed(card):
        raise _damaged(path, "was changed after it was written (its seal does not match)")
    return dict(card)


def _check_hashes(folder: Path, expected: Mapping[str, str]) -> None:
    for name in HASHED_FILES:
        path = folder / name
        if name == KERAS_NETWORK and not path.exists():
            continue
        if not path.is_file():
            raise _damaged(path, "is missing")
        if file_hash(path) != expected.get(name):
            raise _damaged(path, "does not have the hash that its card names")


def _check_labels(path: Path, card: Mapping[str, Any]) -> None:
    labels = json.loads(path.read_text(encoding="utf-8"))
    if labels != list(LABELS) or card["labels"] != labels:
        raise _damaged(path, f"and its card must list the labels {', '.join(LABELS)}, in order")
    thresholds = card["thresholds"].get("review", {})
    if set(thresholds) != set(LABELS) or not all(0 < thresholds[label] < 1 for label in LABELS):
        raise _damaged(path.parent / CARD, "needs a review threshold within 0 and 1 for each label")


def _open_tokeniser(path: Path) -> Tokeniser:
    try:
        return Tokeniser.from_file(path)
    except ValueError as error:
        raise _damaged(path, f"is no tokeniser for this program ({error})") from error


def _check_vocabulary(
    path: Path, tokeniser: Tokeniser, network: onnxruntime.InferenceSession
) -> None:
    """Run the network on the vocabulary's last token: it fails if its table is shorter."""
    import numpy as np  # not above: the job worker seldom scores

    last = tokeniser.vocabulary_size - 1
    try:
        network.run([NETWORK_OUTPUT], {NETWORK_INPUT: np.array([[last]], np.int32)})
    except Exception as error:  # the runtime has no common exception type
        raise _damaged(path, "has more tokens than the network was trained with") from error


def open_network(path: Path) -> onnxruntime.InferenceSession:
    """Open a network for one thread. Raises ArtefactError where it is none of ours."""
    # Not before: once imported it keeps a thread, and a process forked later would never end.
    with without_tiles():
        import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # one comment is too little work to share among threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        network = onnxruntime.InferenceSession(str(path), options, ["CPUExecutionProvider"])
    except Exception as error:  # the runtime has no common exception type
        raise _damaged(path, "cannot be opened by ONNX Runtime") from error
    inputs = [(item.name, item.type, len(item.shape)) for item in network.get_inputs()]
    outputs = [(item.name, item.type, item.shape[-1]) for item in network.get_outputs()]
    if inputs != [(NETWORK_INPUT, "tensor(int32)", 2)]:
        raise _damaged(path, f"must take one int32 matrix named {NETWORK_INPUT}")
    if outputs != [(NETWORK_OUTPUT, "tensor(float)", len(LABELS))]:
        raise _damaged(path, f"must give {len(LABELS)} numbers named {NETWORK_OUTPUT}")
    return network
