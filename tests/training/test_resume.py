"""A run that is cut off goes on; one that is given again is not run again."""

from dataclasses import replace

import numpy as np
import pytest

from moderation.scoring.labels import LABELS
from moderation.training.fit import fit
from moderation.training.network import build_network
from moderation.training.sequences import make_sequences
from moderation.training.targets import only_labels
from moderation.training.vectors import learn_vocabulary
from tests.tiny_model import TINY, made_up_comments

CONFIG = replace(TINY, epochs=3)


class Judge:
    """Finds each epoch better than the one before; cut off at the epoch `stop`."""

    def __init__(self, stop=None):
        self.asked, self._stop = 0, stop

    def __call__(self, network):
        self.asked += 1
        if self.asked == self._stop:
            raise KeyboardInterrupt
        return {"mean_auc": 0.5 + self.asked / 100}


@pytest.fixture
def run(tmp_path):
    rows = made_up_comments(120)
    tokeniser = learn_vocabulary([row["comment_text"] for row in rows], 300).tokeniser
    sequences = make_sequences([row["comment_text"] for row in rows], tokeniser, None)
    labels = only_labels(np.array([[float(row[label]) for label in LABELS] for row in rows]))

    def run_once(judge):
        network = build_network(CONFIG, tokeniser.vocabulary_size)
        return network, fit(network, sequences, labels, judge, CONFIG, tmp_path)

    return run_once


def test_a_run_that_was_cut_off_goes_on_after_its_last_whole_epoch(run):
    with pytest.raises(KeyboardInterrupt):
        run(Judge(stop=2))
    resumed = Judge()
    _, history = run(resumed)
    assert resumed.asked == CONFIG.epochs - 1
    assert len(history) == CONFIG.epochs
    assert history[0]["loss"] > history[-1]["loss"]


def test_a_run_that_is_given_again_brings_back_its_weights(run):
    network, history = run(Judge())
    again = Judge()
    same, told = run(again)
    assert again.asked == 0
    assert told == history
    for first, second in zip(network.get_weights(), same.get_weights(), strict=True):
        np.testing.assert_array_equal(first, second)
