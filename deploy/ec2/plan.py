"""What shall be made: the choices of the operator, checked before AWS hears of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

# Where the makers of the systems publish the identifier of their newest image.
UBUNTU = "/aws/service/canonical/ubuntu/server"
IMAGES = {
    "ubuntu-24.04": UBUNTU + "/24.04/stable/current/{arch}/hvm/ebs-gp3/ami-id",
    "debian-12": "/aws/service/debian/release/12/latest/{arch}",
    "debian-13": "/aws/service/debian/release/13/latest/{arch}",
}
TYPE = re.compile(r"(t3a?|t4g)\.(micro|small|medium|large|xlarge|2xlarge)")

WHAT_IS_MADE = """\
a network of its own with one subnet, and a firewall that lets in ports 80 and 443 only
a server {type} with {os}, {disk} GiB of encrypted disk, no SSH and no key: Session Manager instead
a fixed public address{record}
a private bucket with versions for releases and backups
a role that may use that bucket, its own metrics and Session Manager, nothing else
four alarms: status, broken hardware (moves the server by itself), memory, disk{mail}"""


class Refused(Exception):
    """It cannot be done as asked; the message says why and what to do."""


@dataclass(frozen=True)
class Plan:
    """The choices for one stack."""

    name: str
    instance_type: str = "t3.micro"
    os: str = "ubuntu-24.04"
    disk: int = 16  # GiB
    domain: str = ""
    zone: str = ""
    mail: str = ""
    image: str = ""  # instead of `os`: one's own

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]{0,40}", self.name):
            raise Refused(f"--name {self.name!r}: a letter, then letters, digits and hyphens.")
        if not TYPE.fullmatch(self.instance_type):
            raise Refused(f"--type {self.instance_type}: one of t3, t3a, t4g, micro or larger.")
        if self.os not in IMAGES:
            raise Refused(f"--os {self.os}: one of {', '.join(IMAGES)}.")
        if not 8 <= self.disk <= 1000:
            raise Refused(f"--disk {self.disk}: between 8 and 1000 GiB.")
        if self.zone and not self.domain:
            raise Refused("--zone names a hosted zone: then --domain is needed too.")

    @property
    def arch(self) -> str:
        """The processor: arm64 for t4g, amd64 for the others."""
        return "arm64" if self.instance_type.startswith("t4g.") else "amd64"

    def told(self) -> list[str]:
        """What will be made, a line for each thing."""
        record = f", and {self.domain} pointing to it" if self.zone else ""
        mail = f"; mail to {self.mail}" if self.mail else ""
        system = self.image or self.os
        text = WHAT_IS_MADE.format(
            type=self.instance_type, os=system, disk=self.disk, record=record, mail=mail
        )
        return text.splitlines()

    def parameters(self) -> dict[str, str]:
        """What the template is given, besides the image."""
        return {
            "InstanceType": self.instance_type,
            "DiskGiB": str(self.disk),
            "Domain": self.domain,
            "HostedZoneId": self.zone,
            "Mail": self.mail,
        }


def find_image(plan: Plan, ssm: Any, ec2: Any) -> dict[str, str]:
    """The image of the system and what it calls its disk, as parameters of the template.

    Looked up once, when a server is made: another image would replace the server. Raises Refused
    where there is none.
    """
    name = IMAGES[plan.os].format(arch=plan.arch)
    try:
        image = plan.image or ssm.get_parameter(Name=name)["Parameter"]["Value"]
        found = ec2.describe_images(ImageIds=[image])["Images"]
    except ClientError as error:
        raise Refused(f"No image for {plan.image or plan.os} in this region: {error}") from None
    if not found:
        raise Refused(f"There is no image {image} in this region.")
    return {"ImageId": image, "RootDevice": found[0]["RootDeviceName"]}
