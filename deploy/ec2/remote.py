"""Run a command on the server through Session Manager, and know whether it worked."""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable, Sequence
from typing import Any

from botocore.exceptions import ClientError

from deploy.ec2.plan import Refused

POLL = 3.0  # seconds
FOLLOW = 15.0  # seconds
LOG = "/var/log/cloud-init-output.log"
UNDER_WAY = {"Pending", "InProgress", "Delayed"}
MOST_SHOWN = 4000  # characters of what a failed command said


class RemoteFailed(Refused):
    """The command ran and failed, or could not be run; the message ends with what it said."""


def run(
    ssm: Any,
    server: str,
    command: Sequence[str] | str,
    *,
    timeout: int = 900,
    sleep: Callable[[float], None] = time.sleep,
) -> str:
    """Run it as root and return what it printed. Raises RemoteFailed unless it ends with 0."""
    line = command if isinstance(command, str) else shlex.join(command)
    sent = ssm.send_command(
        InstanceIds=[server],
        DocumentName="AWS-RunShellScript",
        Parameters={"commands": [line], "executionTimeout": [str(timeout)]},
        TimeoutSeconds=120,  # for the server to take it up
    )
    number = sent["Command"]["CommandId"]
    for _ in range(int((timeout + 180) / POLL)):
        answer = _invocation(ssm, number, server)
        if answer is not None and answer["Status"] not in UNDER_WAY:
            break
        sleep(POLL)
    else:
        raise RemoteFailed(f"The server gave no answer within {timeout} seconds: {line}")
    said: str = answer["StandardOutputContent"]
    if answer["Status"] != "Success":
        tail = (said + answer["StandardErrorContent"])[-MOST_SHOWN:]
        code = answer.get("ResponseCode", -1)
        raise RemoteFailed(f"{answer['Status']} (exit {code}) on the server: {line}\n{tail}")
    return said


def _invocation(ssm: Any, number: str, server: str) -> dict[str, Any] | None:
    try:
        answer: dict[str, Any] = ssm.get_command_invocation(CommandId=number, InstanceId=server)
        return answer
    except ClientError as error:
        if error.response["Error"]["Code"] == "InvocationDoesNotExist":
            return None  # sent, but not yet known
        raise


def wait_until_reachable(
    ssm: Any, server: str, *, timeout: int = 900, sleep: Callable[[float], None] = time.sleep
) -> None:
    """Wait until the server's agent has called. Raises RemoteFailed after `timeout` seconds."""
    for _ in range(int(timeout / POLL)):
        if is_reachable(ssm, server):
            return
        sleep(POLL)
    raise RemoteFailed(
        f"The server did not call Session Manager within {timeout} seconds. What it said while it"
        f" started: aws ec2 get-console-output --latest --instance-id {server}"
    )


def follow_installation(
    ssm: Any,
    server: str,
    tell: Callable[[str], None],
    *,
    timeout: int = 1800,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Tell what the server does until it is installed. Raises RemoteFailed when it cannot be."""
    told = ""
    for _ in range(int(timeout / FOLLOW)):
        said = run(ssm, server, f"cloud-init status | head -n 1; tail -n 1 {LOG}")
        state, _, last = said.partition("\n")
        if last.strip() not in ("", told):
            told = last.strip()
            tell(f"  {told}")
        if "done" in state:
            return
        if "error" in state:
            raise RemoteFailed("The installation failed:\n" + run(ssm, server, f"tail -n 40 {LOG}"))
        sleep(FOLLOW)
    raise RemoteFailed(f"The server is still installing itself after {timeout} seconds.")


def is_reachable(ssm: Any, server: str) -> bool:
    """Whether commands reach the server now."""
    filters = [{"Key": "InstanceIds", "Values": [server]}]
    known = ssm.describe_instance_information(Filters=filters)["InstanceInformationList"]
    return bool(known) and known[0]["PingStatus"] == "Online"
