"""`flask demo`: fill an empty database with a believable site."""

from __future__ import annotations

from flask.cli import AppGroup

demo_cli = AppGroup("demo", help="A believable site to try Evenkeel on.")
