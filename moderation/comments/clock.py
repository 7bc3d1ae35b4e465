"""The service-level clock: by when a held comment should be decided."""

from __future__ import annotations

from datetime import datetime, timedelta

from moderation.policy.options import DeskOptions

WORST, HIGH = 0.9, 0.7


def due_at(sent_at: datetime, urgency: float, options: DeskOptions) -> datetime:
    """The moment by which a comment sent at `sent_at` should be decided: the worse, the sooner.

    Ordering by it is ordering by age, weighted by risk: what is worst overtakes what is older.
    """
    if urgency >= WORST:
        hours = options.hours_worst
    elif urgency >= HIGH:
        hours = options.hours_high
    else:
        hours = options.hours_rest
    return sent_at + timedelta(hours=hours)
