"""Every setting, its default and its help text, read once from the environment.

A value that cannot be right stops the start with a sentence that says what to do.
`docs/settings.md` lists the same settings; a test holds the two together.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from moderation.secret_files import SUFFIX, secret_from_file

PREFIX = "EVENKEEL_"
ROOT = Path(__file__).resolve().parent.parent
PAGE_KEY = r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}"  # what a page may be called: see /p/<key>


class SettingsError(Exception):
    """A setting is wrong; the message names it and says what to do."""


def setting(
    default: Any,
    help: str,
    *,
    env: str = "",
    at_least: float | None = None,
    secret: bool = False,
) -> Any:
    """Declare a setting: its default, what it is for, and its lowest sensible value.

    A `secret` may stand in a file: see secret_files.py. It is in no `repr`.
    """
    about = {"help": help, "env": env, "at_least": at_least, "secret": secret}
    return field(default=default, metadata=about, repr=not secret)


@dataclass(frozen=True)
class Settings:
    """The running configuration. `Settings.read(os.environ)` makes it."""

    instance: Path = setting(
        ROOT / "instance", "Folder of what this installation owns: database, secret key, jobs."
    )
    models: Path = setting(ROOT / "models", "Folder that holds the trained artefact's folder.")
    database_url: str = setting(
        "",
        "Where comments are stored: postgresql://user:password@host/name. "
        "Empty: SQLite in the instance folder.",
        env="DATABASE_URL",
        secret=True,
    )
    redis_url: str = setting(
        "",
        "redis://host:6379/0, so that several machines share rate limits and jobs. "
        "Empty: each worker counts for itself, jobs wait in SQLite.",
        env="REDIS_URL",
        secret=True,
    )
    secret_key: str = setting(
        "",
        "Signs sessions and links; at least 32 characters. "
        "Empty: made once and kept in the instance folder. Several machines need the same one.",
        env="SECRET_KEY",
        secret=True,
    )
    site_name: str = setting("Evenkeel", "The name on every page.")
    default_page: str = setting("home", "The page key that / shows.")
    https: bool = setting(
        False, "The site is served over HTTPS: secure cookies, HSTS and a redirect from HTTP."
    )
    trusted_proxies: int = setting(
        0, "How many proxies in front may be believed about the client's address.", at_least=0
    )
    allowed_hosts: str = setting(
        "",
        "The names under which the site answers, with commas between; .example.org is every name "
        "under it. Empty: the host of EVENKEEL_PUBLIC_URL, and any name where that is empty too.",
    )
    session_hours: int = setting(
        12, "Hours after which an idle person is asked to sign in again.", at_least=1
    )
    comment_limit: str = setting(
        "10 per minute; 100 per hour", "How many comments one address may send."
    )
    try_limit: str = setting("30 per minute", "How many trial texts one address may score.")
    scorer_timeout: float = setting(
        5.0, "Seconds a comment may take to score before it is held unscored.", at_least=0.05
    )
    sign_in_tries: int = setting(
        5, "Wrong passwords in a row after which an account waits.", at_least=1
    )
    sign_in_wait: int = setting(
        900, "Seconds that an account waits after too many wrong passwords.", at_least=1
    )
    link_hours: int = setting(72, "Hours for which an invitation or reset link works.", at_least=1)
    backup_folder: str = setting(
        "", "Where the worker writes a backup every night, and drops old ones. Empty: nowhere."
    )
    public_url: str = setting(
        "", "Where the public reaches the site, such as https://comments.example.org: for links."
    )
    webhook_url: str = setting(
        "", "Where a change of a comment's status is posted to, signed. Empty: nowhere."
    )
    webhook_secret: str = setting(
        "", "Signs what is posted to EVENKEEL_WEBHOOK_URL; at least 24 characters.", secret=True
    )
    smtp_url: str = setting(
        "",
        "smtp://user:password@host:587 or smtps://…:465: tells authors who gave an e-mail address "
        "what a moderator decided. Empty: no mail.",
        env="SMTP_URL",
        secret=True,
    )
    mail_from: str = setting("", "The sender of mails; needed with SMTP_URL.")
    cloudwatch_namespace: str = setting(
        "",
        "On an EC2 server: the worker sends the use of memory and disk to this namespace of "
        "CloudWatch every minute, as the server's own role. Empty: nowhere.",
    )
    metrics_token: str = setting(
        "",
        "What Prometheus shows to read /metrics (Authorization: Bearer); at least 24 characters. "
        "Empty: nobody may.",
        secret=True,
    )
    log_level: str = setting("INFO", "DEBUG, INFO, WARNING or ERROR.")

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Settings:
        """Read the settings from an environment.

        Raises SettingsError for a value that does not parse, an unknown EVENKEEL_ name,
        and for Flask's debugger, which would let any visitor run code.
        """
        if _truth("FLASK_DEBUG", environ.get("FLASK_DEBUG", "no")):
            raise SettingsError(
                "FLASK_DEBUG is on: its debugger lets visitors run code here. Unset it."
            )
        known = {env_name(f): f for f in fields(cls)}
        secrets_known = [name for name, f in known.items() if f.metadata["secret"]]
        allowed = {*known, *(name + SUFFIX for name in secrets_known), *FOR_TESTS}
        unknown = sorted(n for n in environ if n.startswith(PREFIX) and n not in allowed)
        if unknown:
            raise SettingsError(
                f"{unknown[0]} is not a setting. Did you mistype it? docs/settings.md lists them."
            )
        given = {**environ, **_from_files(secrets_known, environ)}
        values = {
            f.name: _parse(name, given[name], f.default)
            for name, f in known.items()
            if given.get(name)
        }
        settings = cls(**values)
        settings._check()
        return settings

    def _check(self) -> None:
        for f in fields(self):
            least = f.metadata["at_least"]
            if least is not None and getattr(self, f.name) < least:
                raise SettingsError(f"{env_name(f)} must be at least {least}.")
        if self.secret_key and len(self.secret_key) < 32:
            raise SettingsError("SECRET_KEY must have at least 32 characters; or leave it unset.")
        if self.database_url and not self.database_url.startswith(("postgresql://", "sqlite://")):
            raise SettingsError("DATABASE_URL must begin with postgresql:// (or be unset: SQLite).")
        if self.database_url and self.redis_url and not self.secret_key:
            raise SettingsError(
                "SECRET_KEY must be set where DATABASE_URL and REDIS_URL are, to the same on every"
                " machine: a session that one of them signed must be good on the others."
            )
        if self.redis_url and not self.redis_url.startswith(("redis://", "rediss://", "unix://")):
            raise SettingsError("REDIS_URL must begin with redis://, rediss:// or unix://.")
        self._check_what_leaves()
        if not re.fullmatch(PAGE_KEY, self.default_page):
            raise SettingsError(
                "EVENKEEL_DEFAULT_PAGE must be a page key: 1 to 100 letters, digits, dots,"
                " dashes or underscores, a letter or digit first."
            )
        if self.log_level not in ("DEBUG", "INFO", "WARNING", "ERROR"):
            raise SettingsError("EVENKEEL_LOG_LEVEL must be DEBUG, INFO, WARNING or ERROR.")

    def _check_what_leaves(self) -> None:
        for name in ("public_url", "webhook_url"):
            if getattr(self, name) and not re.match(r"https?://[^/\s]+", getattr(self, name)):
                raise SettingsError(f"EVENKEEL_{name.upper()} must begin with https:// or http://.")
        if self.webhook_url and len(self.webhook_secret) < 24:
            raise SettingsError(
                "EVENKEEL_WEBHOOK_SECRET must have at least 24 characters: without it nobody can"
                " tell that a message is yours."
            )
        if self.metrics_token and len(self.metrics_token) < 24:
            raise SettingsError("EVENKEEL_METRICS_TOKEN must have at least 24 characters.")
        if self.smtp_url and not self.smtp_url.startswith(("smtp://", "smtps://")):
            raise SettingsError("SMTP_URL must begin with smtp:// or smtps://.")
        if self.smtp_url and not (self.mail_from and self.public_url):
            raise SettingsError(
                "SMTP_URL needs EVENKEEL_MAIL_FROM and EVENKEEL_PUBLIC_URL: a mail has a sender"
                " and a link."
            )

    @property
    def metrics(self) -> Path:
        """The folder in which the processes of this machine count."""
        return self.instance / "metrics"

    @property
    def jobs(self) -> Path:
        """The file of the worker's queue, where it is not in Redis."""
        return self.instance / "jobs.sqlite"

    @property
    def hosts(self) -> list[str]:
        """The names under which the site answers; none: under any."""
        named = [host.strip() for host in self.allowed_hosts.split(",") if host.strip()]
        public = urlsplit(self.public_url).hostname
        return named or ([public] if public else [])

    @property
    def database(self) -> str:
        """The SQLAlchemy URL of the database."""
        if self.database_url:
            return self.database_url.replace("postgresql://", "postgresql+psycopg://", 1)
        return f"sqlite:///{self.instance / 'evenkeel.sqlite'}"

    def signing_key(self) -> str:
        """The secret key: the one set, or one made at the first start and kept, mode 0600."""
        if self.secret_key:
            return self.secret_key
        self.instance.mkdir(parents=True, exist_ok=True)
        kept = self.instance / "secret_key"
        if not kept.exists():
            _keep_new_key(kept)
        key = kept.read_text("ascii").strip()
        if len(key) < 32:
            raise SettingsError(f"{kept} is too short to sign with. Delete it and start again.")
        return key


