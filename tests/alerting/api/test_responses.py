"""What people and programs do about an alert over HTTP, and what stands on Kafka then."""

import os
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

import httpx
import pytest

from schemas import FeedbackVerdict
from services.broker import KafkaBroker
from tests.alerting.api.answering import Answering, answering, asked

BY = {"by": "Zarmina"}


@pytest.fixture(scope="module")
def api(kafka: KafkaBroker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Answering]:
    with answering(kafka.address, tmp_path_factory.mktemp("config"), seconds=1.0) as api:
        yield api


def post(
    api: Answering, path: str, body: object, headers: dict[str, str], status: HTTPStatus = HTTPStatus.ACCEPTED
) -> Any:
    return asked(httpx.post(f"{api.url}/alerts/{path}", json=body, headers=headers), status)


def test_an_acknowledgement_is_taken_once_it_stands_on_its_topic(api: Answering) -> None:
    alert, desk = api.rings(slug="acknowledged"), api.lets_in("desk")
    body = {"action": "assign", "by": " Zarmina\u202e ", "to": "Farid", "note": "please call\r\nthe spokesman"}
    before = datetime.now(UTC)
    taken = post(api, f"{alert.id}/acknowledgement", body, desk)

    [step] = api.steps(alert)
    assert taken == {"id": step.id, "acknowledgement_id": None}
    assert (step.watch, step.action, step.via) == (alert.watch.id, "assign", "api")
    assert (step.by, step.to, step.note) == ("Zarmina", "Farid", "please call the spokesman")
    assert before <= step.at <= datetime.now(UTC)


def test_feedback_may_acknowledge_as_well(api: Answering) -> None:
    alert, desk = api.rings(slug="judged"), api.lets_in("desk")
    body = {"verdict": "false", "note": "another man", "acknowledge": True, **BY}
    taken = post(api, f"{alert.id}/feedback", body, desk)
    post(api, f"{alert.id}/feedback", {"verdict": "duplicate", **BY}, desk)

    words, [step] = api.words(alert), api.steps(alert)
    assert [word.verdict for word in words] == [FeedbackVerdict.FALSE, FeedbackVerdict.DUPLICATE]
    assert taken == {"id": words[0].id, "acknowledgement_id": step.id}
    assert (step.action, step.by, words[0].note, step.note) == ("acknowledge", "Zarmina", "another man", "")


def test_what_is_asked_for_again_is_the_same_step(api: Answering) -> None:
    alert, desk = api.rings(slug="again"), api.lets_in("desk")
    asked_at = (datetime.now(UTC) - timedelta(minutes=5)).isoformat()
    body = {"action": "note", "note": "seen", "asked_at": asked_at, **BY}
    ids = {post(api, f"{alert.id}/acknowledgement", body, desk)["id"] for _ in range(2)}
    assert len(ids) == 1
    assert {step.id for step in api.steps(alert)} == ids


@pytest.mark.parametrize("path", ["acknowledgement", "feedback"])
def test_an_alert_that_is_not_there_and_one_that_may_not_be_seen_are_answered_alike(api: Answering, path: str) -> None:
    watch = {"id": "sent-by-topic", "name": "Sent", "owner": "south"}
    plain = api.rings(slug="hidden")
    alert = api.knows(plain.model_copy(update={"watch": plain.watch.model_copy(update=watch), "id": f"alr-{path}"}))
    body = {"action": "acknowledge", **BY} if path == "acknowledgement" else {"verdict": "useful", **BY}

    answers = [
        httpx.post(f"{api.url}/alerts/{id_}/{path}", json=body, headers=header)
        for id_, header in (
            (alert.id, api.lets_in("other-watch", watches=["kabul"])),
            (alert.id, api.lets_in("other-owner", owners=["north"])),
            ("alr-nothing", api.lets_in("one", watches=["kabul"])),
            ("alr-nothing", api.lets_in("every")),
            ("%2e%2e", api.lets_in("odd")),
        )
    ]
    told = [(answer.status_code, answer.content, sorted(set(answer.headers) - {"date"})) for answer in answers]
    assert told == [told[0]] * 5
    assert told[0][0] == HTTPStatus.NOT_FOUND
    assert post(api, f"{alert.id}/{path}", body, api.lets_in("south", owners=["south"]))["id"]
    assert len(api.steps(alert)) + len(api.words(alert)) == 1


