"""A tiny trained artefact, made once for the tests of this room."""

import shutil
from pathlib import Path

import pytest

from tests.tiny_model import train_tiny


@pytest.fixture(scope="session")
def tiny_models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tiny") / "models"
    train_tiny(folder)
    return folder


@pytest.fixture
def tiny_folder(tiny_models, tmp_path) -> Path:
    """A copy that a test may damage."""
    return Path(shutil.copytree(tiny_models / "1.0", tmp_path / "models" / "1.0"))
