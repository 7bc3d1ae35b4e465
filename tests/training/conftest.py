"""The room's tests share the tiny artefact of the scoring tests."""

from tests.scoring.conftest import tiny_folder, tiny_models

__all__ = ["tiny_folder", "tiny_models"]
