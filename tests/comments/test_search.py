"""Full-text search: a small grammar, and nothing that anybody types is an error."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from moderation.comments import search
from moderation.comments.search import Part, Term, matching, terms_of
from moderation.comments.tables import Comment
from moderation.db import db, writing


@pytest.fixture
def find(app):
    """The texts that match what was typed, oldest first."""

    def look(typed, part=Part.TEXT):
        db.session.rollback()
        query = select(Comment.text).where(matching(typed, part)).order_by(Comment.id)
        return db.session.scalars(query).all()

    return look


def test_terms():
    assert terms_of('one "two three" -four fiv* -"six seven" -- *') == [
        Term(("one",)),
        Term(("two", "three")),
        Term(("four",), absent=True),
        Term(("fiv",), begins=True),
        Term(("six", "seven"), absent=True),
    ]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("bridge", ["The bridge is open", "No bridge, no ferry"]),
        ("BRIDGE", ["The bridge is open", "No bridge, no ferry"]),
        ("bridge ferry", ["No bridge, no ferry"]),
        ("bridge -ferry", ["The bridge is open"]),
        ('"bridge is"', ["The bridge is open"]),
        ('"is bridge"', []),
        ("brid*", ["The bridge is open", "No bridge, no ferry"]),
        ("brid", []),
        ("AND", []),
        ("-bridge", []),
        ("...", []),
    ],
)
def test_words_phrases_beginnings_and_what_must_be_absent(comment, find, typed, found):
    for text in ("The bridge is open", "No bridge, no ferry", "Rain again"):
        comment(text)
    assert find(typed) == found


@pytest.mark.parametrize("common", [0, 1000])
def test_common_and_rare_words_are_found_alike(comment, find, monkeypatch, common):
    """SQLite asks its index in one way for few matches and in another for many."""
    monkeypatch.setattr(search, "COMMON", common)
    comment("The bridge is open")
    comment("Rain again")
    assert find("bridge") == ["The bridge is open"]
    assert find("nowhere") == []


def test_a_phrase_is_looked_up_at_once_only_where_few_comments_have_its_words(monkeypatch):
    """PostgreSQL reads each text for it: on a site of 9,000 no more than 300."""
    monkeypatch.setattr(search, "_estimated", lambda query: 9000)
    assert search._most_looked_up(search.terms_of('bridge "is open"')) == 300
    assert search._most_looked_up(search.terms_of("bridge open")) == search.COMMON


def test_the_author_is_found_by_the_beginning_of_a_name_and_not_in_texts(comment, find):
    comment("Tess is kind", author="Anna Berg")
    comment("Rain again", author="Tess of Berg")
    assert find("tes", Part.AUTHOR) == ["Rain again"]
    assert find("berg an", Part.AUTHOR) == ["Tess is kind"]


def test_the_index_follows_a_changed_and_a_deleted_text(comment, find):
    sent, gone = comment("The bridge is open"), comment("A bridge too far")
    with writing() as session:
        session.get_one(Comment, sent.id).text = "The ferry is open"
        session.delete(session.get_one(Comment, gone.id))
    assert find("bridge") == []
    assert find("ferry") == ["The ferry is open"]


@settings(max_examples=60, deadline=None, suppress_health_check=[*HealthCheck])
@given(st.text(max_size=80) | st.text(alphabet="\"'*-:()^+&|!<>{} aANDORNEAR", max_size=40))
def test_nothing_that_is_typed_is_an_error(app, typed):
    typed = typed.replace("\0", "").encode("utf-8", "ignore").decode()
    for part in Part:
        assert not db.session.scalars(select(Comment.id).where(matching(typed, part))).all()