def test_who_may_only_read_may_not_respond(api: Answering) -> None:
    alert = api.rings(slug="read-only")
    reader = api.lets_in("reader", scopes=["read", "feed"])
    told = post(api, f"{alert.id}/feedback", {"verdict": "useful", **BY}, reader, HTTPStatus.FORBIDDEN)
    assert told == {"error": "this token is not for respond", "fix": "ask with one that has the scope respond"}
    post(api, f"{alert.id}/feedback", {"verdict": "useful", **BY}, {}, HTTPStatus.UNAUTHORIZED)
    assert api.words(alert) == []


@pytest.mark.parametrize(
    ("content", "content_type", "status", "words"),
    [
        (b'{"action": "acknowledge", "by": "Z"}', "text/plain", HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "not JSON"),
        (b"action=acknowledge&by=Z", "application/x-www-form-urlencoded", HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "JSON"),
        (b"{" + b" " * 16_384, "application/json", HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "over 16384 bytes"),
        (b"[" * 16_000, "application/json", HTTPStatus.UNPROCESSABLE_ENTITY, "body: "),
        (b'{"action": "acknowledge", "by": "\xff"}', "application/json", HTTPStatus.UNPROCESSABLE_ENTITY, "body: "),
        (b'{"action": "erase", "by": "Z"}', "application/json", HTTPStatus.UNPROCESSABLE_ENTITY, "action: "),
        (b'{"action": "note", "by": "Z"}', "application/json", HTTPStatus.UNPROCESSABLE_ENTITY, "note: an empty note"),
        (b'{"action": "acknowledge"}', "application/json", HTTPStatus.UNPROCESSABLE_ENTITY, "by: "),
        (b'{"action": "release", "by": "\\u200b"}', "application/json", HTTPStatus.UNPROCESSABLE_ENTITY, "by: no name"),
        (b'{"action": "release", "by": "Z", "via": "cli"}', "application/json", HTTPStatus.UNPROCESSABLE_ENTITY, "via"),
        (b'{"action": "release", "by": ""}', "application/json", HTTPStatus.UNPROCESSABLE_ENTITY, "by: "),
        (
            b'{"action": "release", "by": "Z", "asked_at": 0.5}',
            *("application/json", HTTPStatus.UNPROCESSABLE_ENTITY, "asked_at: not a time as RFC 3339"),
        ),
        (b"", "application/json", HTTPStatus.UNPROCESSABLE_ENTITY, "body: "),
    ],
    ids=[
        *("another type", "a form", "too long", "too deep", "not UTF-8", "no such action", "no note", "nobody"),
        *("a name of nothing", "a key that is not asked for", "no name", "a number for a time", "nothing"),
    ],
)
def test_a_body_that_is_not_what_is_asked_for_is_refused_with_the_reason(
    api: Answering, content: bytes, content_type: str, status: HTTPStatus, words: str
) -> None:
    alert, desk = api.rings(slug="bodies"), api.lets_in("desk")
    address, headers = f"{api.url}/alerts/{alert.id}/acknowledgement", {"Content-Type": content_type, **desk}
    told = asked(httpx.post(address, content=content, headers=headers), status)
    assert words in told["error"]
    assert told["fix"]
    assert api.steps(alert) == []


def test_a_body_whose_length_is_not_told_is_read_no_further_than_allowed(api: Answering) -> None:
    alert, desk = api.rings(slug="endless"), api.lets_in("desk")
    address, headers = f"{api.url}/alerts/{alert.id}/feedback", {"Content-Type": "application/json", **desk}
    told = httpx.post(address, content=iter([b'{"note": "'] + [b"x" * 8_000] * 3), headers=headers)
    assert told.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE


def test_while_the_broker_does_not_answer_nobody_is_told_that_it_was_kept(api: Answering, kafka: KafkaBroker) -> None:
    alert, desk = api.rings(slug="away"), api.lets_in("desk")
    body = {"action": "acknowledge", "asked_at": datetime.now(UTC).isoformat(), **BY}
    broker = kafka.running()
    assert broker is not None
    os.kill(broker.pid, signal.SIGSTOP)
    try:
        answer = httpx.post(f"{api.url}/alerts/{alert.id}/acknowledgement", json=body, headers=desk)
    finally:
        os.kill(broker.pid, signal.SIGCONT)
    assert "counts once" in asked(answer, HTTPStatus.SERVICE_UNAVAILABLE)["fix"]
    assert answer.headers["Retry-After"] == "10"

    again = post(api, f"{alert.id}/acknowledgement", body, desk)
    assert {step.id for step in api.steps(alert)} == {again["id"]}
