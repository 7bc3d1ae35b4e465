"""Settings: read once, refused loudly, documented."""

import re
import stat
from pathlib import Path

import pytest

from moderation.settings import ROOT, Settings, SettingsError, described


@pytest.mark.parametrize(
    ("environ", "says"),
    [
        ({"FLASK_DEBUG": "1"}, "FLASK_DEBUG"),
        ({"EVENKEEL_SITENAME": "x"}, "not a setting"),
        ({"EVENKEEL_HTTPS": "perhaps"}, "neither yes nor no"),
        ({"EVENKEEL_SCORER_TIMEOUT": "soon"}, "not a number"),
        ({"EVENKEEL_SIGN_IN_TRIES": "0"}, "at least 1"),
        ({"SECRET_KEY": "short"}, "32 characters"),
        ({"DATABASE_URL": "mysql://x"}, "postgresql://"),
        ({"REDIS_URL": "http://x"}, "redis://"),
        ({"EVENKEEL_LOG_LEVEL": "LOUD"}, "DEBUG, INFO"),
    ],
)
def test_a_wrong_value_stops_the_start_and_says_why(environ, says):
    with pytest.raises(SettingsError, match=says):
        Settings.read(environ)


def test_values_are_read_in_their_types():
    settings = Settings.read(
        {"EVENKEEL_HTTPS": "yes", "EVENKEEL_SESSION_HOURS": "3", "EVENKEEL_SITE_NAME": "Gazette"}
    )
    assert (settings.https, settings.session_hours, settings.site_name) == (True, 3, "Gazette")


def test_the_secret_key_is_made_once_and_kept_private(tmp_path):
    first = Settings(instance=tmp_path).signing_key()
    assert Settings(instance=tmp_path).signing_key() == first
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600
    assert Settings(instance=tmp_path / "other").signing_key() != first


def test_a_damaged_secret_key_is_refused(tmp_path: Path):
    (tmp_path / "secret_key").write_text("x")
    with pytest.raises(SettingsError, match="too short"):
        Settings(instance=tmp_path).signing_key()


def test_every_setting_stands_in_the_docs_with_its_default_and_help():
    docs = (ROOT / "docs/settings.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \| (.*?) \|$", docs, re.M)
    documented = {name: (default.strip("`"), help) for name, default, help in rows}
    assert documented == {name: (default or "—", help) for name, default, help in described()}
