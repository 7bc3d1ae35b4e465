"""How full the machine is, told to CloudWatch with the server's own role."""

import json
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from urllib.parse import parse_qs

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from moderation.integrations.aws import FORM, Server, signed, this_server
from moderation.integrations.cloudwatch import disk_used, memory_used, send_use
from moderation.jobs import make_huey

KEYS = {"AccessKeyId": "AKIDEXAMPLE", "SecretAccessKey": "a-secret", "Token": "a-token"}
METADATA = {
    "iam/security-credentials/": "evenkeel-role",
    "iam/security-credentials/evenkeel-role": json.dumps(KEYS),
    "instance-id": "i-0123",
    "placement/region": "eu-west-1",
    "services/domain": "amazonaws.com",
}


class Ec2(BaseHTTPRequestHandler):
    """The metadata service (sessions only) and CloudWatch in one."""

    def do_PUT(self):
        asked = self.path == "/latest/api/token"
        seconds = self.headers.get("X-aws-ec2-metadata-token-ttl-seconds")
        self.answer(200 if asked and seconds else 400, "a-session")

    def do_GET(self):
        name = self.path.removeprefix("/latest/meta-data/")
        session = self.headers.get("X-aws-ec2-metadata-token")
        self.answer(200 if session == "a-session" else 401, METADATA.get(name, ""))

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.taken.append((self.headers, parse_qs(body)))
        self.answer(self.server.code, "<ok/>")

    def answer(self, code, text):
        self.send_response(code)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


@pytest.fixture
def ec2():
    with HTTPServer(("127.0.0.1", 0), Ec2) as server:
        server.taken, server.code = [], 200
        server.address = f"http://127.0.0.1:{server.server_port}"
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def test_the_server_knows_itself_through_a_session(ec2):
    assert this_server(ec2.address) == Server(
        "i-0123", "eu-west-1", "amazonaws.com", "AKIDEXAMPLE", "a-secret", "a-token"
    )


def test_the_signature_is_the_one_that_aws_makes(monkeypatch):
    """botocore is AWS's own word on its signature."""
    at = datetime(2026, 1, 31, 12, 0, 5, tzinfo=UTC)
    server = Server("i-0123", "eu-west-1", "amazonaws.com", "AKIDEXAMPLE", "a-secret", "a-token")
    body = b"Action=PutMetricData&Namespace=Evenkeel"
    address = "https://monitoring.eu-west-1.amazonaws.com/"
    ours = signed(server, "monitoring", address, body, at)
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda: at.replace(tzinfo=None))
    theirs = AWSRequest("POST", address, data=body, headers={"content-type": FORM})
    keys = Credentials("AKIDEXAMPLE", "a-secret", "a-token")
    SigV4Auth(keys, "monitoring", "eu-west-1").add_auth(theirs)
    assert ours["authorization"] == theirs.headers["Authorization"]


def test_memory_and_disk_are_sent_for_this_server(ec2, tmp_path):
    assert send_use("Evenkeel", tmp_path, metadata=ec2.address, address=ec2.address)
    [(headers, form)] = ec2.taken
    assert form["Namespace"] == ["Evenkeel"]
    assert form["MetricData.member.1.MetricName"] == ["MemoryUsedPercent"]
    assert form["MetricData.member.2.MetricName"] == ["DiskUsedPercent"]
    assert form["MetricData.member.2.Dimensions.member.1.Value"] == ["i-0123"]
    assert 0 < float(form["MetricData.member.1.Value"][0]) < 100
    assert headers["x-amz-security-token"] == "a-token"


def test_where_nobody_answers_the_worker_lives_on(ec2, tmp_path):
    nobody = "http://127.0.0.1:9"
    assert not send_use("Evenkeel", tmp_path, metadata=nobody)
    ec2.code = 403
    assert not send_use("Evenkeel", tmp_path, metadata=ec2.address, address=ec2.address)


def test_what_could_be_freed_counts_as_free():
    meminfo = "MemTotal:  1000 kB\nMemFree:  50 kB\nMemAvailable:  400 kB\nBuffers:  10 kB\n"
    assert memory_used(meminfo) == pytest.approx(60)


def test_what_is_kept_back_for_root_counts_as_used(tmp_path, monkeypatch):
    use = type("Use", (), {"total": 100, "used": 72, "free": 18})
    monkeypatch.setattr("shutil.disk_usage", lambda _: use)
    assert disk_used(tmp_path) == pytest.approx(80)


def test_it_is_sent_every_minute_only_where_a_namespace_is_set(site, settings):
    def jobs(**changes):
        app = site(**changes)
        return [
            str(job) for job in make_huey(app, app.config["EVENKEEL"])._registry._periodic_tasks
        ]

    assert not [job for job in jobs() if "how_full" in job]
    assert [job for job in jobs(cloudwatch_namespace="Evenkeel") if "how_full" in job]
