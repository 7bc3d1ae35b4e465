"""What a network learns from: labels mixed with what teachers say, and rows made of others."""

from collections.abc import Sequence
from pathlib import Path

from moderation.training.config import TrainingConfig
from moderation.training.dataset import Rows, disguise_some, join_some
from moderation.training.even_out import even_out_terms
from moderation.training.soft_labels import ask_teachers, soften


def lessons(rows: Rows, fragments: Rows, teachers: Sequence[Path], config: TrainingConfig) -> Rows:
    """Return the rows with labels mixed with the teachers' answers, some joined, some disguised.

    And the fragments that a teacher has answered for, with groups' names evened out as in the rows.
    Raises DataError for a file that holds no answers.
    """
    rows, fragments = (
        soften(each, ask_teachers(teachers, each.texts), config.teaching)
        for each in (rows, fragments)
    )
    if config.even_terms:
        fragments = even_out_terms(fragments, config.seed)
    rows = join_some(rows, config.joined, config.seed)
    rows = disguise_some(rows, config.disguised, config.seed)
    return rows.with_more(fragments.texts, fragments.labels, "fragment")
