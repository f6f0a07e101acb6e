"""Messages of every kind as subject, text, HTML and Markdown; templates of a desk's own."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import Alert, Passage
from services.alerting.notify.channels.channel import TemplateFile, Templates, Unusable
from services.alerting.notify.message import Message
from services.alerting.notify.samples import samples
from services.alerting.notify.texts import MOST_SUBJECT, load_texts, rendered

KINDS = pytest.mark.parametrize("message", samples().values(), ids=list(samples()))
URDU_TITLE = "کابل میں مذاکرات کے بعد تحریک طالبان پاکستان کا نام لیا گیا"
VOID = {"meta", "br"}


class Document(HTMLParser):
    """The elements of a document, each with its attributes, and whether all are closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def saying(title: str, *, url: str = "https://news.example/one") -> Message:
    """A message of an article with this title, whose outlet, watch and sentence say the same."""
    message = samples()["ring"]
    assert isinstance(message.event, Alert)
    article = message.event.article
    assert article is not None
    source = article.source.model_copy(update={"name": title})
    changes = {
        "article": article.model_copy(update={"title": title, "url": url, "source": source, "language": title}),
        "passages": (Passage(field="text", start=0, sentence=title, highlights=((0, min(3, len(title))),)),),
        "watch": message.event.watch.model_copy(update={"name": title}),
        "note": title,
    }
    return replace(message, event=message.event.model_copy(update=changes))


@KINDS
def test_every_kind_has_texts_that_are_whole(message: Message) -> None:
    shown = rendered(message)
    document = Document(shown.html)

    assert not document.open
    assert not Document(shown.fragment).open
    assert "\n" not in shown.subject
    assert 0 < len(shown.subject) <= MOST_SUBJECT
    for text in (shown.text, shown.markdown):
        assert "None" not in text
        assert "\n\n\n" not in text
        assert "(no title)" not in text or message is samples()["ring that says little"]


@KINDS
def test_no_html_loads_or_runs_anything(message: Message) -> None:
    for html in (rendered(message).html, rendered(message).fragment):
        for tag, attributes in Document(html).elements:
            assert tag not in {"script", "img", "link", "iframe", "object", "form", "base"}
            assert not any(
                name in {"src", "srcset", "background", "action"} or name.startswith("on") for name in attributes
            )
            assert (attributes.get("href") or "https://").startswith("https://")
        assert "url(" not in html
        assert "@import" not in html


@given(
    st.text(max_size=60)
    | st.sampled_from(["<script>alert(1)</script>", '" onload="x', "a\r\nBcc: x@x.example", "\ud800", "\u202eturned"])
)
def test_whatever_an_article_says_stays_text(title: str) -> None:
    plain, shown = Document(rendered(saying("x")).html), rendered(saying(title, url=title))
    document = Document(shown.html)

    assert not document.open
    assert {tag for tag, _ in document.elements} <= {tag for tag, _ in plain.elements}
    assert all(
        category(char) not in ("Cc", "Cs", "Zl", "Zp") for char in shown.subject + document.text.replace("\n", "")
    )
    for text in (shown.subject, shown.text, shown.markdown):
        assert "\r" not in text
        opened = len(re.findall("[\u2066\u2067\u2068]", text))
        assert opened == text.count("\u2069"), "each isolate is closed"
        assert not re.search("[\u202a-\u202e]", text)


def test_a_title_of_ten_megabytes_is_cut() -> None:
    shown = rendered(saying("کابل " * 2_000_000))

    assert len(shown.subject) <= MOST_SUBJECT
    assert all(len(text) < 20_000 for text in (shown.text, shown.html, shown.markdown))
    assert "…" in shown.text


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "data:text/html,x", "//host", "https://", "ftp://x.example/", "http://[", "x" * 5_000],
)
def test_an_address_that_is_no_page_is_no_link(url: str) -> None:
    shown = rendered(saying("x", url=url))

    assert {
        attributes["href"] for tag, attributes in Document(shown.html).elements if tag == "a" if "href" in attributes
    } == {
        "https://news.example/2026/11/talks",
        "https://akhbar.example/2026/11/24/%D9%85%D8%B0%D8%A7%DA%A9%D8%B1%D8%A7%D8%AA",
        "https://wrazpana.example/24/khabare",
        "https://tocsin.example/a/acknowledge",
        "https://tocsin.example/a/alert",
    }


