"""Tell an author by mail what a moderator decided."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from moderation.comments.reasons import standing
from moderation.comments.tables import Comment
from moderation.settings import Settings

TIMEOUT = 20  # seconds


def letter(comment: Comment, settings: Settings) -> EmailMessage:
    """The mail to the author: where the comment stands, and its private page."""
    now_at = standing(comment)
    return message(
        comment.author_email or "",
        now_at.title,
        f"{now_at.title}.\n\n{now_at.reason}\n\n"
        f"Your comment and where it stands:\n{settings.public_url}/c/{comment.status_token}\n\n"
        f"You get this because you gave this address with a comment on {settings.site_name}.\n",
        settings,
    )


def message(to: str, subject: str, text: str, settings: Settings) -> EmailMessage:
    """A mail from the site, marked as one that no person wrote."""
    made = EmailMessage()
    made["From"] = settings.mail_from
    made["To"] = to
    made["Subject"] = f"{subject} – {settings.site_name}"
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(text)
    return made


def send(message: EmailMessage, settings: Settings) -> None:
    """Hand it to the mail server. Raises smtplib.SMTPException or OSError."""
    server = urlsplit(settings.smtp_url)
    host, tls = server.hostname or "localhost", ssl.create_default_context()
    if server.scheme == "smtps":
        connection: smtplib.SMTP = smtplib.SMTP_SSL(
            host, server.port or 465, timeout=TIMEOUT, context=tls
        )
    else:
        connection = smtplib.SMTP(host, server.port or 587, timeout=TIMEOUT)
    with connection:
        connection.ehlo()
        if server.scheme == "smtp" and connection.has_extn("starttls"):
            connection.starttls(context=tls)
        if server.username:
            connection.login(unquote(server.username), unquote(server.password or ""))
        connection.send_message(message)
