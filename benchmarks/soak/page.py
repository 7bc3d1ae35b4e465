"""The figures of the two long parts, as tables of docs/reliability.md."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from benchmarks.soak.stack import JOBS, MASTER, WEB
from moderation.scoring.artefact import find_artefact
from moderation.settings import ROOT

PAGE = ROOT / "docs/reliability.md"
Figures = Mapping[str, Any]


def record(found: Figures, page: Path = PAGE) -> None:
    """Put the figures of each part that was run between its marks on the page."""
    text = page.read_text()
    for name, table in TABLES.items():
        if name in found:
            lines = [_head(found["at"], found[name]), "", *table(found[name])]
            marks = (f"<!-- script/soak: {name} -->", f"<!-- end: {name} -->")
            between = "\n".join([marks[0], *lines, marks[1]])
            text = re.sub(
                f"{re.escape(marks[0])}.*{re.escape(marks[1])}", between, text, flags=re.S
            )
    page.write_text(text)


def _head(at: str, figures: Figures) -> str:
    release = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True
    ).stdout.strip()
    cores = f"{len(os.sched_getaffinity(0))} of {os.cpu_count()} cores"
    load = "/".join(f"{each:.0f}" for each in os.getloadavg())
    return (
        f"{at}, release `{release}`, model `{find_artefact().name}`, SQLite;"
        f" seed {figures['seed']}, {cores}, load {load}."
    )


def _kills(it: Figures) -> list[str]:
    killed = it["killed"]
    return _table(
        f"{sum(killed.values())} times `kill -9`, under load",
        {
            "gunicorn master (with its workers), web worker, job worker": ", ".join(
                str(killed.get(kind, 0)) for kind in (MASTER, WEB, JOBS)
            ),
            "comments acknowledged": f"{it['acknowledged']:,}",
            "lost, twice, with another's address, published unscored, or with a gap in the trail":
                len(it["wrong"]),
            "left unscored at the end": it["left_unscored"],
            "tries that got no answer, and were made again": f"{it['resets']:,}",
            "refused, by status": _counts(it["refused"]),
            "comments that their authors gave up on": it["unanswered"],
        },
    )  # fmt: skip


def _memory(it: Figures) -> list[str]:
    return _table(
        f"{it['minutes']:.0f} minutes at half load",
        {
            "found to take, sent, comments a second":
                f"{it['capacity_per_second']}, {it['sent_per_second']}",
            "acknowledged": f"{it['acknowledged']:,}",
            "lost, twice, or with a gap in the trail": len(it["wrong"]),
            "refused, by status; without an answer":
                f"{_counts(it['refused'])}; {it['resets']}",
            "answers: median, 95 in 100 within":
                f"{it['answer_ms_median'] / 1000:.2f} s, {it['answer_ms_p95'] / 1000:.2f} s",
            "memory of all processes (PSS), median of each five minutes, MiB":
                ", ".join(map(str, it["pss_mib_by_five_minutes"])),
            "slope after the caches are warm, MiB an hour": it["slope_mib_per_hour"],
            "at the end, MiB": ", ".join(
                f"{kind} {mib}" for kind, mib in it["pss_mib_by_process"].items()
            ),
        },
    )  # fmt: skip


def _table(title: str, rows: Mapping[str, object]) -> list[str]:
    return [f"| {title} | |", "| --- | --- |", *(f"| {key} | {row} |" for key, row in rows.items())]


def _counts(by_status: Mapping[Any, int]) -> str:
    return ", ".join(f"{status}: {count}" for status, count in by_status.items()) or "none"


TABLES: dict[str, Callable[[Figures], list[str]]] = {"kills": _kills, "memory": _memory}