def subjects() -> dict[str, str]:
    return {kind: rendered(message).subject for kind, message in samples().items()}


@pytest.mark.parametrize(
    ("kind", "subject"),
    [
        ("ring", "[HIGH] Border desk: Tehreek-e-Taliban Pakistan, Kabul - Two groups are named after talks in Kabul"),
        ("ring that says little", "[HIGH] Border desk: Tehreek-e-Taliban Pakistan, Kabul"),
        (
            "ring in Urdu",
            f"[HIGH] Border desk: Tehreek-e-Taliban Pakistan, Kabul - \u2067{URDU_TITLE}\u2069",
        ),
        ("empty digest", "[HIGH] Border desk: no alerts since the last digest"),
        ("group of a channel's hours", "[CRITICAL] 7 alerts from outside of the hours of this channel"),
        ("channel is dead", "The channel desk-webhook takes nothing"),
        ("channel works again", "The channel desk-webhook works again"),
    ],
)
def test_the_subject_says_what_it_is(kind: str, subject: str) -> None:
    assert rendered(samples()[kind]).subject == subject


def test_the_subject_begins_with_what_is_special() -> None:
    ring = rendered(samples()["ring"]).subject

    assert rendered(samples()["figure-changed"]).subject == f"Re: {ring}"
    assert rendered(samples()["withdrawn"]).subject == f"Withdrawn: {ring}"
    assert rendered(samples()["escalated"]).subject == f"Not acknowledged: {ring}"
    assert rendered(samples()["test"]).subject == f"Test: {ring}"


def test_an_alert_that_names_nothing_has_a_whole_first_line() -> None:
    ring = samples()["ring"]
    assert isinstance(ring.event, Alert)
    shown = rendered(replace(ring, event=ring.event.model_copy(update={"matches": ()})))

    assert shown.subject == "[HIGH] Border desk - Two groups are named after talks in Kabul"
    assert shown.text.startswith("HIGH  Border desk\n")
    assert shown.markdown.startswith("**HIGH** Border desk\n")
    assert "<h1" not in shown.html


def test_the_text_of_an_urdu_alert_reads_from_top_to_bottom() -> None:
    assert rendered(samples()["figure-changed in Urdu"]).text.split("\n") == [
        "HIGH  Border desk: update, Tehreek-e-Taliban Pakistan, Kabul",
        "A figure changed",
        "Injured: 12 (before: 8)",
        "Killed: 3 (before: not told)",
        "",
        "\u2067کابل میں مذاکرات کے بعد «تحریک طالبان پاکستان» کا نام لیا گیا\u2069",
        "",
        "\u2067حکام کے مطابق بات چیت میں «تحریک طالبان پاکستان» (TTP) کا ذکر دو بار آیا اور 12 افراد زخمی ہوئے۔\u2069",
        "",
        "\u2067«ٹی ٹی پی» نے بیان پر کوئی تبصرہ نہیں کیا۔\u2069",
        "",
        "\u2067مثال اخبار\u2069 · Urdu · 13 min after publication · 2026-11-24 05:04 UTC",
        "https://akhbar.example/2026/11/24/%D9%85%D8%B0%D8%A7%DA%A9%D8%B1%D8%A7%D8%AA",
        "",
        "About: Peace talks",
        "3 outlets, 2 independent",
        "- Example News · English · https://news.example/2026/11/talks",
        "- \u2067مثال اخبار\u2069 · Urdu · https://akhbar.example/2026/11/24/%D9%85%D8%B0%D8%A7%DA%A9%D8%B1%D8%A7%D8%AA",
        "- \u2067بېلګه ورځپاڼه\u2069 · Pashto · withdrawn · https://wrazpana.example/24/khabare",
        "",
        "Acknowledged by Zarmina at 2026-11-24 06:04 UTC, assigned to Farid",
        "Zarmina, 2026-11-24 06:04 UTC: \u2067ترجمان کو فون کر رہی ہوں\u2069",
        "",
        "The alert: https://tocsin.example/a/alert",
        "",
    ]


