"""recheck: a page on loopback is asked for again, and 410 alone withdraws its article."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from schemas import ArticleSummary
from services.backbone.addresses import LOOPBACK
from services.ingestion.fetching.fetch import Limits, new_client
from services.ingestion.fetching.hosts import Hosts
from services.ingestion.fetching.robots import Robots
from services.ingestion.rechecking import recheck as recheck_module
from services.ingestion.rechecking.recheck import Recheck
from services.ingestion.sources import Source
from tests.ingestion.rechecking.alerts import alert
from tests.ingestion.web import Web, answer, drip

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


@dataclass
class Newsroom:
    """A Withdrawer in memory."""

    known: Mapping[str, Source]
    withdrawn: list[str] = field(default_factory=list)

    def sources(self) -> Mapping[str, Source]:
        return self.known

    def is_withdrawn(self, source: Source, article_id: str) -> bool:
        return source.id == "knows"

    async def withdraw(self, source: Source, article: ArticleSummary) -> None:
        self.withdrawn.append(article.url)


@pytest.fixture
def newsroom(web: Web) -> Newsroom:
    permitted = {"headers": {"x-key": "a secret"}, "allow_networks": LOOPBACK}
    sources = [Source(id=id_, name=id_, url=f"{web.url}/feed", **permitted) for id_ in ("one", "knows")]
    return Newsroom({source.id: source for source in sources})


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recheck_module, "PAGE_SPACING", timedelta(0))


@pytest.fixture
def recheck(client: httpx.AsyncClient, newsroom: Newsroom) -> Recheck:
    return Recheck(client, Hosts(5), Robots(), newsroom)


def page(web: Web, name: str, source: str = "one") -> ArticleSummary:
    found = alert(NOW, f"{web.url}/{name}", article_id=f"art-{name}", source_id=source).article
    assert found is not None
    return found


async def test_a_page_that_is_gone_withdraws_its_article_and_one_that_stands_does_not(
    web: Web, recheck: Recheck, newsroom: Newsroom
) -> None:
    web.answers["/gone"] = answer(b"", "410 Gone")
    web.answers["/there"] = answer(b"<p>x</p>" * 100_000, content_type="text/html")
    assert await recheck.check(page(web, "gone")) == "withdrawn"
    assert await recheck.check(page(web, "there")) == "stands"
    assert newsroom.withdrawn == [f"{web.url}/gone"]
    assert web.requests[-1].headers["x-key"] == "a secret", "asked as the source is"


@pytest.mark.parametrize("status", ["404 Not Found", "403 Forbidden", "451 Unavailable", "503 Unavailable"])
async def test_no_other_status_is_taken_for_withdrawn(
    web: Web, recheck: Recheck, newsroom: Newsroom, status: str
) -> None:
    web.answers["/a"] = answer(b"", status)
    assert await recheck.check(page(web, "a")) == "failed"
    assert newsroom.withdrawn == []


async def test_what_is_withdrawn_already_is_not_asked_for_again(web: Web, recheck: Recheck, newsroom: Newsroom) -> None:
    web.answers["/gone"] = answer(b"", "410 Gone")
    assert await recheck.check(page(web, "gone", source="knows")) == "known"
    assert await recheck.check(page(web, "gone")) == "withdrawn"
    assert await recheck.check(page(web, "gone")) == "known"
    assert [request.path for request in web.requests] == ["/robots.txt", "/gone"]
    assert len(newsroom.withdrawn) == 1


async def test_several_watches_that_rang_for_one_article_ask_once(web: Web, recheck: Recheck) -> None:
    web.answers["/a"] = answer(b"text")
    assert [await recheck.check(page(web, "a")) for _ in range(2)] == ["stands", "asked-lately"]


async def test_robots_txt_is_kept_and_a_source_that_was_removed_is_left_alone(web: Web, recheck: Recheck) -> None:
    web.answers["/robots.txt"] = answer(b"User-agent: *\nDisallow: /closed")
    web.answers["/closed"] = answer(b"", "410 Gone")
    assert await recheck.check(page(web, "closed")) == "forbidden"
    assert await recheck.check(page(web, "other", source="removed")) == "no-source"
    assert [request.path for request in web.requests] == ["/robots.txt"]


async def test_an_address_that_the_source_may_not_reach_is_not_asked(web: Web, newsroom: Newsroom) -> None:
    newsroom.known = {"one": Source(id="one", name="One", url="https://news.example/feed")}
    web.answers["/gone"] = answer(b"", "410 Gone")
    async with new_client() as client:
        assert await Recheck(client, Hosts(5), Robots(), newsroom).check(page(web, "gone")) == "failed"
    assert web.requests == []


async def test_a_host_in_trouble_rests_and_holds_up_the_rest_by_one_time_out(
    web: Web, recheck: Recheck, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recheck_module, "LIMITS", Limits(seconds=0.2))
    web.answers["/slow"] = drip(b"HTTP/1.1 200 OK\r\n\r\n", b"x", 0.05)
    web.answers["/next"] = answer(b"", "410 Gone")
    assert await recheck.check(page(web, "slow")) == "failed"
    assert await recheck.check(page(web, "next")) == "host-rests"
