"""Read a page as a browser would, but strictly: tags must match."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"br", "hr", "img", "input", "link", "meta"}


@dataclass
class Element:
    """One element: its tag, its attributes, all text inside it."""

    tag: str
    attributes: dict[str, str]
    parts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.parts)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self.open: list[Element] = []

    def handle_starttag(self, tag, attrs):
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"<{tag}> has an attribute twice"
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open, f"</{tag}> closes nothing"
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
        self.open.pop()

    def handle_data(self, data):
        for element in self.open:
            element.parts.append(data)

    def handle_comment(self, data):
        raise AssertionError(f"a comment in the page: {data!r}")

    def unknown_decl(self, data):
        raise AssertionError(f"a declaration in the page: {data!r}")

    def handle_pi(self, data):
        raise AssertionError(f"an instruction in the page: {data!r}")


@dataclass
class Page:
    """All elements of a page, in order."""

    elements: list[Element]

    def all(self, tag: str = "", **attributes: str) -> list[Element]:
        """Elements with this tag and these attributes; `cls` is one of its classes."""
        cls = attributes.pop("cls", None)
        return [
            e
            for e in self.elements
            if (not tag or e.tag == tag)
            and (cls is None or cls in e.attributes.get("class", "").split())
            and all(e.attributes.get(k.replace("_", "-")) == v for k, v in attributes.items())
        ]

    def one(self, tag: str = "", **attributes: str) -> Element:
        """The only such element."""
        found = self.all(tag, **attributes)
        assert len(found) == 1, f"{len(found)} of <{tag} {attributes}>"
        return found[0]

    @property
    def main(self) -> str:
        """The text of the page's main part, white space squeezed."""
        return " ".join(self.one("main").text.split())

    def fields(self) -> dict[str, str]:
        """What the page's one form would send."""
        sent = {
            e.attributes["name"]: e.attributes.get("value", "")
            for e in self.elements
            if e.tag == "input" and "name" in e.attributes
        }
        # A browser drops the first line break of a text area.
        return sent | {
            e.attributes["name"]: e.text.removeprefix("\r\n").removeprefix("\n")
            for e in self.elements
            if e.tag == "textarea"
        }


def read(response) -> Page:
    """The page of a response; its markup must be well-formed."""
    reader = _Reader()
    reader.feed(response.get_data(as_text=True))
    reader.close()
    assert not reader.open, f"<{reader.open[-1].tag}> is never closed"
    return Page(reader.elements)