def test_what_is_withdrawn_says_so_and_states_no_figure() -> None:
    shown = rendered(samples()["withdrawn"])

    for text in (shown.text, shown.html, shown.markdown, shown.fragment):
        assert "Withdrawn" in text
        assert "Injured" not in text


def test_a_template_of_ones_own_takes_the_place_of_ours(tmp_path: Path) -> None:
    (tmp_path / "short.j2").write_text("{{ watch }}: {{ title|marked }}", encoding="utf-8")
    texts = load_texts(Templates(subject="{{ about }}", text=TemplateFile(file=Path("short.j2"))), tmp_path)
    own, ours = rendered(samples()["ring"], texts), rendered(samples()["ring"])

    assert (own.subject, own.text) == (
        "Tehreek-e-Taliban Pakistan, Kabul",
        "Border desk: Two groups are named after talks in «Kabul»\n",
    )
    assert (own.html, own.markdown) == (ours.html, ours.markdown)


def test_channels_of_the_same_templates_are_equal(tmp_path: Path) -> None:
    one, same, other = (
        load_texts(Templates(subject=source), tmp_path) for source in ("{{ about }}",) * 2 + ("{{ at }}",)
    )

    assert (one, one.digest) == (same, same.digest)
    assert one != other
    assert one.digest != other.digest


@pytest.mark.parametrize(
    ("templates", "what"),
    [
        (Templates(html="<p>\n{{ abuot }}"), "templates.html:2: unknown name 'abuot'"),
        (Templates(text=TemplateFile(file=Path("mine.j2"))), "mine.j2:3: 'dict object' has no attribute 'txet'"),
        (
            Templates(text="{{ coverage.heard }}"),
            "templates.text:1: 'None' has no attribute 'heard' (tried with: ring)",
        ),
        (Templates(text="{% if trouble %}{{ trouble.x }}{% endif %}"), "(tried with: channel is dead)"),
        (Templates(text=TemplateFile(file=Path("gone.j2"))), "file gone.j2 cannot be read: No such file or directory"),
        (Templates(text=TemplateFile(file=Path("."))), "file . cannot be read: Is a directory"),
        (Templates(text=TemplateFile(file=Path("bytes.j2"))), "file bytes.j2 is not text"),
    ],
)
def test_a_defect_of_a_template_names_file_and_line(tmp_path: Path, templates: Templates, what: str) -> None:
    (tmp_path / "mine.j2").write_text("{{ about }}\n\n{{ title.txet }}", encoding="utf-8")
    (tmp_path / "bytes.j2").write_bytes(b"\xff\xfe")

    with pytest.raises(Unusable) as raised:
        load_texts(templates, tmp_path)
    assert raised.value.key == "templates"
    assert what in raised.value.what


def test_a_template_that_fails_with_a_message_loses_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    texts = load_texts(Templates(text="{% if about == 'x' %}{{ title.none }}{% endif %}short"), tmp_path)
    message = saying("anything")
    assert isinstance(message.event, Alert)
    named = message.event.matches[0].model_copy(update={"name": "x"})
    unlucky = replace(message, event=message.event.model_copy(update={"matches": (named,)}))

    assert rendered(message, texts).text == "short\n"
    assert rendered(unlucky, texts).text == rendered(unlucky).text
