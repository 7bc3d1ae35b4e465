"""What may go on costing after a stack is deleted: looked for by name, and removed.

CloudFormation reports a deletion as complete although it left what it was told to keep, and a disk
may outlive its server. The bill is the one place where that would be seen, so this looks first.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError


@dataclass
class Billed:
    """What the stack has that costs: remembered before it is deleted."""

    bucket: str = ""
    servers: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)  # such as 203.0.113.7
    volumes: list[str] = field(default_factory=list)


def remember(cloudformation: Any, ec2: Any, stack: str) -> Billed:
    """Everything of this stack that costs."""
    billed = Billed()
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
    for item in (item for page in pages for item in page["StackResourceSummaries"]):
        number = item.get("PhysicalResourceId", "")
        match item["ResourceType"]:
            case "AWS::S3::Bucket":
                billed.bucket = number
            case "AWS::EC2::EIP":
                billed.addresses.append(number)
            case "AWS::EC2::Instance":
                billed.servers.append(number)
    for server in _servers(ec2, billed.servers):
        disks = server.get("BlockDeviceMappings", [])
        billed.volumes += [disk["Ebs"]["VolumeId"] for disk in disks]
    return billed


def remove(ec2: Any, s3: Any, billed: Billed) -> list[str]:
    """Remove what is left after the deletion. Returns a line for each thing that it found.

    Raises ClientError when AWS refuses to remove one.
    """
    found = []
    for server in _servers(ec2, billed.servers):
        if server["State"]["Name"] != "terminated":
            ec2.terminate_instances(InstanceIds=[server["InstanceId"]])
            found.append(f"server {server['InstanceId']}")
    for address in ec2.describe_addresses()["Addresses"]:
        if address["PublicIp"] in billed.addresses:
            ec2.release_address(AllocationId=address["AllocationId"])
            found.append(f"address {address['PublicIp']}")
    if billed.volumes:
        found += _remove_disks(ec2, billed.volumes)
    if billed.bucket and _bucket_exists(s3, billed.bucket):
        s3.delete_bucket(Bucket=billed.bucket)
        found.append(f"bucket {billed.bucket}")
    return found


def _servers(ec2: Any, numbers: list[str]) -> list[dict[str, Any]]:
    if not numbers:
        return []
    # By a filter: asked for by its identifier, a server that is gone is an error.
    filters = [{"Name": "instance-id", "Values": numbers}]
    answer = ec2.describe_instances(Filters=filters)
    return [server for group in answer["Reservations"] for server in group["Instances"]]


def _remove_disks(ec2: Any, volumes: list[str]) -> list[str]:
    """Snapshots that somebody made of the disks, and disks that outlived the server."""
    found = []
    of_them = [{"Name": "volume-id", "Values": volumes}]
    for snapshot in ec2.describe_snapshots(OwnerIds=["self"], Filters=of_them)["Snapshots"]:
        ec2.delete_snapshot(SnapshotId=snapshot["SnapshotId"])
        found.append(f"snapshot {snapshot['SnapshotId']}")
    for volume in ec2.describe_volumes(Filters=of_them)["Volumes"]:
        if volume["State"] == "available":
            ec2.delete_volume(VolumeId=volume["VolumeId"])
            found.append(f"disk {volume['VolumeId']}")
    return found


def _bucket_exists(s3: Any, bucket: str) -> bool:
    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError:
        return False
    return True
