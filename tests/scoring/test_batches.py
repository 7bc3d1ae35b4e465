"""Windows through a network some at a time: each text gets the scores of its own worst window."""

import numpy as np
import pytest

from moderation.scoring.batches import pad, score_windows
from moderation.scoring.labels import LABELS
from moderation.text.tokens import WINDOW, windows


def test_what_is_shorter_is_padded_at_its_end():
    assert pad([[5, 6, 7], [8]]).tolist() == [[5, 6, 7], [8, 0, 0]]
    assert pad([[5, 6, 7], [8]], multiple=4).tolist() == [[5, 6, 7, 0], [8, 0, 0, 0]]


class HighestToken:
    """A network by which every label scores a window's highest token, and a seventh more."""

    def __init__(self):
        self.shapes = []

    def __call__(self, ids):
        self.shapes.append(ids.shape)
        return np.repeat(ids.max(axis=1, keepdims=True), len(LABELS) + 1, axis=1) / 100


@pytest.mark.parametrize("together", [1, 3, 100])
def test_each_text_has_the_scores_of_its_worst_window_in_the_order_given(together):
    ugly_at_the_end = [1] * 3 * WINDOW + [90]
    texts = [[50] * 20, ugly_at_the_end, [10], [70, 20]]
    network = HighestToken()
    scores = score_windows(texts, network, together)
    np.testing.assert_allclose(scores, np.outer([0.5, 0.9, 0.1, 0.7], np.ones(len(LABELS))))
    parts = 3 + len(windows(ugly_at_the_end))
    assert max(rows for rows, _ in network.shapes) == min(together, parts)


def test_windows_of_like_length_go_together():
    network = HighestToken()
    score_windows([[1] * 9, [1], [1] * 8, [1, 1]], network, 2)
    assert network.shapes == [(2, 2), (2, 9)]


def test_no_texts_have_no_scores():
    assert score_windows([], HighestToken(), 4).shape == (0, len(LABELS))
