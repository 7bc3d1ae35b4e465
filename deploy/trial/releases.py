"""Releases to try with: the one of this checkout, and others that differ in what matters."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

MIGRATION = '''"""a table of the trial's"""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "{new}", "{old}", None, None


def upgrade() -> None:
    op.create_table("trial_{new}", sa.Column("id", sa.Integer(), primary_key=True))


def downgrade() -> None:
    op.drop_table("trial_{new}")
'''


def make(folder: Path) -> Path:
    """The release of this checkout, unpacked."""
    said = subprocess.run(
        [ROOT / "script/release", "--to", folder, "--json"], check=True, stdout=subprocess.PIPE
    ).stdout
    made = json.loads(said)
    subprocess.run(["tar", "-xzf", made["file"], "-C", folder], check=True)
    return folder / f"evenkeel-{made['version']}"


def variant(release: Path, version: str, *, ready: bool = True) -> Path:
    """The same as another version, with a migration more; one that is never ready if so asked."""
    new = release.with_name(f"evenkeel-{version}")
    shutil.copytree(release, new)
    (new / "RELEASE").write_text(version)
    migrations = new / "migrations/versions"
    newest = max(path.name.split("_")[0] for path in migrations.glob("[0-9]*.py"))
    number = max(int(newest) + 1, 9001)
    text = MIGRATION.format(new=number, old=newest)
    (migrations / f"{number}_trial.py").write_text(text)
    if not ready:
        with (new / "moderation/operations/health.py").open("a") as health:
            health.write("\nLEAST_DISK = 2**62  # no disk is as large: /readyz answers 503\n")
    return new
