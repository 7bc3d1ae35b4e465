"""One conversation with AWS: the account, the clients, and errors as sentences."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import boto3
import click
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from deploy.ec2 import stack as stacks
from deploy.ec2.plan import Refused


class Session:
    """AWS as the operator's own configuration reaches it, and the one stack that is meant."""

    def __init__(self, name: str, region: str | None, as_json: bool) -> None:
        self.name = name
        self.as_json = as_json
        self._aws = boto3.Session(region_name=region)
        if not self._aws.region_name:
            raise Refused("Which region? --region eu-west-1, or AWS_REGION, or aws configure.")
        self.region: str = self._aws.region_name

    @cached_property
    def cloudformation(self) -> Any:
        """The client that makes stacks."""
        return self._aws.client("cloudformation")

    @cached_property
    def ec2(self) -> Any:
        """The client that knows servers, disks and addresses."""
        return self._aws.client("ec2")

    @cached_property
    def s3(self) -> Any:
        """The client that knows the bucket."""
        return self._aws.client("s3")

    @cached_property
    def ssm(self) -> Any:
        """The client that reaches the server."""
        return self._aws.client("ssm")

    @cached_property
    def cloudwatch(self) -> Any:
        """The client that knows the alarms."""
        return self._aws.client("cloudwatch")

    def account(self) -> str:
        """The number of the account. The first call, so it also proves the credentials."""
        number: str = self._aws.client("sts").get_caller_identity()["Account"]
        return number

    def stack(self) -> dict[str, Any]:
        """The stack, which has to be there."""
        found = stacks.find(self.cloudformation, self.name)
        if found is None:
            raise Refused(f"There is no stack {self.name} in {self.region}. Make it: script/ec2 up")
        return found

    def made(self) -> dict[str, str]:
        """What the stack put out: Bucket, Server, Address."""
        stack = self.stack()
        made = stacks.outputs(stack)
        if not made:
            raise Refused(f"The stack is {stack['StackStatus']}: it has no server.")
        return made

    def tell(self, line: str) -> None:
        """Progress: to the terminal's side, so that --json stays clean."""
        click.echo(line, err=True)

    def confirm(self, question: str, yes: bool) -> None:
        """Go on only after a yes. With --json nobody is asked: --yes says it."""
        if yes:
            return
        if self.as_json:
            raise Refused("With --json nothing is asked. Add --yes if you mean it.")
        click.confirm(question, abort=True, err=True)

    def answer(self, value: dict[str, Any], lines: list[str]) -> None:
        """The result, for people or for machines."""
        if self.as_json:
            click.echo(json.dumps(value))
        else:
            click.echo("\n".join(lines))


@contextmanager
def said_plainly() -> Iterator[None]:
    """Turn what goes wrong into a sentence and exit code 1."""
    try:
        yield
    except Refused as refused:
        raise click.ClickException(str(refused)) from None
    except (BotoCoreError, ClientError, ResponseParserError) as error:
        raise click.ClickException(f"AWS: {error}") from None
