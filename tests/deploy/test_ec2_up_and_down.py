"""From nothing to a server and back to nothing, against moto: see `aws_address` for what that is
worth. What it cannot prove stands on the template and on AWS's own words in the other tests."""

import hashlib
import json

import boto3
import pytest
from botocore.stub import Stubber

from deploy.ec2 import bucket, leftovers, stack
from deploy.ec2.plan import Plan, Refused

UP = ("up", "--no-wait")


@pytest.fixture
def up(ec2, name, image, release):
    def run(*words, **options):
        known = ("--name", name, "--image", image, "--release", str(release))
        return ec2(*UP, *known, *words, **options)

    return run


@pytest.fixture
def by_hand(aws, name, image):
    """A stack of the template that nobody protected: moto cannot lift a protection."""
    given = Plan(name).parameters() | {"ImageId": image, "RootDevice": "/dev/sda1"}
    aws("cloudformation").create_stack(
        StackName=name,
        TemplateBody=stack.TEMPLATE.read_text(),
        Parameters=[{"ParameterKey": k, "ParameterValue": v} for k, v in given.items()],
        Capabilities=["CAPABILITY_IAM"],
    )
    return stack.outputs(stack.find(aws("cloudformation"), name))


def test_the_plan_and_the_cost_are_shown_and_a_no_makes_nothing(up, aws, name):
    answer = up(input="n\n")
    assert answer.exit_code == 1
    assert "no SSH and no key" in answer.output
    assert "USD a month" in answer.output
    assert "aws.amazon.com" in answer.output
    assert stack.find(aws("cloudformation"), name) is None


def test_it_makes_the_server_and_names_the_release(up, aws, name):
    answer = up("--yes", "--json", "--mail", "me@example.org")
    assert answer.exit_code == 0, answer.output
    made = json.loads(answer.stdout)
    assert made["Url"] == f"https://{made['Address']}"
    assert bucket.current_release(aws("s3"), made["Bucket"])["version"] == "1.2.3"
    [group] = aws("ec2").describe_instances(InstanceIds=[made["Server"]])["Reservations"]
    assert group["Instances"][0]["InstanceType"] == "t3.micro"
    assert "CREATE_COMPLETE" in answer.stderr, "progress is told, beside the answer"


def test_json_asks_nobody_and_needs_a_yes(up, aws, name):
    answer = up("--json")
    assert answer.exit_code == 1
    assert "--yes" in answer.output
    assert stack.find(aws("cloudformation"), name) is None


def test_a_damaged_archive_goes_nowhere(up, release, by_hand, aws):
    with pytest.raises(Refused, match="is not what"):
        release.write_bytes(b"half of it")
        bucket.upload_release(aws("s3"), by_hand["Bucket"], release)


def test_deploy_names_the_new_release(ec2, by_hand, aws, name, release):
    answer = ec2("deploy", "--name", name, "--release", str(release), "--yes", "--json")
    assert answer.exit_code == 0, answer.output
    assert json.loads(answer.stdout)["version"] == "1.2.3"
    assert bucket.current_release(aws("s3"), by_hand["Bucket"])["version"] == "1.2.3"


def test_a_deploy_that_fails_names_the_old_release_again(
    ec2, by_hand, aws, name, release, monkeypatch
):
    s3, old = aws("s3"), {"key": "releases/old", "sha256": "0", "version": "1.2.2"}
    bucket.name_release(s3, by_hand["Bucket"], old)

    def fail(*_, **__):
        raise Refused("the new release did not answer")

    monkeypatch.setattr("deploy.ec2.remote.run", fail)
    answer = ec2("deploy", "--name", name, "--release", str(release), "--yes")
    assert answer.exit_code == 1
    assert "did not answer" in answer.output
    assert bucket.current_release(s3, by_hand["Bucket"]) == old


def test_status_tells_what_it_can(ec2, by_hand, name):
    answer = ec2("status", "--name", name, "--json")
    assert answer.exit_code == 0, answer.output
    value = json.loads(answer.stdout)
    assert value["Stack"] == "CREATE_COMPLETE"
    assert value["Cost"]["usd_per_month"] > 5
    assert value["LastBackup"] is None


