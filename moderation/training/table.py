"""The one table that training reads: comments with labels, provenance and their place in the split.

Nobody's evaluation rows are in it, nor copies of them.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from moderation.scoring.artefact import file_hash
from moderation.training.comments_csv import TEXT, read_all_texts
from moderation.training.dataset import DataError, Rows
from moderation.training.fragments import cut
from moderation.training.near_duplicates import group, shares
from moderation.training.sources import Source, read_source
from moderation.training.targets import TARGETS
from moderation.training.terminal import console

_FACTS = b"evenkeel"


@dataclass(frozen=True)
class Table:
    """Rows, the file that each came from, and the share (rows,) that its group drew in [0, 1).

    `removed` says for each evaluation file how many rows met it, `repeated` how many texts were
    met more than once, `fragments` how many pieces were to be cut.
    """

    rows: Rows
    files: list[str]
    shares: npt.NDArray[np.float64]
    sources: list[Source]
    removed: dict[str, int] = field(default_factory=dict)
    repeated: int = 0
    fragments: int = 0

    def without_fragments(self) -> "Table":
        """Return the table without fragments, for those who are not asked about them."""
        whole = ~np.isin(self.rows.forms, "fragment")
        return replace(
            self,
            rows=self.rows.take(whole),
            files=[self.files[row] for row in np.flatnonzero(whole)],
            shares=self.shares[whole],
        )


def build_table(
    paths: Sequence[Path], evaluation: Sequence[Path] = (), fragments: int = 0
) -> Table:
    """Join data files, without repeated texts and without what is in the evaluation files.

    To them come about so many `fragments` of their comments.

    A row is left out when it is a copy of an evaluation text, or nearly one (see near_duplicates).
    Raises DataError or CsvError.
    """
    parts, sources = zip(*map(read_source, paths), strict=True)
    joined = Rows(
        [text for part in parts for text in part.texts],
        np.concatenate([part.labels for part in parts]),
        [form for part in parts for form in part.forms],
    )
    files = [s.file for part, s in zip(parts, sources, strict=True) for _ in part.texts]
    seen: set[str] = set()
    first = np.array([text not in seen and not seen.add(text) for text in joined.texts])  # type: ignore[func-returns-value]
    if not first.any():
        raise DataError("the data files hold no comments")
    rows, files = joined.take(first), [files[i] for i in np.flatnonzero(first)]

    judged = {path: read_all_texts(path) for path in evaluation}
    console.print(f"Comparing {len(rows.texts):,} texts with each other and with evaluation files")
    judged_texts = [text for texts in judged.values() for text in texts]
    groups = group([*rows.texts, *judged_texts])
    own, start, removed = groups[: len(rows.texts)], len(rows.texts), {}
    met = np.zeros(len(own), bool)
    for path, texts in judged.items():
        of_file = np.isin(own, groups[start : start + len(texts)])
        removed[path.name] = int(np.sum(of_file & ~met))
        met |= of_file
        start += len(texts)
    kept, files = rows.take(~met), [files[i] for i in np.flatnonzero(~met)]
    pieces, origins = _pieces(kept, own[~met], fragments, judged_texts)
    unknown = np.full((len(pieces), len(TARGETS)), np.nan, np.float32)
    # A piece goes where its comment goes: never from validation to what is learned from.
    drawn = shares(kept.texts, own[~met])
    return Table(
        kept.with_more(pieces, unknown, "fragment"),
        files + [files[origin] for origin in origins],
        np.append(drawn, drawn[origins]),
        list(sources),
        removed,
        int(np.sum(~first)),
        fragments,
    )


def _pieces(
    rows: Rows, groups: npt.NDArray[np.int64], number: int, judged: list[str]
) -> tuple[list[str], npt.NDArray[np.intp]]:
    """Pieces of the rows, and the row of each; none meets an evaluation text.

    Nor a comment of another of the rows' `groups` (rows,), which may be kept for validation.
    """
    pieces, origins = cut(rows, number)
    whole = [*rows.texts, *judged]
    met = group([*pieces, *whole])
    of_whole = np.append(groups, np.full(len(judged), -1))
    least, most = np.full(len(met), len(met)), np.full(len(met), -2)
    np.minimum.at(least, met[len(pieces) :], of_whole)
    np.maximum.at(most, met[len(pieces) :], of_whole)
    least, most = least[met[: len(pieces)]], most[met[: len(pieces)]]
    alone, own = most == -2, (least == groups[origins]) & (most == groups[origins])
    free = np.flatnonzero(alone | own)
    return [pieces[place] for place in free], origins[free]


def save_table(table: Table, path: Path) -> None:
    """Write the table as Parquet: one row a comment, with source and licence."""
    import pyarrow
    import pyarrow.parquet

    licences = {source.file: source.licence for source in table.sources}
    columns: dict[str, Any] = {
        TEXT: pyarrow.array(table.rows.texts),
        **{
            label: pyarrow.array(table.rows.labels[:, column], from_pandas=True)
            for column, label in enumerate(TARGETS)
        },
        "text_form": pyarrow.array(table.rows.forms),
        "share": pyarrow.array(table.shares),
        "source": pyarrow.array(table.files).dictionary_encode(),
        "licence": pyarrow.array([licences[name] for name in table.files]).dictionary_encode(),
    }
    facts = {
        "sources": [asdict(source) for source in table.sources],
        "removed": table.removed,
        "repeated": table.repeated,
        "fragments": table.fragments,
    }
    written = pyarrow.table(columns).replace_schema_metadata({_FACTS: json.dumps(facts)})
    pyarrow.parquet.write_table(written, path, compression="zstd")


def load_table(path: Path) -> Table:
    """Read a table that `save_table` wrote; raise DataError if it is none."""
    import pyarrow.parquet

    try:
        written = pyarrow.parquet.read_table(path)
        facts = json.loads((written.schema.metadata or {})[_FACTS])
        labels = np.stack([written[label].to_numpy() for label in TARGETS], axis=1)
    except (OSError, ValueError, KeyError) as error:
        raise DataError(
            f"{path} is no training table. Make one: flask model data build --help"
        ) from error
    return Table(
        Rows(
            written[TEXT].to_pylist(), labels.astype(np.float32), written["text_form"].to_pylist()
        ),
        written["source"].to_pylist(),
        written["share"].to_numpy(),
        [Source(**source) for source in facts["sources"]],
        facts["removed"],
        facts["repeated"],
        facts["fragments"],
    )


def open_data(paths: Sequence[Path]) -> tuple[Table, str]:
    """Return the table of one training table's file, or of data files joined; and its hash."""
    if len(paths) == 1 and paths[0].suffix == ".parquet" and is_table(paths[0]):
        return load_table(paths[0]), file_hash(paths[0])
    return build_table(paths), ""


def is_table(path: Path) -> bool:
    """Whether a Parquet file was written by `save_table`."""
    import pyarrow.parquet

    try:
        return _FACTS in (pyarrow.parquet.read_schema(path).metadata or {})
    except (OSError, ValueError):
        return False
