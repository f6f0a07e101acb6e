"""Feeds as they are served: real HTTP on loopback, from a real store."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from services.alerting.api.access import Access
from services.alerting.api.feeds import feeds_router
from services.alerting.api.problems import answer_problems
from services.alerting.api.tokens import Token, Tokens, new_token
from services.backbone.http_server import listen, serving
from services.backbone.topics import ALERTS
from services.ingestion.reading.feed import parse_feed
from tests.alerting.api.records import NOON_MS, Record, opened, record, take
from tests.alerting.api.records import alert as stored
from tests.alerting.examples import NOON

LATER = NOON + timedelta(hours=1)


class Reader:
    """A feed reader, and the tokens it has."""

    def __init__(self, http: httpx.AsyncClient, tokens: dict[str, str]) -> None:
        self._http, self.tokens = http, tokens

    async def get(self, path: str, token: str, **headers: str) -> httpx.Response:
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self._http.get(path, headers={"authorization": f"Bearer {self.tokens[token]}"} | headers)


@asynccontextmanager
async def reading(
    folder: Path, *records: Record, public_url: str | None = "https://tocsin.example"
) -> AsyncIterator[Reader]:
    """The feeds over real HTTP, from a store that holds these records."""
    reach: dict[str, dict[str, Any]] = {
        "all": {"all": True},
        "ttp": {"watches": ["ttp"]},
        "kabul": {"owners": ["kabul"]},
    }
    made = {name: new_token(name) for name in reach}
    tokens = Tokens(
        tuple(
            Token.model_validate({"id": name, "sha256": made[name][1], "scopes": ["feed"], **seen})
            for name, seen in reach.items()
        )
    )
    async with opened(folder) as store:
        await take(store, records)
        app = FastAPI(openapi_url=None)
        app.include_router(feeds_router(Access(lambda: tokens), store, public_url))
        answer_problems(app)
        listener = listen("127.0.0.1", 0, "")
        base = f"http://127.0.0.1:{listener.getsockname()[1]}"
        async with serving(app, listener), httpx.AsyncClient(base_url=base, trust_env=False) as http:
            yield Reader(http, {name: secret for name, (secret, _) in made.items()})


def rung(number: int, sequence: int = 0, **more: Any) -> Record:
    """A record of its own partition's place."""
    event = stored(number, sequence, **more)
    return record(ALERTS.name, event, 0, number * 10 + sequence, NOON_MS + 60_000 * (number + sequence))


def titles(answer: httpx.Response) -> list[str]:
    return [str(item["title"]) for item in answer.json()["items"]]


async def test_a_watch_has_a_feed_with_the_newest_word_of_each_alert_that_is_told(tmp_path: Path) -> None:
    copy = rung(2, 1, reason="copy")
    async with reading(tmp_path, rung(1), rung(1, 1), rung(2), copy, rung(3, watch="other")) as reader:
        as_json = await reader.get("/watches/ttp/feed.json", "all")
        as_atom = await reader.get("/watches/ttp/feed.atom", "all")

    assert as_json.headers["content-type"] == "application/feed+json"
    assert as_atom.headers["content-type"] == "application/atom+xml"
    assert [title[-7:] for title in titles(as_json)] == ["Title 2", "Title 1"]
    assert [item["date_modified"] for item in as_json.json()["items"]] == [
        "2026-11-24T12:02:00.000Z",
        "2026-11-24T12:02:00.000Z",
    ]
    assert as_json.json()["feed_url"] == "https://tocsin.example/watches/ttp/feed.json"
    assert len(parse_feed(as_atom.content, "https://t.example/", None, LATER).entries) == 2


async def test_a_token_feeds_on_what_it_may_see_and_learns_of_nothing_else(tmp_path: Path) -> None:
    records = (rung(1), rung(2, watch="kabul-desk", owner="kabul"), rung(3, watch="secret"))
    async with reading(tmp_path, *records) as reader:
        seen = {name: titles(await reader.get("/feed.json", name)) for name in ("all", "ttp", "kabul")}
        hidden = await reader.get("/watches/secret/feed.json", "ttp")
        missing = await reader.get("/watches/nothing/feed.json", "ttp")
        own = await reader.get("/watches/kabul-desk/feed.atom", "kabul")
        quiet = await reader.get("/watches/quiet/feed.json", "all")

    assert {name: len(found) for name, found in seen.items()} == {"all": 3, "ttp": 1, "kabul": 1}
    assert (hidden.status_code, hidden.content) == (404, missing.content)
    assert own.status_code == 200
    assert (quiet.status_code, quiet.json()["items"]) == (200, [])


async def test_who_has_it_already_is_told_so_and_no_address_shows_a_token(tmp_path: Path) -> None:
    async with reading(tmp_path, rung(1)) as reader:
        first = await reader.get("/feed.atom", "all")
        again = await reader.get("/feed.atom", "all", if_none_match=f'"other", W/{first.headers["etag"]}')
        other = await reader.get("/feed.json", "all", if_none_match=first.headers["etag"] + "x")
        in_address = await reader.get(f"/feed.json?token={reader.tokens['all']}", "all")

    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert other.status_code == 200
    assert first.headers["last-modified"] == "Tue, 24 Nov 2026 12:01:00 GMT"
    assert first.headers["cache-control"] == "private, no-cache"
    assert reader.tokens["all"] not in in_address.text


async def test_links_are_made_of_the_address_that_was_asked_only_where_none_is_configured(tmp_path: Path) -> None:
    async with reading(tmp_path / "configured", rung(1)) as reader:
        forged = await reader.get("/feed.json", "all", host="evil.example")
    async with reading(tmp_path / "not", rung(1), public_url=None) as reader:
        asked = {host: await reader.get("/feed.json", "all", host=host) for host in ("desk.example:8070", "[::1]")}
        strange = [await reader.get("/feed.json", "all", host=host) for host in ("[", "a/b", "me@desk.example", "")]

    assert forged.json()["feed_url"] == "https://tocsin.example/feed.json"
    assert {host: answer.json()["feed_url"] for host, answer in asked.items()} == {
        host: f"http://{host}/feed.json" for host in asked
    }
    assert [answer.status_code for answer in strange] == [400] * 4
    assert "TOCSIN_PUBLIC_URL" in strange[0].json()["fix"]


async def test_no_watch_has_an_id_as_long_as_that(tmp_path: Path) -> None:
    async with reading(tmp_path, rung(1)) as reader:
        longest = await reader.get(f"/watches/{'w' * 100}/feed.json", "all")
        longer = await reader.get(f"/watches/{'w' * 101}/feed.json", "all")

    assert longest.status_code == 200
    assert longer.status_code == 422
    assert set(longer.json()) == {"error", "fix"}


async def test_nobody_is_fed_without_a_token(tmp_path: Path) -> None:
    async with reading(tmp_path, rung(1)) as reader:
        reader.tokens["none"] = "tcs_all_nonsense"
        answer = await reader.get("/feed.atom", "none")

    assert answer.status_code == 401
    assert "Basic" in answer.headers["www-authenticate"]
