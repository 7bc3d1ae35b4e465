"""The dashboard and the alert rules speak of figures that exist, and of all of them."""

import json
import re

import yaml

from moderation.settings import ROOT

FILES = ROOT / "deploy/monitoring"
RULES = yaml.safe_load((FILES / "evenkeel-alerts.yml").read_text())["groups"][0]["rules"]
DASHBOARD = json.loads((FILES / "evenkeel-dashboard.json").read_text())
DOCUMENTED = set(
    re.findall(r"^\| `(evenkeel_\w+)`", (ROOT / "docs/metrics.md").read_text(), re.M)
)  # which test_read_metrics.py holds to the code


def named(expression):
    """The figures in an expression, by the name under which they are documented."""
    found = re.findall(r"\bevenkeel_\w+", expression)
    return {re.sub(r"_seconds_(bucket|sum|count)$", "_seconds", name) for name in found}


def test_every_alert_asks_for_figures_that_exist_and_says_what_to_do():
    assert len({rule["alert"] for rule in RULES}) == len(RULES) >= 10
    for rule in RULES:
        assert named(rule["expr"]) <= DOCUMENTED, rule["alert"]
        assert named(rule["expr"]) or "up{" in rule["expr"], rule["alert"]
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert rule["annotations"]["summary"]
        assert rule["annotations"]["what"]


def test_the_dashboard_shows_every_figure_and_no_other():
    expressions = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]
    assert set().union(*map(named, expressions)) == DOCUMENTED


def test_the_panels_stand_apart():
    places = [tuple(panel["gridPos"].values()) for panel in DASHBOARD["panels"]]
    assert len(set(places)) == len(places)
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(places)
