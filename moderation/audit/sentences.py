"""Say in words what an event did. An action is named `<kind>.<what was done to it>`."""

from __future__ import annotations

from moderation.audit.record import SYSTEM
from moderation.audit.tables import Event

# By where a comment was and where it went; the reason in brackets is left off.
BY_A_PERSON = {
    ("held", "published"): "approved",
    ("rejected", "published"): "approved",
    ("removed", "published"): "restored",
}
# Names of actions that are no verb.
SAID_AS = {
    "author.freed_from_review": "no longer wants to see first everything by the author of",
    "author.muted": "muted the author of",
    "author.put_under_review": "wants to see first everything by the author of",
    "author.unmuted": "unmuted the author of",
    "user.first_admin": "became the first admin:",
    "user.link_made": "made a sign-in link for",
    "user.password_set": "set the password of",
    "user.role_changed": "changed the role of",
    "user.signed_in": "signed in as",
}
# Why the system holds a comment, by the reason that stands in brackets.
HELD_FOR = {
    "held (score)": "for a score over its threshold",
    "held (unscored)": "without scores",
    "held (unreadable)": "because the model cannot read it",
    "held (language)": "for its unsupported language",
    "held (quarantined)": "because scoring it kept failing",
    "held (author)": "because everything by this author is seen first",
}


def who(event: Event) -> str:
    """The name as it was then; the software itself is "The system"."""
    if event.actor_id is not None:
        return event.actor_name
    return "The system" if event.actor_name == SYSTEM.name else event.actor_name.capitalize()


def did(event: Event) -> str:
    """What was done, in the past tense: "rejected", "invited"."""
    if event.action != "comment.status":
        last = event.action.rpartition(".")[2]
        return SAID_AS.get(event.action, last.replace("_", " "))
    before, after = _status(event.before), _status(event.after)
    if event.actor_id is None:
        return after
    if event.after == "held (escalated)":
        return "escalated"
    return BY_A_PERSON.get((before, after), "put back" if after == "held" else after)


def subject(event: Event) -> str:
    """What it was done to: "comment 12"."""
    return f"{event.subject_type} {event.subject_id}"


def because(event: Event) -> str:
    """What the verb leaves open: why a comment was held, or that it was rejected before."""
    if (event.before, event.after) == ("rejected", "published"):
        return "after all"
    return HELD_FOR.get(event.after or "", "") if event.actor_id is None else ""


def sentence(event: Event) -> str:
    """The whole event in one sentence: "Mona rejected comment 12"."""
    return " ".join(filter(None, (who(event), did(event), subject(event), because(event))))


def _status(standing: str | None) -> str:
    return (standing or "").partition(" ")[0]
