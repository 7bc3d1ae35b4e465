"""What the template says, asserted on the template: no simulation of AWS stands in between."""

import json
import re
import shutil
import subprocess

import pytest
import yaml
from cfnlint.api import lint_file

from deploy.ec2.stack import KEEP_WHAT_HOLDS_DATA, TEMPLATE


def resources(template, kind):
    return [r["Properties"] for r in template["Resources"].values() if r["Type"] == kind]


def user_data(template, **values):
    text = template["Resources"]["Server"]["Properties"]["UserData"]["Fn::Base64"]["Fn::Sub"]
    known = {
        "AWS::Region": "eu-west-1",
        "AWS::URLSuffix": "amazonaws.com",
        "Bucket": "the-bucket",
        "Domain": "c.example.org",
        "Mail": "me@example.org",
    } | values
    return re.sub(r"\$\{([\w:]+)\}", lambda found: known[found[1]], text)


def statements(template):
    [role] = resources(template, "AWS::IAM::Role")
    return [s for p in role["Policies"] for s in p["PolicyDocument"]["Statement"]]


def actions(statement):
    found = statement["Action"]
    return [found] if isinstance(found, str) else found


def test_it_passes_cfn_lint():
    assert [str(match) for match in lint_file(TEMPLATE)] == []


def test_it_is_small_enough_to_be_sent_in_one_call():
    assert len(TEMPLATE.read_bytes()) <= 51_200


def test_only_the_web_comes_in_and_no_key_is_given(template):
    [firewall] = resources(template, "AWS::EC2::SecurityGroup")
    ports = {(rule["FromPort"], rule["ToPort"]) for rule in firewall["SecurityGroupIngress"]}
    assert ports == {(80, 80), (443, 443)}
    [server] = resources(template, "AWS::EC2::Instance")
    assert "KeyName" not in server
    assert not resources(template, "AWS::EC2::SecurityGroupIngress")


def test_credentials_of_the_server_need_a_session_and_stay_on_it(template):
    """IMDSv2: a page that can be made to fetch an address gets no credentials."""
    [server] = resources(template, "AWS::EC2::Instance")
    assert server["MetadataOptions"] == {
        "HttpEndpoint": "enabled",
        "HttpTokens": "required",
        "HttpPutResponseHopLimit": 1,
    }


def test_the_disk_is_encrypted_and_goes_with_the_server(template):
    [server] = resources(template, "AWS::EC2::Instance")
    [disk] = server["BlockDeviceMappings"]
    assert disk["Ebs"]["Encrypted"] is True
    assert disk["Ebs"]["VolumeType"] == "gp3"
    assert disk["Ebs"]["DeleteOnTermination"] is True
    assert disk["DeviceName"] == {"Ref": "RootDevice"}, "or there would be a second disk"


def test_bursts_never_make_a_bill(template):
    [server] = resources(template, "AWS::EC2::Instance")
    assert server["CreditSpecification"] == {"CPUCredits": "standard"}


def test_the_role_reaches_its_own_bucket_its_own_metrics_and_session_manager_only(template):
    free_of_resource = {"ssm", "ssmmessages", "ec2messages", "cloudwatch"}
    for statement in statements(template):
        assert statement["Effect"] == "Allow"
        assert not [a for a in actions(statement) if "*" in a], "every action is named"
        services = {action.split(":")[0] for action in actions(statement)}
        if statement["Resource"] == "*":
            assert services <= free_of_resource
        else:
            assert services == {"s3"}
            assert "Bucket.Arn" in json.dumps(statement["Resource"]).replace('", "', ".")
    [metrics] = [s for s in statements(template) if "cloudwatch:PutMetricData" in actions(s)]
    assert metrics["Condition"] == {"StringEquals": {"cloudwatch:namespace": "Evenkeel"}}
    [role] = resources(template, "AWS::IAM::Role")
    assert "ManagedPolicyArns" not in role


