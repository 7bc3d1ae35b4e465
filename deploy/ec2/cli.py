"""`script/ec2 up | status | deploy | logs | backup | restore | down`."""

from __future__ import annotations

import functools
import json
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from botocore.exceptions import ClientError

from deploy.ec2 import bucket, leftovers, prices, remote
from deploy.ec2 import stack as stacks
from deploy.ec2.plan import IMAGES, Plan, Refused, find_image
from deploy.ec2.session import Session, said_plainly

ROOT = Path(__file__).resolve().parents[2]
ON_SERVER = "/usr/bin/python3 /opt/evenkeel/current/deploy/ec2/on_server.py"
MOST = "tail -c 23000"  # Session Manager hands on 24,000 characters, the first ones
UNITS = "-u evenkeel-web -u evenkeel-jobs -u nginx"


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Evenkeel on EC2, in your own AWS account. Example: script/ec2 up --domain c.example.org

    Credentials are those of the AWS command line: AWS_PROFILE, aws configure, or its variables.
    """


def verb(command: Callable[..., None]) -> Callable[..., None]:
    """A command of `script/ec2`: with a session, and with errors said plainly."""

    @main.command(name=command.__name__.rstrip("_"))
    @click.option("--name", default="evenkeel", show_default=True, help="The stack's name.")
    @click.option("--region", envvar="AWS_REGION", help="Where. Default: AWS's own setting.")
    @click.option("--json", "as_json", is_flag=True, help="Answer in JSON; progress to stderr.")
    @functools.wraps(command)
    def run(name: str, region: str | None, as_json: bool, **options: Any) -> None:
        with said_plainly():
            command(Session(name, region, as_json), **options)

    return run


yes_option = click.option("--yes", is_flag=True, help="Do not ask.")
release_option = click.option(
    "--release",
    type=click.Path(path_type=Path),
    help="An archive that script/release made. Default: make one of this checkout.",
)


@verb
@click.option("--type", "instance_type", default="t3.micro", show_default=True, help="Its size.")
@click.option("--os", default="ubuntu-24.04", show_default=True, type=click.Choice(list(IMAGES)))
@click.option("--disk", default=16, show_default=True, help="GiB.")
@click.option("--domain", default="", help="The site's name; TLS by Let's Encrypt.")
@click.option("--zone", default="", help="The Route 53 hosted zone that gets the record.")
@click.option("--mail", default="", help="Where alarms are sent.")
@click.option("--image", default="", help="An image of your own, instead of --os.")
@click.option("--no-wait", is_flag=True, help="Return once the server is made, while it installs.")
@release_option
@yes_option
def up(aws: Session, *, release: Path | None, yes: bool, no_wait: bool, **choices: Any) -> None:
    """Make the server, or change the one there is. Shows what it will do and what it costs first.

    Safe to repeat: it goes on where it was interrupted.

    Example: script/ec2 up --region eu-west-1 --domain comments.example.org --mail me@example.org
    """
    plan = Plan(name=aws.name, **choices)
    aws.tell(f"Account {aws.account()}, region {aws.region}, stack {plan.name}\n")
    there = stacks.find(aws.cloudformation, plan.name)
    stack = _change(aws, there, plan, yes) if there else _make(aws, plan, yes)
    made = stacks.outputs(stack)
    if bucket.current_release(aws.s3, made["Bucket"]) is None:
        _publish(aws, made["Bucket"], release)
    url = f"https://{plan.domain or made['Address']}"
    lines = [f"Evenkeel answers at {url}"]
    if not no_wait:
        aws.tell("The server installs itself: about ten minutes")
        remote.wait_until_reachable(aws.ssm, made["Server"])
        remote.follow_installation(aws.ssm, made["Server"], aws.tell)
        lines.append(remote.run(aws.ssm, made["Server"], f"{ON_SERVER} prepare {url}").strip())
    if plan.domain and not plan.zone:
        lines.append(f"Point {plan.domain} to {made['Address']}, then: script/ec2 deploy")
    aws.answer(made | {"Url": url, "Cost": _cost(aws, plan).as_json()}, lines)


def _make(aws: Session, plan: Plan, yes: bool) -> dict[str, Any]:
    """Make the stack, after showing what it holds and costs."""
    image = find_image(plan, aws.ssm, aws.ec2)
    aws.tell("This will be made:\n" + "\n".join(f"  - {line}" for line in plan.told()))
    _tell_cost(aws, _cost(aws, plan))
    aws.confirm("\nMake it?", yes)
    return stacks.create(aws.cloudformation, plan, image, aws.tell)


def _change(aws: Session, stack: dict[str, Any], plan: Plan, yes: bool) -> dict[str, Any]:
    """Bring a stack that is there to this plan, after showing what AWS would do."""
    if not stacks.outputs(stack):
        raise Refused(f"The stack is {stack['StackStatus']}. Delete it first: script/ec2 down")
    change, lines = stacks.propose(aws.cloudformation, stack, plan)
    if not lines:
        aws.tell("The stack is as you say already. New code comes with: script/ec2 deploy")
        return stack
    aws.tell("AWS would change:\n" + "\n".join(f"  - {line}" for line in lines))
    _tell_cost(aws, _cost(aws, plan))
    try:
        aws.confirm("\nChange it? The server may restart.", yes)
    except (click.Abort, Refused):
        stacks.withdraw(aws.cloudformation, plan.name, change)
        raise
    return stacks.carry_out(aws.cloudformation, plan.name, change, aws.tell)


def _publish(aws: Session, to: str, release: Path | None) -> dict[str, str]:
    """Bring a release into the bucket and make the server install it from now on."""
    with tempfile.TemporaryDirectory() as folder:
        archive = release or _make_release(Path(folder))
        aws.tell(f"{archive.name} goes to {to}")
        uploaded = bucket.upload_release(aws.s3, to, archive)
    bucket.name_release(aws.s3, to, uploaded)
    return uploaded


def _cost(aws: Session, plan: Plan) -> prices.Estimate:
    return prices.estimate(aws.region, plan.instance_type, plan.disk)


def _tell_cost(aws: Session, cost: prices.Estimate) -> None:
    aws.tell(f"\nAbout {cost.total:.2f} USD a month:")
    for what, usd in cost.lines:
        aws.tell(f"  {usd:6.2f}  {what}")
    aws.tell(f"Prices of {cost.date}: {cost.source}\n{cost.note}")


def _make_release(folder: Path) -> Path:
    """Make a release archive of this checkout."""
    command = [str(ROOT / "script/release"), "--to", str(folder)]
    try:
        subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)  # noqa: S603
    except (OSError, subprocess.CalledProcessError) as error:
        raise Refused(f"No release could be made: {error}") from None
    return next(folder.glob("evenkeel-*.tar.gz"))


@verb
def status(aws: Session) -> None:
    """Tell how the server does. Example: script/ec2 status --json"""
    made, stack = aws.made(), aws.stack()
    given = stacks.parameters(stack)
    site = _site(aws, made["Server"])
    alarms = aws.cloudwatch.describe_alarms(AlarmNamePrefix=f"{aws.name}-")["MetricAlarms"]
    cost = prices.estimate(aws.region, given["InstanceType"], int(given["DiskGiB"]))
    value = made | {
        "Stack": stack["StackStatus"],
        "Url": f"https://{given.get('Domain') or made['Address']}",
        "Site": site,
        "Alarms": {alarm["AlarmName"]: alarm["StateValue"] for alarm in alarms},
        "LastBackup": bucket.last_backup(aws.s3, made["Bucket"]),
        "Cost": cost.as_json(),
    }
    aws.answer(value, [f"{key:<11} {_shown(shown)}" for key, shown in value.items()])


def _site(aws: Session, server: str) -> Any:
    """What the site says of itself; why it could not be asked, where it could not."""
    try:
        if not remote.is_reachable(aws.ssm, server):
            return "not reachable through Session Manager"
        return json.loads(remote.run(aws.ssm, server, f"{ON_SERVER} status"))
    except (Refused, ClientError, ValueError) as error:  # the rest of the answer still counts
        return f"cannot be asked: {str(error).splitlines()[0]}"


def _shown(value: Any) -> str:
    match value:
        case {"usd_per_month": usd, "prices_of": date}:
            return f"about {usd:.2f} USD a month (prices of {date})"
        case {"version": version, "health": health}:
            return f"{version}, {json.dumps(health)}"
        case {"key": key, "at": at}:
            return f"{key}, {at}"
        case dict():
            return ", ".join(f"{name} {state}" for name, state in value.items()) or "none"
        case None:
            return "none"
    return str(value)


@verb
@release_option
@yes_option
def deploy(aws: Session, release: Path | None, yes: bool) -> None:
    """Upgrade the site to this checkout. The server goes back by itself where it does not answer.

    Example: script/ec2 deploy --yes
    """
    made = aws.made()
    before = bucket.current_release(aws.s3, made["Bucket"])
    was = before["version"] if before else "nothing"
    aws.confirm(f"Upgrade {aws.name} from {was} to {release or 'this checkout'}?", yes)
    new = _publish(aws, made["Bucket"], release)
    try:
        said = remote.run(aws.ssm, made["Server"], "/usr/local/sbin/evenkeel-upgrade", timeout=1800)
    except Refused:
        if before:  # or a server made anew would install what has just failed
            bucket.name_release(aws.s3, made["Bucket"], before)
        raise
    aws.tell(said)
    aws.answer({"version": new["version"], "before": before}, [f"{new['version']} runs."])


@verb
@click.option("--lines", default=100, show_default=True, type=click.IntRange(1, 2000))
def logs(aws: Session, lines: int) -> None:
    """Show what the site logged last. Example: script/ec2 logs --lines 200"""
    server = aws.made()["Server"]
    said = remote.run(aws.ssm, server, f"journalctl --no-pager -n {lines} {UNITS} | {MOST}")
    aws.answer({"lines": said.splitlines()}, [said.rstrip()])


@verb
def backup(aws: Session) -> None:
    """Make a backup now and put it into the bucket. Example: script/ec2 backup"""
    made = aws.made()
    done = _backup(aws, made["Server"])
    aws.answer(done, [f"s3://{made['Bucket']}/{done['key']}, {done['bytes']} bytes"])


def _backup(aws: Session, server: str) -> dict[str, Any]:
    said = remote.run(aws.ssm, server, f"{ON_SERVER} backup", timeout=3600)
    done: dict[str, Any] = json.loads(said.splitlines()[-1])
    return done


@verb
@click.argument("key", default="last")
@yes_option
def restore(aws: Session, key: str, yes: bool) -> None:
    """Put a backup of the bucket in place of the site's data. Example: script/ec2 restore last"""
    made = aws.made()
    if key == "last":
        newest = bucket.last_backup(aws.s3, made["Bucket"])
        if newest is None:
            raise Refused("The bucket holds no backup.")
        key = newest["key"]
    if not key.startswith("backups/"):
        raise Refused(f"{key} is no backup: they are called backups/…")
    aws.confirm(f"Replace all data of {aws.name} by {key}?", yes)
    said = remote.run(aws.ssm, made["Server"], [*ON_SERVER.split(), "restore", key], timeout=3600)
    done = json.loads(said.splitlines()[-1])
    aws.answer(done, [f"{key} is in place."])


