"""Who outside is to hear that a comment's status changed."""

from __future__ import annotations

from datetime import timedelta

from moderation.audit.tables import Event
from moderation.comments.tables import Comment, Status
from moderation.outbox.promise import promise
from moderation.outbox.tables import Kind
from moderation.policy.options import current_options
from moderation.web.context import current_settings


def promise_effects(event: Event, comment: Comment) -> None:
    """Promise what follows from a change of status, in its own transaction.

    What a person did waits as long as they may want to undo it.
    """
    by_a_person = event.actor_id is not None
    kinds = _kinds(comment, by_a_person)
    if kinds:
        delay = current_options().undo_time if by_a_person else timedelta()
        promise(event, comment.id, kinds, event.at + delay)


def _kinds(comment: Comment, by_a_person: bool) -> list[Kind]:
    settings = current_settings()
    kinds = [Kind.WEBHOOK] if settings.webhook_url else []
    # Where the system decides, the author is still on the page that tells them.
    decided = by_a_person and comment.status != Status.HELD
    if settings.smtp_url and comment.author_email and decided:
        kinds.append(Kind.MAIL)
    return kinds
