"""Keys: the page, its script, the help and the guide name the same ones."""

import re

from moderation.review.decide import CHOICES
from moderation.review.preferences import ACTS, DeskPreferences, save_preferences
from moderation.review.preferences import SHIPPED as SHIPPED_KEYS
from moderation.settings import ROOT

GUIDE = (ROOT / "docs/moderating.md").read_text().partition("## Keys")[2].partition("\n## ")[0]
TEMPLATES = "".join(path.read_text() for path in (ROOT / "templates/review").glob("*.html"))
SCRIPT = (ROOT / "static/js/review-keys.js").read_text()
SHIPPED = {act.key for act in ACTS.values()}


def keys_of_the_desk():
    buttons = {choice.key for choices in CHOICES.values() for choice in choices}
    named = re.findall(r'data-key"?[=:] ?"([a-z/?])"', TEMPLATES)
    pressed = re.findall(r"forms\.submit\([^)]*?\"[a-z]*\", \"([a-z])\"", TEMPLATES)
    [acts] = re.findall(r"^listen\(\{(.*?)\}", SCRIPT, re.MULTILINE | re.DOTALL)
    script = re.findall(r"(?<=[\s,{])\"?([^\s\"])\"?: [(a-z]", acts)
    return {*buttons, *named, *pressed, *script}


def test_every_key_has_an_action_and_every_action_a_key():
    assert keys_of_the_desk() == SHIPPED


def test_every_key_stands_in_the_guide():
    assert set(re.findall(r"^\| `(.)`", GUIDE, re.MULTILINE)) == SHIPPED


def test_every_key_stands_in_the_help_as_it_is_mapped(desk, moderator):
    chosen = DeskPreferences(keys={**SHIPPED_KEYS, "approve": "p"})
    save_preferences(moderator.id, chosen)
    page = desk.get("/review").text
    help_text = page.partition("<dialog")[2].partition("</dialog>")[0]
    assert set(re.findall(r"<dt><kbd>(.)</kbd></dt>", help_text)) == SHIPPED - {"a"} | {"p"}


def test_no_key_has_two_meanings_in_one_case():
    others = SHIPPED - {choice.key for choices in CHOICES.values() for choice in choices}
    for choices in CHOICES.values():
        assert len({choice.key for choice in choices} | others) == len(choices) + len(others)


def test_enter_in_the_note_presses_nothing(comment, desk):
    """A form's first button is pressed by Enter in its fields: it must be a disabled one."""
    form = desk.get(f"/review/{comment('you idiot').id}").text.partition('class="actions"')[2]
    assert re.search(r"<button[^>]*>", form).group() == "<button disabled hidden>"