@verb
@click.option(
    "--keep-backup",
    type=click.Path(path_type=Path, file_okay=False),
    help="Make a last backup and bring it into this folder here, before all is deleted.",
)
@yes_option
def down(aws: Session, keep_backup: Path | None, yes: bool) -> None:
    """Delete everything, so that nothing is billed any more: server, address, bucket, backups.

    Example: script/ec2 down --keep-backup ~/backups
    """
    stack = aws.stack()
    billed = leftovers.remember(aws.cloudformation, aws.ec2, aws.name)
    aws.tell(f"Account {aws.account()}, region {aws.region}: stack {aws.name} will be deleted,")
    aws.tell("with every comment, every backup and every release in its bucket.")
    aws.confirm("Delete it?", yes)
    kept = None
    if keep_backup is not None:
        kept = _keep_backup(aws, aws.made(), keep_backup)
        aws.tell(f"The last backup is {kept}")
    stacks.unprotect(aws.cloudformation, stack)
    if billed.bucket:
        aws.tell(f"{bucket.empty(aws.s3, billed.bucket)} versions deleted from {billed.bucket}")
    stacks.delete(aws.cloudformation, stack, aws.tell)
    found = leftovers.remove(aws.ec2, aws.s3, billed)
    lines = [f"Removed what the deletion had left: {line}" for line in found]
    lines.append("Nothing of it is billed any more.")
    if kept:
        lines.append(f"The last backup: {kept}")
    aws.answer({"deleted": aws.name, "left_and_removed": found, "backup": kept}, lines)


def _keep_backup(aws: Session, made: dict[str, str], folder: Path) -> str:
    """A fresh backup, brought here. Raises Refused, with everything still there, if it fails."""
    if remote.is_reachable(aws.ssm, made["Server"]):
        _backup(aws, made["Server"])
    newest = bucket.last_backup(aws.s3, made["Bucket"])
    if newest is None:
        raise Refused("There is no backup and the server cannot be reached. Nothing was deleted.")
    return str(bucket.fetch_backup(aws.s3, made["Bucket"], newest["key"], folder))
