"""A section of the card: a sentence and a table, the same for Markdown and for the terminal."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.table import Table

Cell = str | int | float | None


class SectionError(Exception):
    """A file that is no section; the message says what one holds."""


@dataclass(frozen=True)
class Section:
    """How the figures came about, and the figures: a name for each column, and the rows."""

    how: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]

    def as_json(self) -> dict[str, Any]:
        """What `section_of` reads."""
        return asdict(self)

    def as_markdown(self) -> list[str]:
        """The lines of the sentence and the table; either may be empty."""
        lines = [self.how, ""] if self.how else []
        if self.columns:
            lines += [_line(self.columns), "|" + " --- |" * len(self.columns)]
            lines += [_line([shown(cell) for cell in row]) for row in self.rows]
            lines.append("")
        return lines

    def as_table(self, title: str) -> Table:
        """The same for a terminal."""
        table = Table(title=title, caption=self.how, caption_justify="left")
        for place, column in enumerate(self.columns):
            table.add_column(
                column, justify="right" if place else "left", no_wrap=not place, overflow="fold"
            )
        for row in self.rows:
            table.add_row(*(shown(cell) for cell in row))
        return table


def section_of(content: Any) -> Section:
    """Return the section that parsed JSON holds; raise SectionError if it holds none."""
    if not isinstance(content, Mapping) or not {"how", "columns", "rows"} <= set(content):
        raise SectionError('it must be {"how": "…", "columns": […], "rows": [[…], …]}')
    how, columns, rows = content["how"], content["columns"], content["rows"]
    if not isinstance(how, str) or not isinstance(columns, list) or not isinstance(rows, list):
        raise SectionError("`how` must be a text, `columns` and `rows` lists")
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, list) or len(row) != len(columns):
            raise SectionError(f"row {number} must be a list of {len(columns)} cells")
        if not all(cell is None or isinstance(cell, str | int | float) for cell in row):
            raise SectionError(f"row {number} must hold texts, numbers or null")
    return Section(how, columns, rows)


def read_section(path: Path) -> Section:
    """Read a section from a JSON file; raise SectionError naming the file."""
    try:
        return section_of(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise SectionError(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise SectionError(f"{path} is not JSON: {error}") from error
    except SectionError as error:
        raise SectionError(f"{path}: {error}") from error


def shown(value: Cell, interval: Sequence[float] | None = None) -> str:
    """A cell as text: numbers with four places, a dash for nothing, its interval in brackets."""
    if value is None:
        return "–"
    if not isinstance(value, float):
        return f"{value:,}" if isinstance(value, int) else value
    return f"{value:.4f}" + (f" ({interval[0]:.4f}–{interval[1]:.4f})" if interval else "")


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
