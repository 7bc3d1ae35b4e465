"""script/audit says what is known of the locked packages, and never passes what it did not ask."""

import hashlib
import json
import shutil
import subprocess
import sys

import pytest

from moderation.settings import ROOT

WELL = {"name": "flask", "version": "3.1.3", "vulns": []}
HOLED = {"name": "jinja2", "version": "3.0", "vulns": [{"id": "PYSEC-2026-1"}]}
UNSEEN = {"name": "redis", "skip_reason": "Dependency not found on PyPI"}


@pytest.fixture
def audit(tmp_path):
    """Run the script over two locks, with what pip-audit would print for each."""
    for name in ("audit", "environment"):
        (tmp_path / "script").mkdir(exist_ok=True)
        shutil.copy(ROOT / "script" / name, tmp_path / "script" / name)
    programs = tmp_path / ".venv/bin"
    programs.mkdir(parents=True)
    (programs / "python").symlink_to(sys.executable)
    for lock in ("requirements.txt", "requirements-serve.txt"):
        (tmp_path / lock).write_text(lock)
    stamp = hashlib.sha256(b"requirements.txt").hexdigest()
    (tmp_path / ".venv/installed").write_text(stamp)

    def run(whole, serve):
        for lock, packages in (("requirements.txt", whole), ("requirements-serve.txt", serve)):
            said = json.dumps({"dependencies": packages}) if packages is not None else ""
            (tmp_path / f"{lock}.said").write_text(said)
        # Like the real one: 0 where it could look nothing up, and its own words on stderr.
        (programs / "pip-audit").write_text(
            '#!/bin/sh\ncat "$4.said"; echo No known vulnerabilities found >&2\n'
        )
        (programs / "pip-audit").chmod(0o755)
        done = subprocess.run([tmp_path / "script/audit"], capture_output=True, text=True)
        return done.returncode, done.stdout

    return run


@pytest.mark.parametrize(
    ("whole", "serve", "code", "says"),
    [
        ([WELL], [WELL, WELL], 0, "requirements-serve.txt: nothing known about its 2 packages."),
        ([WELL, HOLED], [WELL], 1, "requirements.txt: KNOWN HOLE in jinja2 3.0: PYSEC-2026-1"),
        ([WELL, UNSEEN], [WELL], 3, "requirements.txt: NOT CHECKED: 1 of 2 packages."),
        ([HOLED, UNSEEN], [UNSEEN], 1, "requirements-serve.txt: NOT CHECKED: 1 of 1 packages."),
        (None, [WELL], 3, "requirements.txt: NOT CHECKED: all of it."),
    ],
)
def test_it_says_what_is_known_and_what_was_not_asked(audit, whole, serve, code, says):
    ended, said = audit(whole, serve)
    assert (ended, says in said) == (code, True), said
