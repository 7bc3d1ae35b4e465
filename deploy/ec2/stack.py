"""The stack: made, changed and deleted by CloudFormation, watched while it happens."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from deploy.ec2.plan import Plan, Refused

TEMPLATE = Path(__file__).with_name("template.yaml")
POLL = 5.0  # seconds
Tell = Callable[[str], None]

# The comments are on the server, the backups in the bucket: a change never takes them along.
KEEP_WHAT_HOLDS_DATA = {
    "Statement": [
        {"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"},
        {
            "Effect": "Deny",
            "Action": ["Update:Replace", "Update:Delete"],
            "Principal": "*",
            "Resource": ["LogicalResourceId/Server", "LogicalResourceId/Bucket"],
        },
    ]
}


def find(cloudformation: Any, name: str) -> dict[str, Any] | None:
    """The stack as AWS describes it, or None."""
    try:
        stacks = cloudformation.describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    return stacks[0] if stacks else None


def outputs(stack: dict[str, Any]) -> dict[str, str]:
    """What the template puts out: Bucket, Server, Address."""
    return {o["OutputKey"]: o["OutputValue"] for o in stack.get("Outputs", [])}


def parameters(stack: dict[str, Any]) -> dict[str, str]:
    """What the stack was made with."""
    return {p["ParameterKey"]: p["ParameterValue"] for p in stack.get("Parameters", [])}


def create(cloudformation: Any, plan: Plan, image: dict[str, str], tell: Tell) -> dict[str, Any]:
    """Make the stack and return it. Raises Refused with AWS's reason when it fails."""
    given = plan.parameters() | image
    made = cloudformation.create_stack(
        StackName=plan.name,
        TemplateBody=TEMPLATE.read_text(),
        Parameters=[{"ParameterKey": k, "ParameterValue": v} for k, v in given.items()],
        Capabilities=["CAPABILITY_IAM"],
        StackPolicyBody=json.dumps(KEEP_WHAT_HOLDS_DATA),
        EnableTerminationProtection=True,
        Tags=[{"Key": "evenkeel", "Value": plan.name}],
    )
    return _watch(cloudformation, made["StackId"], "CREATE_COMPLETE", set(), tell)


def propose(cloudformation: Any, stack: dict[str, Any], plan: Plan) -> tuple[str, list[str]]:
    """Ask AWS what a change to this plan would do: (its name, a line for each change).

    The image stays the one that the server was made from. No lines: nothing would change.
    """
    name = f"change-{int(time.time())}"
    image = {key: parameters(stack)[key] for key in ("ImageId", "RootDevice")}
    given = plan.parameters() | image
    cloudformation.create_change_set(
        StackName=plan.name,
        ChangeSetName=name,
        TemplateBody=TEMPLATE.read_text(),
        Parameters=[{"ParameterKey": k, "ParameterValue": v} for k, v in given.items()],
        Capabilities=["CAPABILITY_IAM"],
        Tags=[{"Key": "evenkeel", "Value": plan.name}],
    )
    while True:
        asked = cloudformation.describe_change_set(StackName=plan.name, ChangeSetName=name)
        if asked["Status"] not in ("CREATE_PENDING", "CREATE_IN_PROGRESS"):
            break
        time.sleep(POLL)
    lines = [_told(change["ResourceChange"]) for change in asked.get("Changes", [])]
    if asked["Status"] == "FAILED":
        withdraw(cloudformation, plan.name, name)
        reason = asked.get("StatusReason", "")
        if "didn't contain changes" not in reason and "No updates" not in reason:
            raise Refused(f"AWS cannot make this change: {reason}")
        return name, []
    return name, lines


def withdraw(cloudformation: Any, stack: str, change: str) -> None:
    """Forget a proposed change."""
    cloudformation.delete_change_set(StackName=stack, ChangeSetName=change)


def carry_out(cloudformation: Any, stack: str, change: str, tell: Tell) -> dict[str, Any]:
    """Make a proposed change and return the stack. Raises Refused when AWS takes it back."""
    old = {event["EventId"] for event in _events(cloudformation, stack)}
    cloudformation.execute_change_set(StackName=stack, ChangeSetName=change)
    return _watch(cloudformation, stack, "UPDATE_COMPLETE", old, tell)


def unprotect(cloudformation: Any, stack: dict[str, Any]) -> None:
    """Let the stack be deleted. Raises ClientError before anything is lost where that is denied."""
    if stack.get("EnableTerminationProtection"):
        cloudformation.update_termination_protection(
            EnableTerminationProtection=False, StackName=stack["StackId"]
        )


def delete(cloudformation: Any, stack: dict[str, Any], tell: Tell) -> None:
    """Delete the stack and wait until it is gone. Raises Refused when AWS cannot."""
    number = stack["StackId"]  # a deleted stack is known by it, no longer by its name
    old = {event["EventId"] for event in _events(cloudformation, number)}
    cloudformation.delete_stack(StackName=number)
    _watch(cloudformation, number, "DELETE_COMPLETE", old, tell)


def _watch(
    cloudformation: Any, number: str, wanted: str, told: set[str], tell: Tell
) -> dict[str, Any]:
    """Tell of each event that is not told yet until the stack rests; Refused if not as wanted."""
    while True:
        stack: dict[str, Any] = cloudformation.describe_stacks(StackName=number)["Stacks"][0]
        events = _events(cloudformation, number)
        for event in reversed(events):
            if event["EventId"] not in told:
                told.add(event["EventId"])
                tell(_line(event))
        status = stack["StackStatus"]
        if not status.endswith("IN_PROGRESS"):
            if status != wanted:
                raise Refused(
                    f"AWS ended with {status}. {_why(events)} Start over: script/ec2 down"
                )
            return stack
        time.sleep(POLL)


def _events(cloudformation: Any, number: str) -> list[dict[str, Any]]:
    """The newest events of a stack, the newest first."""
    events: list[dict[str, Any]] = cloudformation.describe_stack_events(StackName=number)[
        "StackEvents"
    ]
    return events


def _line(event: dict[str, Any]) -> str:
    reason = event.get("ResourceStatusReason", "")
    failed = f"  {reason}" if "FAILED" in event["ResourceStatus"] else ""
    return f"{event['ResourceStatus']:<22} {event['LogicalResourceId']}{failed}"


def _why(events: list[dict[str, Any]]) -> str:
    """The first failure, which caused the others."""
    failures = [e for e in events if "FAILED" in e["ResourceStatus"]]
    return _line(failures[-1]) if failures else "AWS gives no reason"


def _told(change: dict[str, Any]) -> str:
    replaced = " (a new one in its place)" if change.get("Replacement") == "True" else ""
    return f"{change['Action'].lower()} {change['LogicalResourceId']}{replaced}"
