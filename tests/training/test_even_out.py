"""Words that are harmless in most texts, as often harmless in short ones."""

import numpy as np
import pytest

from moderation.training.config import TrainingConfig
from moderation.training.even_out import even_out, even_out_terms, even_out_words
from moderation.training.identity import rows_per_term
from tests.training.test_dataset import rows_of

INSULTS = [f"you are so gay number {n}" for n in range(20)]
GREETINGS = [f"Hello, my old friend number {n}" for n in range(60)]
OTHERS = [f"we met at the harbour on day {n}" for n in range(100)]


def evened(rows):
    more = even_out_terms(rows, 1)
    added = len(rows.texts)
    assert more.texts[:added] == rows.texts
    return more, more.texts[added:]


def people(forms=None):
    texts = INSULTS + GREETINGS + OTHERS
    return rows_of(texts, [float(text in INSULTS) for text in texts], forms)


def test_a_term_is_no_more_often_toxic_than_others_of_its_length():
    rows = rows_of(INSULTS + GREETINGS + OTHERS, [1.0] * 20 + [0.0] * 20 + [1.0] * 40 + [0.0] * 100)
    more, added = evened(rows)  # 60 of 180 are toxic, so 20 insults want 40 harmless ones
    assert len(added) == len(set(added)) == 20  # as many as there are to be had
    assert all("gay" in text and "old" not in text for text in added)
    assert not more.labels[180:].any()
    rows = rows_of(INSULTS + GREETINGS, [1.0] * 20 + [0.0] * 60)
    more, added = evened(rows)
    assert len(added) == 60
    gay = rows_per_term(more.texts)["gay"]
    assert np.mean(more.labels[gay, 0]) == 20 / 80 == np.mean(rows.labels[:, 0])


def test_nothing_is_added_where_nothing_is_uneven():
    harmless = rows_of(INSULTS + GREETINGS)
    assert evened(harmless)[1] == []
    nobody = rows_of(OTHERS, [n % 2 for n in range(100)])
    assert evened(nobody)[1] == []


def test_only_comments_count_and_give():
    assert len(evened(people())[1]) == 60
    assert evened(people(["article"] * 180))[1] == []
    assert evened(people(["raw"] * 20 + ["article"] * 160))[1] == []


def test_fragments_count_by_what_teachers_say_and_give_where_they_find_no_harm():
    said = [0.75] * 20 + [0.04] * 30 + [0.06] * 30 + [0.04] * 100
    rows = rows_of(INSULTS + GREETINGS + OTHERS, said, ["fragment"] * 180)
    # 22 are expected to be toxic, 15 of them insults: more harmless ones are wanted than there are.
    more, added = evened(rows)
    assert sorted(added) == sorted(text.replace("old", "gay") for text in GREETINGS[:30])
    np.testing.assert_array_equal(more.labels[180:, 0], np.float32(0.04))


def test_a_long_comment_is_no_answer_to_short_insults():
    long = [f"{text} {'and so on ' * 5}" for text in GREETINGS]
    rows = rows_of(INSULTS + OTHERS + long, [1.0] * 20 + [0.0] * 160)
    assert evened(rows)[1] == []


def test_one_name_stands_in_place_of_one_other_and_the_rest_is_as_it_was():
    _, added = evened(people())
    assert sorted(added) == sorted(text.replace("old", "gay") for text in GREETINGS)


THREATS = [f"I will kill you number {n}" for n in range(20)]
SHORT = THREATS + [f"{text} again" for text in OTHERS[:60]]
SENTENCES = [f"How do I kill process {n}?" for n in range(40)]
PLAIN = "The harbour opened for the ships and people of the place on that day " * 10


def with_long_ones(sentences):
    long = [f"{PLAIN}. {sentence} {PLAIN}" for sentence in sentences]
    return rows_of(SHORT + long, [1.0] * 20 + [0.0] * (60 + len(long)))


def evened_words(rows):
    more = even_out_words(rows, 1)
    added = len(rows.texts)
    assert more.texts[:added] == rows.texts
    assert not more.labels[added:].any()
    assert set(more.forms[added:]) <= {"sentence"}
    return more.texts[added:]


def test_a_word_that_tells_in_short_comments_alone_gets_harmless_sentences():
    added = evened_words(with_long_ones(SENTENCES))
    assert len(added) == len(THREATS)  # then it is toxic as often as not
    assert set(added) <= set(SENTENCES)
    few = SENTENCES[:15]
    assert sorted(evened_words(with_long_ones(few))) == sorted(few)


def test_a_word_that_tells_at_any_length_gets_none_and_stands_in_none():
    worse = rows_of([f"{PLAIN}. I will kill you. {n} {PLAIN}" for n in range(50)], [1.0] * 50)
    rows = with_long_ones(SENTENCES).with_more(worse.texts, worse.labels, "raw")
    assert evened_words(rows) == []
    rude = [f"{PLAIN}. Number {n} is a damned place. {PLAIN}" for n in range(30)]
    both = [f"{PLAIN}. How do I kill the damned process {n}? {PLAIN}" for n in range(20)]
    rows = rows_of(SHORT + rude + both, [1.0] * 20 + [0.0] * 60 + [1.0] * 30 + [0.0] * 20)
    assert evened_words(rows) == []


def test_only_sentences_as_short_as_the_comments_answer_them():
    long = [f"How do I kill process {n} {'on one of the many ships ' * 4}?" for n in range(40)]
    assert evened_words(with_long_ones(long)) == []
    assert evened_words(rows_of(SHORT + OTHERS)) == []


@pytest.mark.parametrize("even_terms", [True, False])
@pytest.mark.parametrize("even_words", [True, False])
def test_what_is_evened_out_is_a_setting(even_terms, even_words):
    threats, insults = with_long_ones(SENTENCES), people()
    rows = threats.with_more(insults.texts, insults.labels, "raw")
    more = even_out(rows, TrainingConfig(even_terms=even_terms, even_words=even_words))
    added = set(more.forms[len(rows.texts) :])
    assert ("exchanged" in added, "sentence" in added) == (even_terms, even_words)
