"""The script that cloud-init writes: it fetches what the bucket names, and trusts no other."""

import json
import subprocess
import sys

import pytest
import yaml

from deploy.ec2.bucket import name_release, upload_release
from tests.deploy.test_ec2_template import user_data


@pytest.fixture
def upgrade(aws, template, name, tmp_path):
    """Run evenkeel-upgrade with a bucket of its own; returns (exit code, what it said)."""
    aws("s3").create_bucket(
        Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    written = yaml.safe_load(user_data(template, Bucket=name))["write_files"]
    files = {file["path"]: file["content"] for file in written}
    config, script = tmp_path / "ec2.json", tmp_path / "evenkeel-upgrade"
    config.write_text(files["/etc/evenkeel/ec2.json"])
    script.write_text(files["/usr/local/sbin/evenkeel-upgrade"])

    def run(*words):
        command = [sys.executable, script, *words, config]
        done = subprocess.run(command, capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr

    return run


def test_it_installs_the_release_that_is_named(aws, upgrade, name, release):
    s3 = aws("s3")
    name_release(s3, name, upload_release(s3, name, release))
    code, said = upgrade()
    assert code == 0, said
    assert "asked: --config" in said
    assert said.strip().endswith("release.tar.gz")


def test_it_refuses_an_archive_that_is_not_the_one_named(aws, upgrade, name, release):
    s3 = aws("s3")
    uploaded = upload_release(s3, name, release)
    name_release(s3, name, uploaded)
    s3.put_object(Bucket=name, Key=uploaded["key"], Body=b"something else")
    code, said = upgrade()
    assert code == 1
    assert "checksum is wrong" in said


def test_it_says_when_no_release_is_named(upgrade):
    code, said = upgrade()
    assert code == 1
    assert "names no release" in said


def test_what_is_named_is_plain_json(aws, name, release, upgrade):
    s3 = aws("s3")
    name_release(s3, name, upload_release(s3, name, release))
    named = json.loads(s3.get_object(Bucket=name, Key="releases/current.json")["Body"].read())
    assert set(named) == {"key", "sha256", "version"}
