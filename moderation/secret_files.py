"""Secrets that stand in files: `NAME_FILE` names one, or systemd hands one over by its credentials.

An environment is seen by child processes and by whoever may read /proc; a file has an owner.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

SUFFIX = "_FILE"
CREDENTIALS = "CREDENTIALS_DIRECTORY"  # set by systemd for LoadCredential=


def secret_from_file(name: str, environ: Mapping[str, str]) -> str | None:
    """What the file of the secret `name` holds, without the end of its line; None: no file.

    Raises ValueError, saying what to do, for a secret that is given twice, and for a file that
    cannot be read or is empty.
    """
    given = list(_files(name, environ))
    if len(given) + bool(environ.get(name)) > 1:
        raise ValueError(f"{name} is given twice: as itself, as {name}{SUFFIX} or by systemd.")
    if not given:
        return None
    try:
        held = given[0].read_text("utf-8").strip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is no text"
        raise ValueError(f"{name} is to be read from {given[0]}, but: {why}.") from error
    if not held:
        raise ValueError(f"{name} is to be read from {given[0]}, but that file is empty.")
    return held


def _files(name: str, environ: Mapping[str, str]) -> Iterator[Path]:
    if environ.get(name + SUFFIX):
        yield Path(environ[name + SUFFIX])
    credential = Path(environ.get(CREDENTIALS) or "/nowhere") / name
    if environ.get(CREDENTIALS) and credential.is_file():
        yield credential
