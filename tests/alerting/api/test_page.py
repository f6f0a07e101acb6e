"""The page of an alert, as it goes over the wire: GET shows, POST does, and neither trusts anybody."""

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from http import HTTPStatus
from urllib.parse import urlsplit
from zlib import crc32

import httpx
import pytest
from fastapi import FastAPI

from schemas import Alert, Handling, Note
from services.alerting.api.page import page_router
from services.alerting.handling.links import Link, LinkKey
from services.alerting.notify.samples import samples
from services.broker import KafkaBroker
from tests.alerting.api.answering import SECRET, Answering, answering

BY = {"by": "Zarmina"}
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def api(kafka: KafkaBroker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Answering]:
    with answering(kafka.address, tmp_path_factory.mktemp("config")) as api:
        yield api


class Seen(HTMLParser):
    """A page as a browser would take it apart."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def field(self, name: str) -> dict[str, str | None]:
        """An input by its name."""
        [found] = [attributes for tag, attributes in self.tags if attributes.get("name") == name and tag != "meta"]
        return found


def seen(answer: httpx.Response, status: HTTPStatus = HTTPStatus.OK) -> Seen:
    assert answer.status_code == status, answer.text
    return Seen(answer.text)


def titled(api: Answering, title: str, slug: str, **more: object) -> Alert:
    """An alert for an article of this title."""
    rang = api.rings(slug=slug)
    assert rang.article is not None
    changes = {"article": rang.article.model_copy(update={"title": title, **more}), "passages": ()}
    return api.knows(rang.model_copy(update=changes))


def test_whoever_looks_changes_nothing(api: Answering) -> None:
    alert = api.rings(slug="looked-at")
    for method in ("GET", "HEAD", "GET"):
        answer = httpx.request(method, api.link(alert), params={"action": "acknowledge", **BY})
        assert answer.status_code == HTTPStatus.OK
    assert api.steps(alert) == []
    assert api.words(alert) == []
    for method in ("PUT", "DELETE", "OPTIONS"):
        assert httpx.request(method, api.link(alert)).status_code == HTTPStatus.METHOD_NOT_ALLOWED


def test_the_page_loads_nothing_runs_nothing_and_is_kept_nowhere(api: Answering) -> None:
    answer = httpx.get(api.link(api.rings(slug="headers")))
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert re.search(r"style-src 'sha256-[A-Za-z0-9+/]{43}='", policy)
    assert {"form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"} <= set(policy.split("; "))
    assert "unsafe" not in policy
    assert "script" not in policy
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert "set-cookie" not in answer.headers
    page = Seen(answer.text)
    assert not {tag for tag, _ in page.tags} & {"script", "img", "link", "iframe", "object", "base"}
    assert not [name for _, attributes in page.tags for name in attributes if name in ("src", "style")]
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]


@pytest.mark.parametrize("action", ["acknowledge", "release", "assign", "note"])
def test_a_button_does_what_it_says_and_the_page_shows_it(api: Answering, action: str) -> None:
    before = Handling(acknowledged_by="Farid", acknowledged_at=datetime.now(UTC)) if action == "release" else Handling()
    alert = api.knows(api.rings(slug=action), before)
    page = seen(httpx.post(api.link(alert), data={"action": action, "to": "Sana", "note": "I call him", **BY}))
    [step] = api.steps(alert)
    assert (step.action, step.by, step.note, step.via) == (action, "Zarmina", "I call him", "link")
    assert step.to == ("Sana" if action == "assign" else None)
    words = {
        "acknowledge": "Acknowledged by Zarmina.",
        "release": "Nobody has acknowledged it.",
        "assign": "It is assigned to Sana.",
        "note": "I call him",
    }
    assert words[action] in page.text
    assert page.field("by")["value"] == "Zarmina", "the next step needs no name again"


def test_the_one_who_was_first_stays_the_one_who_cares(api: Answering) -> None:
    alert = api.knows(api.rings(slug="first"), Handling(acknowledged_by="Farid", acknowledged_at=datetime.now(UTC)))
    page = seen(httpx.post(api.link(alert), data={"action": "acknowledge", **BY}))
    assert "It was acknowledged already." in page.text
    assert "Acknowledged by Farid." in page.text


@pytest.mark.parametrize("verdict", ["useful", "false", "duplicate"])
def test_the_page_takes_feedback(api: Answering, verdict: str) -> None:
    alert = api.rings(slug=f"judged-{verdict}")
    seen(httpx.post(api.link(alert), data={"action": verdict, **BY}))
    [word] = api.words(alert)
    assert (word.verdict, word.by, word.via, word.watch) == (verdict, "Zarmina", "link", alert.watch.id)
    assert api.steps(alert) == []


def test_a_form_that_is_sent_twice_is_one_step(api: Answering) -> None:
    alert = api.rings(slug="twice")
    asked_at = Seen(httpx.get(api.link(alert)).text).field("asked_at")["value"]
    form = {"action": "note", "note": "called him", "asked_at": asked_at, **BY}
    seen(httpx.post(api.link(alert), data=form))
    time.sleep(1.1)
    noted = Handling(notes=(Note(by="Zarmina", at=datetime.now(UTC), text="called him"),))
    api.knows(alert, noted)
    page = seen(httpx.post(api.link(alert), data=form))
    assert len({step.id for step in api.steps(alert)}) == 1
    assert page.text.count("called him") == 1


def test_a_link_that_is_none_or_over_says_so(api: Answering) -> None:
    alert = api.rings(slug="links")
    key = LinkKey(SECRET, "answers")
    now = datetime.now(UTC)

    def link(alert_id: str = alert.id, watch: str = alert.watch.id, until: datetime = now + DAY) -> str:
        return f"{api.url}/a/{key.token(Link(alert_id, watch, 'desk-mail', until))}"

    form = {"action": "acknowledge", **BY}
    for address, status, words in (
        (api.link(alert)[:-1], HTTPStatus.NOT_FOUND, "This link is not one of ours"),
        (link(until=now - DAY), HTTPStatus.GONE, f"tocsin alerts acknowledge {alert.id}"),
        (link(alert_id="alr-nothing"), HTTPStatus.NOT_FOUND, "This alert is not known"),
        (link(watch="another"), HTTPStatus.NOT_FOUND, "This alert is not known"),
    ):
        for answer in (httpx.get(address), httpx.post(address, data=form)):
            assert words in seen(answer, status).text
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert api.steps(alert) == []
    assert httpx.get(link()).status_code == HTTPStatus.OK


@pytest.mark.parametrize(
    ("headers", "taken"),
    [
        ({}, True),
        ({"Origin": "null", "Sec-Fetch-Site": "same-origin"}, True),
        ({"Origin": "null"}, True),
        ({"Origin": "OWN"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site", "Origin": "OWN"}, False),
        ({"Origin": "https://elsewhere.example"}, False),
        ({"Origin": "http://[broken"}, False),
        ({"Origin": "null", "Referer": "https://elsewhere.example/page"}, False),
        ({"Referer": "OWN/a/x"}, True),
    ],
    ids=str,
)
def test_a_form_on_a_page_of_another_origin_is_refused(api: Answering, headers: dict[str, str], taken: bool) -> None:
    alert = api.rings(slug=f"origin-{crc32(str(headers).encode())}")
    sent = {name: value.replace("OWN", api.url) for name, value in headers.items()}
    answer = httpx.post(api.link(alert), data={"action": "acknowledge", **BY}, headers=sent)
    assert answer.status_code == (HTTPStatus.OK if taken else HTTPStatus.FORBIDDEN)
    assert len(api.steps(alert)) == taken


def test_a_form_without_a_name_comes_back_with_what_was_written(api: Answering) -> None:
    alert = api.rings(slug="nameless")
    form = {"action": "acknowledge", "by": "\u202e", "note": 'with "quotes" & <marks>'}
    page = seen(httpx.post(api.link(alert), data=form), HTTPStatus.UNPROCESSABLE_ENTITY)
    assert "Not done: no name; give a name of at least one letter." in page.text
    assert page.field("by")["aria-invalid"] == "true"
    assert page.field("by")["aria-describedby"] == "problem"
    assert "aria-invalid" not in page.field("note")
    assert 'with "quotes" & <marks>' in page.text
    assert api.steps(alert) == []


@pytest.mark.parametrize(
    ("content", "content_type", "status"),
    [
        (b'{"action": "acknowledge", "by": "Z"}', "application/json", HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
        (b"action=acknowledge&by=" + b"Z" * 16_384, "application/x-www-form-urlencoded", 413),
        (b"action=acknowledge&by=%ff", "application/x-www-form-urlencoded", HTTPStatus.BAD_REQUEST),
        (b"action=acknowledge&by=Z" + b"&x=" * 30, "application/x-www-form-urlencoded", HTTPStatus.BAD_REQUEST),
        (b"action=erase&by=Z", "application/x-www-form-urlencoded", HTTPStatus.UNPROCESSABLE_ENTITY),
        (b"", "application/x-www-form-urlencoded", HTTPStatus.UNPROCESSABLE_ENTITY),
    ],
    ids=["JSON", "too long", "not UTF-8", "fields without end", "no such button", "nothing"],
)
def test_what_is_not_the_form_does_nothing(
    api: Answering, content: bytes, content_type: str, status: HTTPStatus
) -> None:
    alert = api.rings(slug=f"form-{crc32(content)}")
    answer = httpx.post(api.link(alert), content=content, headers={"Content-Type": content_type})
    assert "Not done" in seen(answer, status).text
    assert api.steps(alert) == []


def test_whatever_a_title_holds_is_text(api: Answering) -> None:
    evil = "</h1><script>alert(1)</script>\u202e\x1b[31m\r\nSet-Cookie: a=b\"'>"
    alert = titled(api, evil, "evil", url="javascript:alert(1)")
    note = Note(by="<b>Zarmina</b>", at=datetime.now(UTC), text="<img src=x onerror=alert(1)>\u2067")
    api.knows(alert, Handling(acknowledged_by="<i>x</i>", acknowledged_at=datetime.now(UTC), notes=(note,)))
    answer = httpx.get(api.link(alert))
    page = seen(answer)
    assert not {tag for tag, _ in page.tags} & {"script", "img", "b", "i"}
    assert "<script>alert(1)</script>" in page.text
    assert "<b>Zarmina</b>" in page.text
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x1b]", answer.text)
    assert "javascript:" not in answer.text


@pytest.mark.parametrize("name", [name for name, message in samples().items() if isinstance(message.event, Alert)])
def test_an_alert_of_every_kind_has_a_page(api: Answering, name: str) -> None:
    event = samples()[name].event
    assert isinstance(event, Alert)
    alert = api.knows(event.model_copy(update={"id": f"alr-{name}", "rang_at": datetime.now(UTC)}))
    page = seen(httpx.get(api.link(alert)))
    told = [alert.article.title] if alert.article is not None else [item.title for item in alert.items[:1]]
    assert all(title[:60] in page.text for title in told)
    assert alert.watch.name in page.text


def test_a_title_without_end_is_cut(api: Answering) -> None:
    alert = titled(api, "Kabul " * 1_700_000, "endless")
    begun = time.monotonic()
    answer = httpx.get(api.link(alert))
    assert time.monotonic() - begun < 2
    assert len(answer.content) < 20_000
    assert "…" in answer.text


def test_a_page_is_asked_for_as_often_as_people_do(api: Answering) -> None:
    hammered, calm = api.link(api.rings(slug="hammered")), api.link(api.rings(slug="calm"))
    with httpx.Client() as client:
        answers = [client.get(hammered) for _ in range(30)]
        assert [answer.status_code for answer in answers[:20]] == [HTTPStatus.OK] * 20
        refused = [answer for answer in answers if answer.status_code == HTTPStatus.TOO_MANY_REQUESTS]
        assert refused
        assert int(refused[-1].headers["Retry-After"]) >= 1
        assert client.get(calm).status_code == HTTPStatus.OK
        guesses = [client.get(f"{api.url}/a/{number}.x").status_code for number in range(15)]
        assert HTTPStatus.TOO_MANY_REQUESTS in guesses
        assert client.get(calm).status_code == HTTPStatus.OK, "a right link is no guess"


def test_one_alert_takes_only_so_many_responses(api: Answering) -> None:
    alert = api.rings(slug="flooded")
    with httpx.Client() as client:
        forms = [{"action": "note", "note": f"note {number}", **BY} for number in range(18)]
        statuses = [client.post(api.link(alert), data=form).status_code for form in forms]
    assert statuses[:10] == [HTTPStatus.OK] * 10
    assert HTTPStatus.TOO_MANY_REQUESTS in statuses
    assert len(api.steps(alert)) == statuses.count(HTTPStatus.OK)


async def test_without_a_secret_every_link_is_none(api: Answering) -> None:
    app = FastAPI()
    app.include_router(page_router(None, api, publisher=None))  # type: ignore[arg-type]
    path = urlsplit(api.link(api.rings(slug="no-secret"))).path
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://tocsin.example") as client:
        assert (await client.get(path)).status_code == HTTPStatus.NOT_FOUND
        assert (await client.post(path, data=BY)).status_code == HTTPStatus.NOT_FOUND
