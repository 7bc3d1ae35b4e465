"""What runs on the server, with the system's commands replaced by ones that write down how they
were called."""

import hashlib
import json

import pytest

from deploy.ec2 import on_server


@pytest.fixture
def server(aws, name, tmp_path, monkeypatch):
    """A server in a folder; returns (config, what was run)."""
    aws("s3").create_bucket(
        Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    for place in ("CURRENT", "BACKUPS", "UNITS"):
        (tmp_path / place).mkdir()
        monkeypatch.setattr(on_server, place, tmp_path / place)
    monkeypatch.setattr(on_server, "SETTINGS", tmp_path / "evenkeel.env")
    (tmp_path / "evenkeel.env").write_text("EVENKEEL_HTTPS=yes\n")
    ran = []

    def run(*command):
        words = " ".join(str(word) for word in command)
        ran.append(words)
        if "sbin/evenkeel backup" in words:
            made = tmp_path / "BACKUPS" / "evenkeel-2.sqlite"
            made.write_bytes(b"every comment")
            digest = hashlib.sha256(b"every comment").hexdigest()
            return json.dumps({"file": str(made), "bytes": 13, "sha256": digest})
        return ""

    monkeypatch.setattr(on_server, "run", run)
    return {
        "bucket": name,
        "region": "eu-west-1",
        "domain": "c.example.org",
        "mail": "me@example.org",
    }, ran


def test_installing_twice_leaves_one_setting_and_a_nightly_backup(server, tmp_path):
    config, ran = server
    for _ in range(2):
        on_server.install(config, tmp_path / "release.tar.gz")
    settings = (tmp_path / "evenkeel.env").read_text()
    assert settings == "EVENKEEL_HTTPS=yes\nEVENKEEL_CLOUDWATCH_NAMESPACE=Evenkeel\n"
    assert "--domain c.example.org --mail me@example.org" in ran[0]
    assert sum("restart evenkeel-jobs" in words for words in ran) == 1
    timer = (tmp_path / "UNITS" / "evenkeel-offsite.timer").read_text()
    assert "OnCalendar" in timer


def test_a_backup_goes_to_the_bucket_with_its_checksum(server, aws):
    config, _ = server
    done = on_server.backup(config, aws("s3"))
    stored = aws("s3").head_object(Bucket=config["bucket"], Key=done["key"])
    assert done["key"] == "backups/evenkeel-2.sqlite"
    assert stored["Metadata"] == {"sha256": hashlib.sha256(b"every comment").hexdigest()}
    assert json.dumps(done)


def test_a_restore_stops_the_site_and_starts_it_again_even_when_it_fails(server, aws, monkeypatch):
    config, ran = server
    key = on_server.backup(config, aws("s3"))["key"]
    recorded = on_server.run

    def fail(*command):
        recorded(*command)
        if "restore" in command:
            raise on_server.subprocess.CalledProcessError(1, command)
        return ""

    monkeypatch.setattr(on_server, "run", fail)
    ran.clear()
    with pytest.raises(on_server.subprocess.CalledProcessError):
        on_server.restore(config, aws("s3"), key)
    kinds = [words.split()[1] for words in ran if words.startswith("systemctl")]
    assert kinds == ["stop", "start"]
    assert all("evenkeel-web.socket" in words for words in ran if words.startswith("systemctl"))


def test_a_damaged_backup_stops_nothing(server, aws):
    config, ran = server
    aws("s3").put_object(
        Bucket=config["bucket"], Key="backups/x", Body=b"half", Metadata={"sha256": "0"}
    )
    with pytest.raises(SystemExit, match="Nothing was changed"):
        on_server.restore(config, aws("s3"), "backups/x")
    assert ran == []


def test_a_site_that_cannot_be_asked_is_told_as_unreachable(server, monkeypatch):
    def refused(*command):
        raise on_server.subprocess.CalledProcessError(7, command)

    monkeypatch.setattr(on_server, "run", refused)
    assert on_server.status()["health"]["status"] == "unreachable"