def test_down_leaves_nothing_not_even_old_versions_or_the_address(ec2, by_hand, aws, name):
    s3 = aws("s3")
    s3.put_bucket_versioning(  # moto drops the template's word on it
        Bucket=by_hand["Bucket"], VersioningConfiguration={"Status": "Enabled"}
    )
    _delete_routes(aws, name)
    for _ in range(3):
        s3.put_object(Bucket=by_hand["Bucket"], Key="backups/a", Body=b"old and new")
    s3.delete_object(Bucket=by_hand["Bucket"], Key="backups/a")  # leaves a marker
    s3.create_multipart_upload(Bucket=by_hand["Bucket"], Key="backups/half")
    [disk] = _disks(aws, by_hand["Server"])
    snapshot = aws("ec2").create_snapshot(VolumeId=disk)["SnapshotId"]

    answer = ec2("down", "--name", name, "--yes", "--json")

    assert answer.exit_code == 0, answer.output
    assert stack.find(aws("cloudformation"), name) is None
    assert by_hand["Bucket"] not in [b["Name"] for b in s3.list_buckets()["Buckets"]]
    kept = [a["PublicIp"] for a in aws("ec2").describe_addresses()["Addresses"]]
    assert by_hand["Address"] not in kept
    mine = aws("ec2").describe_snapshots(OwnerIds=["self"])["Snapshots"]
    assert snapshot not in [s["SnapshotId"] for s in mine]
    assert _disks(aws, by_hand["Server"]) == []
    assert f"snapshot {snapshot}" in json.loads(answer.stdout)["left_and_removed"]


def _disks(aws, server):
    groups = aws("ec2").describe_instances(InstanceIds=[server])["Reservations"]
    [instance] = [i for group in groups for i in group["Instances"]]
    if instance["State"]["Name"] == "terminated":
        filters = [{"Name": "attachment.instance-id", "Values": [server]}]
        return [v["VolumeId"] for v in aws("ec2").describe_volumes(Filters=filters)["Volumes"]]
    return [disk["Ebs"]["VolumeId"] for disk in instance["BlockDeviceMappings"]]


def test_down_deletes_nothing_after_a_no(ec2, by_hand, aws, name):
    assert ec2("down", "--name", name, input="n\n").exit_code == 1
    assert stack.find(aws("cloudformation"), name)["StackStatus"] == "CREATE_COMPLETE"


def test_down_brings_the_last_backup_here_when_told(ec2, by_hand, aws, name, tmp_path, monkeypatch):
    _delete_routes(aws, name)
    _store_backup(aws("s3"), by_hand["Bucket"], "evenkeel-1.sqlite", b"every comment")
    monkeypatch.setattr("deploy.ec2.remote.is_reachable", lambda *_: False)
    answer = ec2("down", "--name", name, "--yes", "--keep-backup", str(tmp_path / "kept"))
    assert answer.exit_code == 0, answer.output
    assert (tmp_path / "kept" / "evenkeel-1.sqlite").read_bytes() == b"every comment"
    assert str(tmp_path / "kept" / "evenkeel-1.sqlite") in answer.output


@pytest.mark.parametrize("stored", [None, b"every comment"])
def test_down_deletes_nothing_when_the_backup_cannot_be_kept(
    ec2, by_hand, aws, name, tmp_path, monkeypatch, stored
):
    s3 = aws("s3")
    if stored:
        _store_backup(s3, by_hand["Bucket"], "evenkeel-1.sqlite", stored, damaged=True)
    monkeypatch.setattr("deploy.ec2.remote.is_reachable", lambda *_: False)
    answer = ec2("down", "--name", name, "--yes", "--keep-backup", str(tmp_path / "kept"))
    assert answer.exit_code == 1
    assert stack.find(aws("cloudformation"), name)["StackStatus"] == "CREATE_COMPLETE"
    assert not list((tmp_path / "kept").glob("*"))


def _delete_routes(aws, name):
    """moto never deletes a stack's routes, and then stumbles over them."""
    cloudformation, ec2 = aws("cloudformation"), aws("ec2")
    [routes] = [
        item["PhysicalResourceId"]
        for item in cloudformation.list_stack_resources(StackName=name)["StackResourceSummaries"]
        if item["ResourceType"] == "AWS::EC2::RouteTable"
    ]
    [table] = ec2.describe_route_tables(RouteTableIds=[routes])["RouteTables"]
    for association in table["Associations"]:
        ec2.disassociate_route_table(AssociationId=association["RouteTableAssociationId"])
    ec2.delete_route_table(RouteTableId=routes)


def _store_backup(s3, to, file, body, damaged=False):
    digest = "0" * 64 if damaged else hashlib.sha256(body).hexdigest()
    s3.put_object(Bucket=to, Key=f"backups/{file}", Body=body, Metadata={"sha256": digest})


def test_what_costs_is_remembered_before_it_is_deleted(by_hand, aws, name):
    billed = leftovers.remember(aws("cloudformation"), aws("ec2"), name)
    assert billed.bucket == by_hand["Bucket"]
    assert billed.servers == [by_hand["Server"]]
    assert billed.addresses == [by_hand["Address"]]
    assert len(billed.volumes) == 1


