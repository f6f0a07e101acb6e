"""A push continues the trace of its sender: of one who may push, and whose `traceparent` is well-formed."""

from collections.abc import Iterator

import httpx
import pytest

from tests.ingestion.receiving.newsroom import Newsroom
from tests.otlp_collector import Recording, recording

TALKS = {"id": "w-1", "title": "Talks begin", "text": "In Kabul."}
SENDER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture(name="recording")
def _recording(monkeypatch: pytest.MonkeyPatch) -> Iterator[Recording]:
    with recording(monkeypatch) as on:
        yield on


async def test_a_push_is_part_of_its_sender_s_trace(
    sender: httpx.AsyncClient, newsroom: Newsroom, recording: Recording
) -> None:
    answer = await sender.post("/articles", json=TALKS, headers={"traceparent": SENDER})
    assert answer.status_code == 202
    (span,) = recording.spans()
    assert (span.name, span.kind, span.parent_id) == ("POST /articles", "server", "b7ad6b7169203331")
    assert span.trace_id == "0af7651916cd43dd8448eb211c80319c"
    assert span.attributes["tocsin.source.id"] == newsroom.published[0][0]
    assert span.attributes["http.response.status_code"] == 202


async def test_a_sender_that_does_not_record_is_heeded(sender: httpx.AsyncClient, recording: Recording) -> None:
    answer = await sender.post("/articles", json=TALKS, headers={"traceparent": SENDER[:-2] + "00"})
    assert answer.status_code == 202
    assert recording.spans() == []


@pytest.mark.parametrize(
    "stated",
    [[], [SENDER.upper()], ["x" * 5_000], [SENDER, SENDER], [SENDER.replace("00-0a", "00-ü")]],
    ids=["none", "malformed", "long", "twice", "not-ascii"],
)
async def test_any_other_push_begins_a_trace_of_its_own(
    sender: httpx.AsyncClient, recording: Recording, stated: list[str]
) -> None:
    headers = [(b"traceparent", each.encode("latin-1")) for each in stated]
    answer = await sender.post("/articles", json=TALKS, headers=headers)
    assert answer.status_code == 202
    (span,) = recording.spans()
    assert span.parent_id == ""
    assert span.trace_id != "0af7651916cd43dd8448eb211c80319c"


async def test_whoever_may_not_push_names_no_trace(sender: httpx.AsyncClient, recording: Recording) -> None:
    headers = {"traceparent": SENDER, "authorization": "Bearer guessed"}
    answer = await sender.post("/articles", json=TALKS, headers=headers)
    assert answer.status_code == 401
    assert recording.spans() == []
