"""Sentences: an event in words that a person would use."""

import pytest

from moderation.audit.sentences import sentence
from moderation.audit.tables import Event

# (actor, action, before, after, the sentence)
SAID = [
    (1, "comment.status", "held (score)", "published", "Mona approved comment 12"),
    (1, "comment.status", "held (score)", "rejected", "Mona rejected comment 12"),
    (1, "comment.status", "published", "removed", "Mona removed comment 12"),
    (1, "comment.status", "removed", "published", "Mona restored comment 12"),
    (1, "comment.status", "rejected", "published", "Mona approved comment 12 after all"),
    (None, "comment.status", "held (unscored)", "published", "The system published comment 12"),
    (None, "comment.status", "held (unscored)", "rejected", "The system rejected comment 12"),
    (None, "comment.status", "held (unscored)", "held (score)",
     "The system held comment 12 for a score over its threshold"),
    (None, "comment.status", "held (unscored)", "held (quarantined)",
     "The system held comment 12 because scoring it kept failing"),
    (1, "comment.looked_at", None, None, "Mona looked at comment 12"),
]  # fmt: skip


@pytest.mark.parametrize(("actor", "action", "before", "after", "expected"), SAID)
def test_an_event_reads_as_a_sentence(actor, action, before, after, expected):
    event = Event(
        actor_id=actor,
        actor_name="Mona" if actor else "system",
        action=action,
        subject_type="comment",
        subject_id="12",
        before=before,
        after=after,
    )
    assert sentence(event) == expected