def test_without_a_stack_each_command_says_how_to_make_one(ec2, aws, name):
    for command in ("status", "deploy", "logs", "backup", "restore", "down"):
        answer = ec2(command, "--name", name)
        assert answer.exit_code == 1
        assert "script/ec2 up" in answer.output


def test_a_stack_that_failed_is_told_and_can_only_be_deleted(ec2, aws, name, monkeypatch):
    failed = {"StackStatus": "ROLLBACK_COMPLETE", "StackId": "arn:s"}
    monkeypatch.setattr("deploy.ec2.stack.find", lambda *_: failed)
    for words in (["up", "--yes"], ["status"], ["deploy", "--yes"], ["backup"]):
        answer = ec2(*words, "--name", name)
        assert answer.exit_code == 1
        assert "ROLLBACK_COMPLETE" in answer.output


def test_up_ends_with_the_link_that_makes_the_first_admin(up, monkeypatch):
    monkeypatch.setattr("deploy.ec2.remote.wait_until_reachable", lambda *_: None)
    monkeypatch.setattr("deploy.ec2.remote.follow_installation", lambda *_: None)
    monkeypatch.setattr("deploy.ec2.remote.run", lambda *words: f"ran {words[2]}")
    monkeypatch.setattr("tests.deploy.test_ec2_up_and_down.UP", ("up",))
    answer = up("--yes", "--domain", "c.example.org")
    assert answer.exit_code == 0, answer.output
    assert "on_server.py prepare https://c.example.org" in answer.stdout
    assert "Point c.example.org to" in answer.stdout


def test_every_command_shows_an_example(ec2):
    for command in ("up", "status", "deploy", "logs", "backup", "restore", "down"):
        assert "Example: script/ec2" in " ".join(ec2(command, "--help").output.split())


@pytest.fixture
def cloudformation():
    client = boto3.client(
        "cloudformation", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    with Stubber(client) as stub:
        yield client, stub


def described(status):
    return {
        "Stacks": [{"StackName": "s", "StackId": "arn:s", "StackStatus": status, "CreationTime": 0}]
    }


def event(number, status, reason=""):
    return {
        "StackId": "arn:s",
        "StackName": "s",
        "EventId": number,
        "Timestamp": 0,
        "LogicalResourceId": "Server",
        "ResourceStatus": status,
        "ResourceStatusReason": reason,
    }


def test_a_stack_that_cannot_be_made_is_told_with_the_first_reason(cloudformation):
    client, stub = cloudformation
    events = [
        event("2", "CREATE_FAILED", "Resource creation cancelled"),
        event("1", "CREATE_FAILED", "You have reached your limit of addresses"),
    ]
    stub.add_response("create_stack", {"StackId": "arn:s"})
    stub.add_response("describe_stacks", described("ROLLBACK_COMPLETE"))
    stub.add_response("describe_stack_events", {"StackEvents": events})
    with pytest.raises(Refused, match="limit of addresses"):
        stack.create(client, Plan("s"), {"ImageId": "ami-1"}, lambda _: None)


def test_a_change_is_shown_with_what_it_replaces(cloudformation):
    client, stub = cloudformation
    there = {"Parameters": [{"ParameterKey": k, "ParameterValue": v} for k, v in IMAGE.items()]}
    change = {
        "Type": "Resource",
        "ResourceChange": {
            "Action": "Modify",
            "LogicalResourceId": "Address",
            "Replacement": "True",
        },
    }
    stub.add_response("create_change_set", {})
    stub.add_response("describe_change_set", {"Status": "CREATE_COMPLETE", "Changes": [change]})
    _, lines = stack.propose(client, there, Plan("s"))
    assert lines == ["modify Address (a new one in its place)"]


def test_no_change_is_no_failure(cloudformation):
    client, stub = cloudformation
    there = {"Parameters": [{"ParameterKey": k, "ParameterValue": v} for k, v in IMAGE.items()]}
    stub.add_response("create_change_set", {})
    reason = "The submitted information didn't contain changes."
    stub.add_response("describe_change_set", {"Status": "FAILED", "StatusReason": reason})
    stub.add_response("delete_change_set", {})
    assert stack.propose(client, there, Plan("s"))[1] == []


def test_a_protected_stack_is_opened_before_anything_is_lost(cloudformation):
    client, stub = cloudformation
    wanted = {"EnableTerminationProtection": False, "StackName": "arn:s"}
    stub.add_response("update_termination_protection", {}, wanted)
    stack.unprotect(client, {"StackId": "arn:s", "EnableTerminationProtection": True})
    stub.assert_no_pending_responses()


IMAGE = {"ImageId": "ami-1", "RootDevice": "/dev/sda1"}
