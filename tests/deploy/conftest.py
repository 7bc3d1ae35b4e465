"""An AWS on loopback, and the template as data."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tarfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from cfnlint.decode import decode
from click.testing import CliRunner, Result

from deploy.ec2.cli import main
from deploy.ec2.stack import TEMPLATE
from tests.ports import free_port, wait_for

REGION = "eu-west-1"


@pytest.fixture(scope="session")
def aws_address() -> Iterator[str]:
    """moto's server in a process of its own. It proves that calls are well formed, no more: it
    answers success to a remote command that would fail, and knows nothing of some resources."""
    port = free_port()
    command = [sys.executable, "-W", "ignore", "-m", "moto.server", "-p", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=10)


@pytest.fixture
def aws(aws_address: str, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Any]:
    """Clients of that AWS; `script/ec2` finds it by AWS's own variables, as it would any other."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ENDPOINT_URL", aws_address)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_REGION", REGION)
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    return boto3.client


@pytest.fixture
def ec2(aws: Callable[[str], Any]) -> Callable[..., Result]:
    """Run `script/ec2` with these words."""

    def run(*words: str, input: str | None = None) -> Result:
        return CliRunner().invoke(main, list(words), input=input)

    return run


@pytest.fixture
def image(aws: Callable[[str], Any]) -> str:
    """An image that this AWS knows."""
    found = aws("ec2").describe_images(Owners=["099720109477"])["Images"]
    return str(found[0]["ImageId"])


@pytest.fixture
def name() -> str:
    """A stack's name that no other test has."""
    return f"test-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def release(tmp_path: Path) -> Path:
    """A release archive whose server side only says what it was asked."""
    folder = tmp_path / "evenkeel-1.2.3" / "deploy" / "ec2"
    folder.mkdir(parents=True)
    (folder / "on_server.py").write_text("import sys\nprint('asked:', *sys.argv[1:])\n")
    archive = tmp_path / "evenkeel-1.2.3.tar.gz"
    with tarfile.open(archive, "w:gz") as packed:
        packed.add(tmp_path / "evenkeel-1.2.3", "evenkeel-1.2.3")
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    (tmp_path / "evenkeel-1.2.3.tar.gz.sha256").write_text(f"{digest}  {archive.name}\n")
    return archive


@pytest.fixture(scope="session")
def template() -> dict[str, Any]:
    """The template as data: !Ref X is {"Ref": "X"}, and so on."""
    data, mistakes = decode(str(TEMPLATE))
    assert not mistakes
    return data
