"""The plan of the house, held by tests."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from moderation import create_app
from moderation.db import db
from moderation.settings import ROOT
from tests.fixed_scorer import FixedScorer

PACKAGE = ROOT / "moderation"
MODULES = sorted(PACKAGE.rglob("*.py"))
REQUEST_SIDE = {"request", "session", "g", "flash", "redirect", "render_template"}


def imported(path: Path) -> set[tuple[str, str]]:
    """(module, name) for each import anywhere in a file."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {(alias.name, "") for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {(node.module, alias.name) for alias in node.names}
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_file_stays_small_enough_to_read(path):
    assert len(path.read_text().splitlines()) <= 330, "look for the two things in it"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_only_the_outer_files_touch_the_request(path):
    outer = (
        path.stem.endswith(("views", "cli", "security"))
        or "web" in path.parts
        or "api" in path.parts
    )
    touched = {name for module, name in imported(path) if module == "flask"} & REQUEST_SIDE
    assert outer or not touched


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_nothing_is_pickled_and_only_training_knows_tensorflow(path):
    modules = {module.split(".")[0] for module, _ in imported(path)}
    assert not modules & {"pickle", "joblib", "dill", "shelve", "marshal"}
    assert "training" in path.parts or not modules & {"tensorflow", "keras", "tf2onnx", "sklearn"}


def test_the_factory_imports_every_table(tmp_path):
    """Or Alembic would not see it."""
    for path in PACKAGE.glob("*/tables.py"):
        module = f"moderation.{path.parent.name}.tables"
        code = f"import moderation.app, sys; assert {module!r} in sys.modules"
        subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
    assert {"comments", "audit_events", "policy_versions", "users"} <= set(db.metadata.tables)


def test_serving_never_imports_tensorflow():
    code = "import wsgi, sys; assert not {'tensorflow', 'keras'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def test_what_only_scores_takes_nothing_of_the_site_along():
    code = (
        "import moderation.scoring.onnx_scorer, sys\n"
        "print(*sorted({'flask', 'sqlalchemy', 'jinja2', 'structlog'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", code]
    ran = subprocess.run(command, check=True, cwd=ROOT, capture_output=True, text=True)
    assert ran.stdout.split() == []


def test_what_serves_takes_nothing_along_that_it_does_not_need(tmp_path):
    """Each of these is megabytes in every process. They are there for who asks for them."""
    code = (
        "import sys, wsgi\n"
        "idle = {'rich', 'pygments', 'psycopg', 'numpy', 'moderation.training.cli'}\n"
        "print(*sorted(idle & set(sys.modules)))\n"
        "import rich.console, pygments.lexers, psycopg, numpy, moderation.training.cli"
    )
    environ = os.environ | {"EVENKEEL_INSTANCE": str(tmp_path)}
    command = [sys.executable, "-c", code]
    ran = subprocess.run(command, check=True, cwd=ROOT, env=environ, capture_output=True, text=True)
    assert ran.stdout.split() == []


def test_the_web_server_forks_before_onnx_runtime_is_imported(tmp_path):
    """Once imported it keeps a thread; a process forked after that hangs when it should end."""
    code = (
        "import sys, wsgi; from moderation.cli import prepare_site;"
        "wsgi.app.app_context().push(); prepare_site(); assert 'onnxruntime' not in sys.modules"
    )
    environ = os.environ | {"EVENKEEL_INSTANCE": str(tmp_path)}
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, env=environ)


TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_template_runs_no_code_in_the_page(path):
    text = path.read_text()
    assert not re.search(r"\bon[a-z]+\s*=\s*[\"']", text), "no event attributes"
    assert not re.search(r"\sstyle\s*=", text), "no style attributes"
    assert not re.search(r"<style|<script(?![^>]*\bsrc=)", text), "no inline style or script"
    assert not re.search(r"\|\s*safe\b|autoescape\s+false|Markup\(", text), "everything is escaped"


def test_every_route_says_who_may_use_it(tmp_path):
    from moderation.web.guard import declared
    from tests.conftest import settings_for_tests

    app = create_app(settings_for_tests(tmp_path), FixedScorer())
    silent = [r.endpoint for r in app.url_map.iter_rules() if declared(app, r.endpoint) is None]
    assert silent == []


def test_a_readme_of_every_command_has_an_example(tmp_path):
    """Each command's --help shows how it is used."""
    from tests.conftest import settings_for_tests

    app = create_app(settings_for_tests(tmp_path), FixedScorer())
    ours = {"model", "demo", "user", "labels", "data", "prepare", "serve", "worker", "doctor"}
    commands = [app.cli.commands[name] for name in ours]
    while commands:
        command = commands.pop()
        nested = getattr(command, "commands", None)
        if nested is not None:
            commands.extend(nested.values())
        else:
            assert "Example" in (command.help or ""), f"{command.name} --help lacks an example"