# Read by the test suite, never by the application.
FOR_TESTS = {"EVENKEEL_NO_SKIP", "EVENKEEL_TEST_POSTGRESQL", "EVENKEEL_TEST_REDIS"}


def env_name(f: Any) -> str:
    """The environment variable of a setting."""
    return str(f.metadata["env"]) or PREFIX + f.name.upper()


def described() -> list[tuple[str, str, str]]:
    """Each setting as (environment variable, default as text, help)."""
    rows = []
    for f in fields(Settings):
        default = f.default if f.default is not MISSING else ""
        if isinstance(default, Path):
            default = default.relative_to(ROOT)
        rows.append((env_name(f), str(default), f.metadata["help"]))
    return rows


def _from_files(names: list[str], environ: Mapping[str, str]) -> dict[str, str]:
    """The secrets that stand in files. Raises SettingsError."""
    try:
        found = {name: secret_from_file(name, environ) for name in names}
    except ValueError as error:
        raise SettingsError(str(error)) from error
    return {name: value for name, value in found.items() if value is not None}


def _keep_new_key(kept: Path) -> None:
    """Make the key, whole under its name or not at all: another start may read it already."""
    unfinished = kept.with_name(f"{kept.name}.{secrets.token_hex(4)}")
    try:
        with open(unfinished, "x", opener=_private, encoding="ascii") as new:
            new.write(secrets.token_urlsafe(48))
        with suppress(FileExistsError):  # another start was quicker: its key stands
            kept.hardlink_to(unfinished)
    finally:
        unfinished.unlink(missing_ok=True)


def _private(path: str, flags: int) -> int:
    import os

    return os.open(path, flags, 0o600)


def _truth(name: str, text: str) -> bool:
    if text.lower() in ("1", "yes", "true", "on"):
        return True
    if text.lower() in ("0", "no", "false", "off", ""):
        return False
    raise SettingsError(f"{name}={text!r} is neither yes nor no.")


def _parse(name: str, text: str, default: Any) -> Any:
    """Read `text` as the type of the setting's default."""
    if isinstance(default, bool):
        return _truth(name, text)
    try:
        return Path(text).resolve() if isinstance(default, Path) else type(default)(text)
    except ValueError:
        raise SettingsError(f"{name}={text!r} is not a number.") from None
