"""Keys: the same three places name them, the script's, the help's and the guide's."""

import re

from moderation.review.decide import CHOICES
from moderation.settings import ROOT

GUIDE = (ROOT / "docs/moderating.md").read_text()
HELP = (ROOT / "templates/review/_keys.html").read_text()
PAGES = "".join(path.read_text() for path in (ROOT / "templates/review").glob("*.html"))
SCRIPT = (ROOT / "static/js/review.js").read_text()


def keys_of_the_desk():
    buttons = {choice.key for choices in CHOICES.values() for choice in choices}
    fields = set(re.findall(r'data-key"?[=:] ?"(.)"', PAGES))
    script = set(re.findall(r"^  \"?(.)\"?: \(\) =>", SCRIPT, re.MULTILINE))
    return buttons | fields | script


def test_every_key_stands_in_the_help_and_in_the_guide():
    keys = keys_of_the_desk()
    assert keys == set("jkarn/?")
    assert keys == set(re.findall(r"<kbd>(.)</kbd>", HELP))
    assert keys == set(re.findall(r"`(.)`", GUIDE.partition("## Keys")[2].partition("No key")[0]))


def test_no_key_has_two_meanings_in_one_case():
    for choices in CHOICES.values():
        assert len({choice.key for choice in choices} | set("jkn/?")) == len(choices) + 5


def test_enter_in_the_note_presses_nothing(comment, desk):
    """A form's first button is pressed by Enter in its fields: it must be a disabled one."""
    form = desk.get(f"/review/{comment('you idiot').id}").text.partition('class="actions"')[2]
    assert re.search(r"<button[^>]*>", form).group() == "<button disabled hidden>"
