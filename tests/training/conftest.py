"""The room's tests share the tiny artefact of the scoring tests."""

import csv

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.cli import ScriptInfo

from moderation.training.cli import model_cli
from tests.scoring.conftest import tiny_folder, tiny_models

__all__ = ["flask_model", "tiny_folder", "tiny_models", "write_rows"]


@pytest.fixture
def flask_model():
    """Run `flask model …` and return click's result."""
    runner = CliRunner()

    def run(*arguments):
        info = ScriptInfo(create_app=lambda: Flask("test"))
        return runner.invoke(model_cli, [str(a) for a in arguments], obj=info)

    return run


@pytest.fixture
def write_rows(tmp_path):
    """Write a header and rows as a CSV file and return its path."""

    def write(name, header, *rows):
        path = tmp_path / name
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([header, *rows])
        return path

    return write
