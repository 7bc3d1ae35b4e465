"""What a month costs, from a dated table of list prices."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TABLE = Path(__file__).with_name("prices.json")
FALLBACK = "us-east-1"
ALARMS, METRICS = 4, 2  # as the template has them
METRIC_REQUESTS = 60 * 730  # one a minute
BUCKET_GIB = 2  # a few releases and a month of small backups


@dataclass(frozen=True)
class Estimate:
    """A month in USD, line by line, and where the prices come from."""

    lines: list[tuple[str, float]]
    date: str
    source: str
    note: str

    @property
    def total(self) -> float:
        """The sum, in USD."""
        return round(sum(cost for _, cost in self.lines), 2)

    def as_json(self) -> dict[str, Any]:
        """The same for machines."""
        return {
            "usd_per_month": self.total,
            "lines": [{"what": what, "usd": usd} for what, usd in self.lines],
            "prices_of": self.date,
            "source": self.source,
            "note": self.note,
        }


def estimate(region: str, instance_type: str, disk_gib: int) -> Estimate:
    """What one server of this type with this disk costs a month, everything counted."""
    table = json.loads(TABLE.read_text())
    note = table["note"]
    if region not in table["regions"]:
        note = (
            f"No prices for {region} here: these are of {FALLBACK}, expect up to 60 % more. {note}"
        )
    there = table["regions"].get(region) or table["regions"][FALLBACK]
    everywhere, hours = table["everywhere"], table["hours_per_month"]
    lines = [
        (f"Server {instance_type}, {hours} hours", _hourly(instance_type, there, table) * hours),
        (f"Disk {disk_gib} GiB gp3, encrypted", there["disk_gib"] * disk_gib),
        ("Public IPv4 address", everywhere["address_hour"] * hours),
        (f"Bucket, about {BUCKET_GIB} GiB", there["s3_gib"] * BUCKET_GIB),
        (f"{ALARMS} alarms", everywhere["alarm"] * ALARMS),
        (
            f"{METRICS} metrics of our own",
            everywhere["own_metric"] * METRICS
            + everywhere["metric_requests_1000"] * METRIC_REQUESTS / 1000,
        ),
        ("Traffic out, 10 GiB", everywhere["traffic_gib"] * 10),
    ]
    rounded = [(what, round(usd, 2)) for what, usd in lines]
    return Estimate(rounded, table["date"], table["source"], note)


def _hourly(instance_type: str, there: dict[str, float], table: dict[str, Any]) -> float:
    """The price of an hour: each size of a family costs twice the one below it."""
    family, size = instance_type.split(".")
    factor: float = table["size_factors"][size]
    if family == "t3a":
        factor *= table["t3a_of_t3"]
        family = "t3"
    return there[f"{family}.micro"] * factor
