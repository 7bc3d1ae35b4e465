"""A remote command that fails is noticed. moto answers success always, so AWS's own words here."""

import boto3
import pytest
from botocore.stub import ANY, Stubber

from deploy.ec2.remote import (
    RemoteFailed,
    follow_installation,
    is_reachable,
    run,
    wait_until_reachable,
)


@pytest.fixture
def ssm():
    return boto3.client(
        "ssm", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x"
    )


@pytest.fixture
def stubbed(ssm):
    with Stubber(ssm) as stub:
        yield stub


def sent(stub):
    stub.add_response(
        "send_command",
        {"Command": {"CommandId": "c" * 36}},
        {
            "InstanceIds": ["i-1"],
            "DocumentName": "AWS-RunShellScript",
            "Parameters": {"commands": ["true"], "executionTimeout": ["900"]},
            "TimeoutSeconds": ANY,
        },
    )


def answered(stub, status, out="", err="", code=0):
    stub.add_response(
        "get_command_invocation",
        {
            "Status": status,
            "StandardOutputContent": out,
            "StandardErrorContent": err,
            "ResponseCode": code,
        },
    )


def test_it_waits_for_the_end_and_returns_what_was_printed(ssm, stubbed):
    sent(stubbed)
    stubbed.add_client_error("get_command_invocation", "InvocationDoesNotExist")
    answered(stubbed, "Pending", code=-1)
    answered(stubbed, "InProgress", code=-1)
    answered(stubbed, "Success", "all is well\n")
    assert run(ssm, "i-1", "true", sleep=lambda _: None) == "all is well\n"
    stubbed.assert_no_pending_responses()


@pytest.mark.parametrize("status", ["Failed", "TimedOut", "Cancelled", "Undeliverable"])
def test_every_other_end_is_a_failure_that_shows_what_was_said(ssm, stubbed, status):
    sent(stubbed)
    answered(stubbed, status, "step 3\n", "no space left on device\n", 28)
    with pytest.raises(RemoteFailed, match="no space left on device") as failed:
        run(ssm, "i-1", "true", sleep=lambda _: None)
    assert status in str(failed.value)
    assert "exit 28" in str(failed.value)


def test_a_command_that_never_ends_is_a_failure(ssm, stubbed):
    sent(stubbed)
    for _ in range(400):
        answered(stubbed, "InProgress", code=-1)
    with pytest.raises(RemoteFailed, match="no answer within"):
        run(ssm, "i-1", "true", sleep=lambda _: None)


def test_a_server_is_reachable_once_its_agent_called(ssm, stubbed):
    for known in ([], [{"PingStatus": "ConnectionLost"}], [{"PingStatus": "Online"}]):
        stubbed.add_response("describe_instance_information", {"InstanceInformationList": known})
    assert not is_reachable(ssm, "i-1")
    wait_until_reachable(ssm, "i-1", sleep=lambda _: None)


def test_a_server_that_never_calls_is_told_with_where_to_look(ssm, stubbed):
    for _ in range(2):
        stubbed.add_response("describe_instance_information", {"InstanceInformationList": []})
    with pytest.raises(RemoteFailed, match="get-console-output"):
        wait_until_reachable(ssm, "i-1", timeout=6, sleep=lambda _: None)


@pytest.fixture
def cloud_init(monkeypatch):
    """What the server answers, one after the other."""

    def answer(*said):
        answers = iter(said)
        monkeypatch.setattr("deploy.ec2.remote.run", lambda *_: next(answers))

    return answer


def test_the_installation_is_followed_line_by_line(cloud_init):
    told = []
    running = ("status: running\nUnpacking nginx\n", "status: running\nUnpacking nginx\n")
    cloud_init(*running, "status: done\nEvenkeel runs\n")
    follow_installation(None, "i-1", told.append, sleep=lambda _: None)
    assert told == ["  Unpacking nginx", "  Evenkeel runs"]


def test_an_installation_that_fails_ends_with_its_log(cloud_init):
    cloud_init("status: error\nlast line\n", "no space left on device\nlast line\n")
    with pytest.raises(RemoteFailed, match="no space left"):
        follow_installation(None, "i-1", lambda _: None, sleep=lambda _: None)


def test_an_installation_that_never_ends_is_a_failure(cloud_init):
    cloud_init(*["status: running\n"] * 4)
    with pytest.raises(RemoteFailed, match="still installing"):
        follow_installation(None, "i-1", lambda _: None, timeout=60, sleep=lambda _: None)
