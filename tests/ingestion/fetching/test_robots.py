"""robots.txt: what it permits, when it is asked for, and what a hostile one costs."""

import asyncio
import time
from datetime import timedelta

import httpx
import pytest

from services.backbone.addresses import LOOPBACK
from services.ingestion.fetching import robots as module
from services.ingestion.fetching.failures import AddressRefused
from services.ingestion.fetching.fetch import new_client
from services.ingestion.fetching.robots import FRESH_SECONDS, MAX_BYTES, MAX_DELAY, TROUBLE_SECONDS, Robots, Rules
from tests.ingestion.web import Request, Web, answer, open_web


class Clock:
    """Seconds that pass when told."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("written", "path", "allowed"),
    [
        ("", "/a", True),
        ("User-agent: *\nDisallow: /", "/a", False),
        ("User-agent: *\nDisallow:", "/a", True),
        ("User-agent: *\nDisallow: /a\nAllow: /a/b", "/a/b/c", True),
        ("User-agent: *\nDisallow: /a\nAllow: /a/b", "/a/c", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/a.pdf", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/a.pdf?b", True),
        ("User-agent: *\nDisallow: /\n\nUser-agent: Tocsin\nAllow: /", "/a", True),
        ("User-agent: tocsin\nDisallow:\n\nUser-agent: *\nDisallow: /", "/a", True),
        ("User-agent: TOCSIN/1.0\nDisallow: /x\nUser-agent: other\nDisallow: /", "/a", True),
        ("User-agent: other\nUser-agent: Tocsin\nDisallow: /x\n", "/x", False),
        ("User-agent: Tocsin\nDisallow: /x\nUser-agent: z\nDisallow: /\nUser-agent: Tocsin\nDisallow: /y", "/y", False),
        ("User-agent: Tocsinbot\nDisallow: /", "/a", True),
        ("User-agent: *\nCrawl-delay: 5\nUser-agent: Tocsin\nDisallow: /b", "/a", True),
        ("\ufeffuser-AGENT : * # all\r\rDISALLOW : /a # not this\r\n", "/a", False),
        ("User-agent: *\nDisallow: /\u06a9\u0627\u0628\u0644", "/%DA%A9%D8%A7%D8%A8%D9%84", False),
        ("Disallow: /", "/a", True),
        ("<html>404</html>", "/a", True),
        ("User-agent: *\nDisallow: /", "/robots.txt", True),
    ],
)
def test_a_page_is_permitted_as_the_rules_for_us_say(written: str, path: str, allowed: bool) -> None:
    permission = Rules(written.encode()).permission(f"https://news.example{path}")
    assert permission.allowed is allowed
    assert bool(permission.reason) is not allowed


@pytest.mark.parametrize(
    ("written", "seconds"), [("5", 5), ("0.5", 0.5), ("9999999", 30), ("-1", 0), ("inf", 0), ("soon", 0)]
)
def test_the_delay_that_is_asked_for_is_kept_within_a_bound(written: str, seconds: float) -> None:
    rules = Rules(f"User-agent: *\nCrawl-delay: {written}".encode())
    assert rules.permission("https://news.example/a").delay == timedelta(seconds=seconds) <= MAX_DELAY


@pytest.mark.parametrize(
    "written",
    [
        "".join(f"User-agent: a{n}\n" for n in range(15_000)) + "".join(f"Disallow: /{n}\n" for n in range(20_000)),
        "User-agent: *\n" * 15_000 + "".join(f"Disallow: /{n}\n" for n in range(20_000)),
        "User-agent: *\n" + "".join(f"Disallow: /*a*a*a*a*a*a*b{n}$\n" for n in range(20_000)),
        "User-agent: *\nDisallow: /" + "*a" * 250_000,
        "User-agent: *\n" + "Disallow: /\n" * 40_000,
        "\r" * MAX_BYTES,
    ],
    ids=["agents times rules", "one agent again and again", "stars", "one line", "one rule", "nothing"],
)
def test_a_hostile_file_costs_no_more_than_a_second(written: str) -> None:
    seconds = []
    for _ in range(3):  # what else the machine does only ever makes it slower
        began = time.process_time()
        rules = Rules(written.encode())
        rules.permission("https://news.example/" + "a" * 2000)
        seconds.append(time.process_time() - began)
    assert min(seconds) < 1
    assert rules.length <= MAX_BYTES


async def test_it_is_asked_for_once_a_day_and_before_pages_only(web: Web, client: httpx.AsyncClient) -> None:
    web.answers["/robots.txt"] = answer(b"User-agent: *\nDisallow: /private\nCrawl-delay: 2")
    clock = Clock()
    robots = Robots(clock)
    for _ in range(3):
        permission = await robots.permission(client, f"{web.url}/news?a=b")
        assert (permission.allowed, permission.delay) == (True, timedelta(seconds=2))
        assert not (await robots.permission(client, f"{web.url}/private/x")).allowed
    assert [request.path for request in web.requests] == ["/robots.txt"]

    clock.now += FRESH_SECONDS
    await robots.permission(client, f"{web.url}/news")
    assert len(web.requests) == 2


@pytest.mark.parametrize(
    ("status", "allowed"),
    [
        *(("404 Not Found", True), ("410 Gone", True), ("401 Unauthorized", True), ("403 Forbidden", True)),
        *(("204 No Content", True), ("429 Too Many Requests", False), ("500 Trouble", False), ("503 Busy", False)),
    ],
)
async def test_without_a_file_all_is_permitted_and_in_trouble_nothing(
    web: Web, client: httpx.AsyncClient, status: str, allowed: bool
) -> None:
    web.answers["/robots.txt"] = answer(b"", status)
    clock = Clock()
    robots = Robots(clock)
    assert (await robots.permission(client, f"{web.url}/a")).allowed is allowed
    web.answers["/robots.txt"] = answer(b"User-agent: *\nAllow: /")
    clock.now += TROUBLE_SECONDS
    assert (await robots.permission(client, f"{web.url}/a")).allowed
    assert len(web.requests) == (1 if allowed else 2), "trouble is asked about again soon"


async def test_in_trouble_what_could_be_read_before_holds_on(web: Web, client: httpx.AsyncClient) -> None:
    web.answers["/robots.txt"] = answer(b"User-agent: *\nDisallow: /x")
    clock = Clock()
    robots = Robots(clock)
    await robots.permission(client, f"{web.url}/a")
    web.answers["/robots.txt"] = answer(b"", "503 Busy")
    clock.now += FRESH_SECONDS
    assert (await robots.permission(client, f"{web.url}/a")).allowed
    assert not (await robots.permission(client, f"{web.url}/x")).allowed


async def test_redirects_are_followed_and_a_loop_permits(web: Web, client: httpx.AsyncClient) -> None:
    async with open_web() as other:
        web.answers["/robots.txt"] = answer(b"", "301 Moved", location=f"{other.url}/r")
        other.answers["/r"] = answer(b"User-agent: *\nDisallow: /")
        assert not (await Robots().permission(client, f"{web.url}/a")).allowed
        web.answers["/robots.txt"] = answer(b"", "301 Moved", location="/robots.txt")
        assert (await Robots().permission(client, f"{web.url}/a")).allowed


async def test_of_a_long_file_the_beginning_counts(web: Web, client: httpx.AsyncClient) -> None:
    async def endless(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\nUser-agent: *\nDisallow: /x\n")
        while True:
            writer.write(b"# nothing\n" * 6000)
            await writer.drain()

    web.answers["/robots.txt"] = endless
    robots = Robots()
    assert not (await robots.permission(client, f"{web.url}/x")).allowed
    assert (await robots.permission(client, f"{web.url}/y")).allowed
    assert len(web.requests) == 1


async def test_a_site_that_may_not_be_reached_is_not_judged_by_its_file(web: Web) -> None:
    async with new_client() as client:
        with pytest.raises(AddressRefused):
            await Robots().permission(client, f"{web.url}/a")
    assert web.accepted == 0


async def test_what_is_kept_is_bounded(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    async def here(_: str) -> list[str]:
        return ["127.0.0.1"]

    monkeypatch.setattr(module, "MAX_SITES", 50)
    monkeypatch.setattr(module, "MAX_CHARACTERS", 3000)
    web.answers["/robots.txt"] = answer(b"User-agent: *\n" + b"Disallow: /x\n" * 60)
    clock = Clock()
    robots = Robots(clock)
    async with new_client(allowed=LOOPBACK, resolve=here) as client:
        for n in range(20):
            assert (await robots.permission(client, f"http://n{n}.example:{web.port}/a")).allowed
        clock.now += FRESH_SECONDS
        await robots.permission(client, f"http://n19.example:{web.port}/a")
        assert len(web.requests) == 21
        kept = sum(known.rules.length for known in robots._known.values() if known.rules)
        assert 2000 < robots._length == kept <= 3000

        await robots.permission(client, f"http://n18.example:{web.port}/a")
        await robots.permission(client, f"http://n19.example:{web.port}/a")
        assert len(web.requests) == 22, "what is fresh is not asked for again"
        await robots.permission(client, f"http://n0.example:{web.port}/a")
        assert len(web.requests) == 23

        monkeypatch.setattr(module, "MAX_SITES", 2)
        await robots.permission(client, f"http://n1.example:{web.port}/a")
        assert len(robots._known) == 2
