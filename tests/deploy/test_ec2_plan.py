"""What is asked is checked before AWS hears of it, and it has a price."""

import boto3
import pytest
from botocore.stub import Stubber

from deploy.ec2.plan import IMAGES, Plan, Refused, find_image
from deploy.ec2.prices import estimate


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"name": "1st"}, "--name"),
        ({"instance_type": "p4d.24xlarge"}, "--type"),
        ({"os": "windows"}, "--os"),
        ({"disk": 4}, "--disk"),
        ({"zone": "Z123"}, "--domain"),
    ],
)
def test_a_wrong_choice_is_refused_and_named(wrong, says):
    with pytest.raises(Refused, match=says):
        Plan(**({"name": "evenkeel"} | wrong))


@pytest.mark.parametrize("os", list(IMAGES))
@pytest.mark.parametrize(("size", "arch"), [("t3.micro", "amd64"), ("t4g.micro", "arm64")])
def test_the_image_is_the_newest_of_the_system_for_the_processor(os, size, arch):
    keys = {"region_name": "eu-west-1", "aws_access_key_id": "x", "aws_secret_access_key": "x"}
    ssm, ec2 = boto3.client("ssm", **keys), boto3.client("ec2", **keys)
    with Stubber(ssm) as parameters, Stubber(ec2) as images:
        name = IMAGES[os].replace("{arch}", arch)
        parameters.add_response("get_parameter", {"Parameter": {"Value": "ami-7"}}, {"Name": name})
        images.add_response(
            "describe_images",
            {"Images": [{"RootDeviceName": "/dev/xvda"}]},
            {"ImageIds": ["ami-7"]},
        )
        found = find_image(Plan("evenkeel", os=os, instance_type=size), ssm, ec2)
    assert found == {"ImageId": "ami-7", "RootDevice": "/dev/xvda"}


def test_an_image_that_is_not_there_is_refused():
    keys = {"region_name": "eu-west-1", "aws_access_key_id": "x", "aws_secret_access_key": "x"}
    ssm = boto3.client("ssm", **keys)
    with Stubber(ssm) as parameters:
        parameters.add_client_error("get_parameter", "ParameterNotFound")
        with pytest.raises(Refused, match="No image for ubuntu"):
            find_image(Plan("evenkeel"), ssm, None)


def test_a_month_counts_everything_and_says_where_the_prices_are_from():
    cost = estimate("us-east-1", "t3.micro", 16)
    lines = dict(cost.lines)
    assert lines["Server t3.micro, 730 hours"] == pytest.approx(7.59)  # 0.0104 an hour
    assert lines["Disk 16 GiB gp3, encrypted"] == pytest.approx(1.28)
    assert lines["Public IPv4 address"] == pytest.approx(3.65)
    assert cost.total == pytest.approx(sum(lines.values()))
    assert cost.date in cost.as_json()["prices_of"]
    assert "aws.amazon.com" in cost.source


def test_a_size_costs_twice_the_one_below_it():
    lines = [estimate("eu-west-1", f"t4g.{size}", 8).lines[0][1] for size in ("micro", "small")]
    assert lines[1] == pytest.approx(2 * lines[0], abs=0.02)


def test_a_region_without_prices_says_so():
    assert "No prices for sa-east-1" in estimate("sa-east-1", "t3.micro", 16).note
