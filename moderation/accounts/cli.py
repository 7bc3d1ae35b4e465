"""`flask user`: people who may sign in, from the command line."""

from __future__ import annotations

import json

import click
from flask.cli import AppGroup

from moderation.accounts.authenticate import canonical_email, person_by_email
from moderation.accounts.links import address
from moderation.accounts.people import EmailTaken, Refused, everyone, invite, make_link
from moderation.audit.record import Actor
from moderation.web.context import current_settings
from moderation.web.permissions import Role

OPERATOR = Actor(None, "command line")

user_cli = AppGroup("user", help="People who may sign in.")
url_option = click.option(
    "--url", default="http://127.0.0.1:8000", show_default=True, help="Where the site answers."
)


@user_cli.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON array, for programs.")
def list_people(as_json: bool) -> None:
    """List everybody. Example: flask user list --json"""
    people = [
        {
            "email": user.email,
            "name": user.display_name,
            "role": str(user.role),
            "state": str(user.state),
            "last_seen_at": user.last_seen_at.isoformat() if user.last_seen_at else None,
        }
        for user in everyone()
    ]
    if as_json:
        click.echo(json.dumps(people, ensure_ascii=False, indent=2))
        return
    if not people:
        click.echo("Nobody yet. `flask prepare` prints the link that makes the first admin.")
    width = max((len(str(person["email"])) for person in people), default=0)
    for person in people:
        click.echo(
            f"{person['email']!s:<{width}}  {person['role']!s:<9}  {person['state']!s:<8}  "
            f"{person['name']}"
        )


@user_cli.command()
@click.argument("email")
@click.option("--name", required=True, help="How the desk calls them.")
@click.option(
    "--role",
    type=click.Choice([role.value for role in Role]),
    default=Role.MODERATOR.value,
    show_default=True,
)
@url_option
def create(email: str, name: str, role: str, url: str) -> None:
    """Invite somebody: prints the link where they set their password.

    Example: flask user create ana@example.org --name Ana --role admin
    """
    email, name = canonical_email(email), " ".join(name.split())
    if not 0 < len(name) <= 80:
        raise click.ClickException("A name has 1 to 80 characters.")
    user, _, host = email.partition("@")
    if not user or not host or "@" in host or len(email) > 254 or len(email.split()) > 1:
        raise click.ClickException(f"{email} is not an e-mail address.")
    hours = current_settings().link_hours
    try:
        _, token = invite(email, name, Role(role), OPERATOR, hours=hours)
    except EmailTaken:
        raise click.ClickException(
            f"{email} is there already. For a new link: flask user reset {email}"
        ) from None
    _print_link(name, url, token, hours)


@user_cli.command()
@click.argument("email")
@url_option
def reset(email: str, url: str) -> None:
    """Print a link that sets a new password. Example: flask user reset ana@example.org"""
    user = person_by_email(email)
    if user is None:
        raise click.ClickException(f"Nobody has the address {email}. See: flask user list")
    hours, name = current_settings().link_hours, user.display_name
    try:
        token = make_link(user.id, OPERATOR, hours=hours)
    except Refused as refusal:
        raise click.ClickException(str(refusal)) from None
    _print_link(name, url, token, hours)


def _print_link(name: str, url: str, token: str, hours: int) -> None:
    click.echo(f"For {name}, once, within {hours} hours:\n\n    {address(url, token)}\n")
