"""Pages made to cost: within the limits, or their worker is killed; another page is read all the same."""

from collections.abc import Callable

import pytest

from services.ingestion.pages.extract import extract_page
from services.ingestion.pages.page import PageUnreadable
from services.ingestion.workers import Limits, WorkerKilled, Workers

URL = "https://news.example/road"
SAID = "Officials met on Tuesday in Herat and talked about the road to the border, a spokesman told reporters."


def page(within: str) -> bytes:
    article = f"<article><h1>Road talks</h1><p>{SAID}</p>{within}<p>{SAID} Again.</p></article>"
    return f"<!doctype html><html><head><title>Road talks</title></head><body>{article}</body></html>".encode()


def in_json_ld(text: str) -> str:
    return f'<script type="application/ld+json">{text}</script>'


HOSTILE: dict[str, Callable[[], bytes]] = {
    "P1 100,000 nested div": lambda: page("<div>" * 100_000),
    "P1 100,000 nested tables": lambda: page("<table><tr><td>" * 100_000),
    "P1 50,000 nested links": lambda: page("<p><a href=/x>y" * 50_000),
    "P2 100,000 attributes": lambda: page(f"<p {' '.join(f'a{n}=1' for n in range(100_000))}>x</p>"),
    "P2 30 tags of 3,000 attributes": lambda: page(f"<p {' '.join(f'a{n}=1' for n in range(3_000))}>x</p>" * 30),
    "P3 200,000 p": lambda: page("<p>word " * 200_000),
    "P4 200,000 br": lambda: page("word<br>" * 200_000),
    "P5 5 MB of spaces": lambda: page(" " * 5_000_000),
    "P6 colspan 9e15": lambda: page("<table><tr><td colspan=9000000000000000 rowspan=9e15>cell</td></tr></table>"),
    "P7 100,000 brackets": lambda: page(in_json_ld("[" * 100_000)),
    "P7 100,000 objects": lambda: page(in_json_ld('{"a":' * 100_000)),
    "P7 1 MB of commas": lambda: page(in_json_ld("[{" + "," * 900_000)),
    "P8 50,000 meta dates": lambda: page('<meta property="article:published_time" content="2026-02-31">' * 50_000),
    "P13 iframe": lambda: page('<iframe src="http://127.0.0.1/">x</iframe>'),
    "P14 meta refresh": lambda: page(f'<meta http-equiv="refresh" content="0; url={URL}">'),
    "P15 10 MB line": lambda: page("word " * 2_000_000),
    "P15 10 MB word": lambda: page("w" * 10_000_000),
    "100,000 links": lambda: page("<a href=/x>word</a> " * 100_000),
    "100,000 titles": lambda: page("<title>x</title>" * 100_000),
    "1 MB of unclosed comments": lambda: page("<!--" * 250_000),
    "1 MB of <": lambda: page("<" * 1_000_000),
    "a title of 5 MB": lambda: page(f"<h1>{'x | ' * 1_250_000}</h1>"),
    "a class of 5 MB": lambda: page(f"<p class='{'related-' * 600_000}'>x</p>"),
}


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
async def test_a_hostile_page_is_read_within_the_limits_or_given_up(hostile: Callable[[], bytes]) -> None:
    """Each is read today; a slower machine may give some up, which costs the page and nothing else."""
    body = hostile()
    async with Workers(1) as workers:
        try:
            read = await workers.run(extract_page, body, URL, "text/html; charset=utf-8")
        except WorkerKilled:
            return
    assert read.text.startswith(SAID)
    assert len(read.text) <= 200_000
    assert len(read.title) <= 1_000


@pytest.mark.parametrize(
    ("limits", "told"),
    [(Limits(cpu_seconds=0.3), (WorkerKilled,)), (Limits(memory_bytes=220 << 20), (WorkerKilled, PageUnreadable))],
    ids=["CPU", "memory, which libxml2 may notice first"],
)
async def test_a_page_over_the_limits_costs_itself_and_the_next_is_read(
    limits: Limits, told: tuple[type[Exception], ...]
) -> None:
    async with Workers(1, limits) as workers:
        with pytest.raises(told):
            await workers.run(extract_page, page("<p>word " * 1_000_000), URL, None)
        assert (await workers.run(extract_page, page(""), URL, None)).title == "Road talks"