def test_the_role_can_read_no_parameter_and_destroy_no_saved_version(template):
    granted = {action for s in statements(template) for action in actions(s)}
    assert not granted & {"ssm:GetParameter", "ssm:GetParameters", "s3:DeleteObjectVersion"}
    assert not granted & {"s3:PutBucketPolicy", "s3:PutLifecycleConfiguration", "iam:PassRole"}


def test_the_server_cannot_write_what_it_installs(template):
    """Who breaks into the site must not be able to plant the next release."""
    writing = [s for s in statements(template) if {"s3:PutObject"} & set(actions(s))]
    assert [s["Resource"] for s in writing] == [{"Fn::Sub": "${Bucket.Arn}/backups/*"}]


def test_the_bucket_is_private_versioned_encrypted_and_speaks_tls_only(template):
    [bucket] = resources(template, "AWS::S3::Bucket")
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(bucket["PublicAccessBlockConfiguration"]) == 4
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert bucket["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    assert bucket["BucketEncryption"]
    [policy] = resources(template, "AWS::S3::BucketPolicy")
    [statement] = policy["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Principal"]) == ("Deny", "*")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert len(statement["Resource"]) == 2


def test_old_versions_do_not_pile_up(template):
    [bucket] = resources(template, "AWS::S3::Bucket")
    rules = bucket["LifecycleConfiguration"]["Rules"]
    assert any("NoncurrentVersionExpiration" in rule for rule in rules)
    assert any("AbortIncompleteMultipartUpload" in rule for rule in rules)


@pytest.mark.parametrize(
    ("metric", "namespace", "threshold"),
    [
        ("StatusCheckFailed", "AWS/EC2", 1),
        ("StatusCheckFailed_System", "AWS/EC2", 1),
        ("MemoryUsedPercent", "Evenkeel", 90),
        ("DiskUsedPercent", "Evenkeel", 80),
    ],
)
def test_an_alarm_watches_this_server(template, metric, namespace, threshold):
    alarms = resources(template, "AWS::CloudWatch::Alarm")
    [alarm] = [a for a in alarms if a["MetricName"] == metric]
    assert (alarm["Namespace"], alarm["Threshold"]) == (namespace, threshold)
    assert alarm["Dimensions"] == [{"Name": "InstanceId", "Value": {"Ref": "Server"}}]
    if namespace == "Evenkeel":
        assert alarm["TreatMissingData"] == "breaching", "a silent worker is an alarm too"


def test_a_change_never_replaces_what_holds_the_comments():
    denied = [s for s in KEEP_WHAT_HOLDS_DATA["Statement"] if s["Effect"] == "Deny"]
    assert denied[0]["Resource"] == ["LogicalResourceId/Server", "LogicalResourceId/Bucket"]
    assert set(denied[0]["Action"]) == {"Update:Replace", "Update:Delete"}


def test_the_image_is_never_looked_up_again(template):
    """A parameter that resolves to the newest image would replace the server at any change."""
    assert template["Parameters"]["ImageId"]["Type"] == "AWS::EC2::Image::Id"


def test_cloud_init_takes_the_user_data(template, tmp_path):
    if not shutil.which("cloud-init"):
        pytest.skip("no cloud-init: apt-get install cloud-init, disabled as .ci/run does")
    file = tmp_path / "user-data"
    file.write_text(user_data(template))
    checked = subprocess.run(
        ["cloud-init", "schema", "--config-file", file], capture_output=True, text=True
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_user_data_fits_and_holds_its_own_settings(template):
    text = user_data(template)
    assert len(text.encode()) < 16_384
    files = {file["path"]: file for file in yaml.safe_load(text)["write_files"]}
    told = json.loads(files["/etc/evenkeel/ec2.json"]["content"])
    assert told == {
        "bucket": "the-bucket",
        "region": "eu-west-1",
        "domain": "c.example.org",
        "mail": "me@example.org",
    }
