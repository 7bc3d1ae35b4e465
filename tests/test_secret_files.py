"""Secrets from files and from systemd's credentials."""

import pytest

from moderation.settings import Settings, SettingsError, described

KEY = "k" * 40
SECRETS = {
    "SECRET_KEY",
    "DATABASE_URL",
    "REDIS_URL",
    "SMTP_URL",
    "EVENKEEL_WEBHOOK_SECRET",
    "EVENKEEL_METRICS_TOKEN",
}


@pytest.fixture
def key_file(tmp_path):
    path = tmp_path / "key"
    path.write_text(KEY + "\n")
    return path


def test_a_secret_stands_in_the_file_that_is_named(key_file):
    assert Settings.read({"SECRET_KEY_FILE": str(key_file)}).secret_key == KEY


@pytest.mark.parametrize("name", sorted(SECRETS))
def test_every_secret_may_stand_in_a_file(name, tmp_path):
    with pytest.raises(SettingsError, match=name) as refused:
        Settings.read({f"{name}_FILE": str(tmp_path / "missing")})
    assert "No such file" in str(refused.value)


def test_what_is_no_secret_has_no_file(key_file):
    with pytest.raises(SettingsError, match="EVENKEEL_SITE_NAME_FILE is not a setting"):
        Settings.read({"EVENKEEL_SITE_NAME_FILE": str(key_file)})


def test_systemd_hands_secrets_over_by_its_credentials(tmp_path):
    (tmp_path / "SECRET_KEY").write_text(KEY)
    (tmp_path / "DATABASE_URL").write_text("postgresql://a:b@db/evenkeel\n")
    settings = Settings.read({"CREDENTIALS_DIRECTORY": str(tmp_path)})
    assert (settings.secret_key, settings.database_url) == (KEY, "postgresql://a:b@db/evenkeel")


def test_a_secret_given_twice_is_refused(key_file, tmp_path):
    (tmp_path / "SECRET_KEY").write_text(KEY)
    both = {"SECRET_KEY_FILE": str(key_file)}
    for other in ({"SECRET_KEY": KEY}, {"CREDENTIALS_DIRECTORY": str(tmp_path)}):
        with pytest.raises(SettingsError, match="SECRET_KEY is given twice"):
            Settings.read(both | other)


def test_a_file_that_is_empty_or_cannot_be_read_stops_the_start(tmp_path):
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "binary").write_bytes(b"\xff\xfe" * 30)
    for name, says in (("empty", "is empty"), ("binary", "no text"), ("none", "No such file")):
        with pytest.raises(SettingsError, match=says):
            Settings.read({"SECRET_KEY_FILE": str(tmp_path / name)})


def test_what_is_read_from_a_file_is_checked_as_any_value(tmp_path):
    (tmp_path / "short").write_text("short")
    with pytest.raises(SettingsError, match="32 characters"):
        Settings.read({"SECRET_KEY_FILE": str(tmp_path / "short")})


def test_no_secret_stands_in_what_is_printed_of_the_settings(key_file):
    assert KEY not in repr(Settings.read({"SECRET_KEY_FILE": str(key_file)}))
    assert {name for name, _, _ in described()} >= SECRETS
