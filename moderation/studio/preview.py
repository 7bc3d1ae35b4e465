"""What a change would have done, and the seal that proves that it was shown before saving."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from itsdangerous import BadSignature, URLSafeTimedSerializer

from moderation.policy.decide import Policy, Threshold
from moderation.policy.history import Change, changes
from moderation.studio.replay import Replay, replay

# The consequences shown are those of the last 30 days: after an hour they are another's.
GOOD_FOR = 3600


@dataclass(frozen=True)
class Preview:
    """A policy to be, beside the one in force."""

    current: Policy
    proposed: Policy
    changes: Sequence[Change]
    replay: Replay
    seal: str


def preview(current: Policy, thresholds: Mapping[str, Threshold], *, key: str) -> Preview:
    """Replay the last 30 days; `key` signs the seal. Raises PolicyError for impossible values."""
    proposed = Policy(current.version + 1, thresholds)
    return Preview(
        current,
        proposed,
        changes(current, proposed),
        replay(current, proposed),
        _serializer(key).dumps(_content(proposed)),
    )


def was_shown(seal: str | None, proposed: Policy, *, key: str) -> bool:
    """Whether `seal` comes from a preview of this very policy, less than an hour ago."""
    try:
        return bool(_serializer(key).loads(seal or "", max_age=GOOD_FOR) == _content(proposed))
    except BadSignature:
        return False


def _content(policy: Policy) -> list[object]:
    return [policy.version, {k: asdict(v) for k, v in policy.thresholds.items()}]


def _serializer(key: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(key, salt="policy preview")
