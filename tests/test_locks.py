"""What is installed is what was locked: every package pinned, with hashes, everywhere."""

import re

import pytest

from moderation.settings import ROOT

LOCKS = sorted(ROOT.glob("requirements*.txt"))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_package_is_pinned_with_hashes(lock):
    text = lock.read_text().replace("\\\n", " ")
    packages = [
        line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")
    ]
    assert len(packages) > 5
    for line in packages:
        assert re.match(r"[\w.-]+(\[[\w,]+\])?==\S+ .*--hash=sha256:[0-9a-f]{64}", line), line


def test_nothing_is_installed_without_its_hashes():
    """Wherever a script of ours installs a lock, it asks for the hashes."""
    scripts = [ROOT / ".ci/run", *(ROOT / "script").iterdir(), ROOT / "deploy/Containerfile"]
    scripts += (ROOT / "deploy").glob("*.sh")
    installs = 0
    for script in scripts:
        text = script.read_text().replace("\\\n", " ")
        for line in text.splitlines():
            if re.search(r"pip install\b.*-r ", line) and not line.lstrip().startswith("#"):
                installs += 1
                assert "--require-hashes" in line, (script, line)
    assert installs >= 2
