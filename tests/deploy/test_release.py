"""The archive that a server installs: what serves, the same bytes from the same commit."""

import hashlib
import json
import subprocess
import tarfile
from pathlib import Path

import pytest

from moderation.settings import ROOT

SCRIPT = ROOT / "script/release"


def git(folder, *words):
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def checkout(tmp_path):
    """A checkout of its own with what is here, committed."""
    folder = tmp_path / "checkout"
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    for name in filter(None, listed.stdout.split("\0")):
        there = folder / name
        there.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_file():  # a link is enough: nothing here is written to
            there.hardlink_to(ROOT / name)
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "all")
    return folder


def release(checkout, *words):
    command = [checkout / "script/release", *words]
    return subprocess.run(command, capture_output=True, text=True)


def test_it_holds_what_serves_and_nothing_else(checkout, tmp_path):
    made = json.loads(release(checkout, "--to", tmp_path / "out", "--json").stdout)
    with tarfile.open(made["file"]) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
        told = archive.extractfile(f"evenkeel-{made['version']}/RELEASE").read().decode()
    assert told == made["version"]
    wanted = {"wsgi.py", "deploy/install.sh", "deploy/switch.py", "deploy/ec2/on_server.py"}
    wanted |= {"requirements-serve.txt", "deploy/nginx/evenkeel.conf", "moderation/__init__.py"}
    assert wanted <= names
    tops = {name.partition("/")[0] for name in names} - {""}
    assert tops == {
        "LICENSE", "RELEASE", "deploy", "migrations", "models", "moderation",
        "requirements-serve.txt", "script", "static", "templates", "wsgi.py",
    }  # fmt: skip
    assert [name for name in names if name.endswith("network.onnx")]
    assert not [name for name in names if name.endswith("network.keras")], "nothing serves from it"
    assert "deploy/trial/__main__.py" not in names
    assert "deploy/ec2/cli.py" not in names


def test_the_same_commit_makes_the_same_bytes_and_the_checksum_is_theirs(checkout, tmp_path):
    first = json.loads(release(checkout, "--to", tmp_path / "a", "--json").stdout)
    second = json.loads(release(checkout, "--to", tmp_path / "b", "--json").stdout)
    assert first["sha256"] == second["sha256"]
    with Path(first["file"]).open("rb") as file:
        assert hashlib.file_digest(file, "sha256").hexdigest() == first["sha256"]
    files = sorted(path.name for path in (tmp_path / "a").iterdir())
    name = f"evenkeel-{first['version']}.tar.gz"
    assert files == [name, name + ".sha256"]


def test_what_is_not_committed_is_named_and_goes_nowhere(checkout, tmp_path):
    (checkout / "static/new.css").write_text("body { color: red }")
    answer = release(checkout, "--to", tmp_path / "out")
    assert answer.returncode == 1
    assert "static/new.css" in answer.stderr
    assert not (tmp_path / "out").exists()


def test_it_shows_its_words(checkout):
    assert "script/release --to FOLDER" in release(checkout, "--help").stdout
