"""`tocsin source add`: from a site's page to a source that is read."""

from datetime import timedelta
from pathlib import Path

import pytest

from services.backbone.errors import TocsinError
from services.ingestion.sources import Source, load_sources
from tests.cli.command import invoke
from tests.cli.source.feeds import LOOPBACK, rss, serve_page, serve_rss
from tests.ingestion.web import Web, answer

RSS_LINK = '<link rel="alternate" type="application/rss+xml" href="{}">'


def add(folder: Path, url: str, *more: str) -> str:
    """What it says; an error of ours is raised."""
    told = invoke("source", "add", url, "--allow-network", LOOPBACK, "--config", folder, *more)
    if isinstance(told.exception, TocsinError):
        raise told.exception
    assert told.exit_code == 0, told.output
    return told.stdout


def the_source(folder: Path) -> Source:
    [source] = load_sources(folder).sources
    return source


def test_the_feed_that_a_page_names_is_found_shown_and_written(site: Web, folder: Path) -> None:
    feed = serve_rss(site, "/world/feed")
    page = serve_page(
        site, "/", '<meta property="og:site_name" content="Example News">'
        + RSS_LINK.format("/comments/feed/") + RSS_LINK.format("/gone") + RSS_LINK.format("world/feed")
    )  # fmt: skip
    shown = add(folder, page, "--file", "desk")

    source = the_source(folder)
    assert (source.url, source.name, source.language, source.kind) == (feed, "Example News", "en", "feed")
    assert source.id == "example-news", "a number is no name"
    assert not source.full_text
    assert [str(network) for network in source.allow_networks] == [LOOPBACK]
    assert "3 entries, the newest 2 hours ago, en-GB, texts of about " in shown
    assert "Talks, day 2" in shown
    assert (folder / "sources" / "desk.yaml").is_file()


@pytest.mark.parametrize("place", ["/news/feed", "/atom.xml", "/feed.json"])
def test_a_feed_that_no_page_names_is_found_at_the_usual_places(site: Web, folder: Path, place: str) -> None:
    json = b'{"version": "https://jsonfeed.org/version/1.1", "title": "A", "items": [{"id": "1", "title": "T"}]}'
    feed = serve_rss(site, place, json if place.endswith("json") else None)
    add(folder, serve_page(site, "/news/", "<title>Example | Home</title>"))

    assert the_source(folder).url == feed
    assert the_source(folder).name == "Example"


def test_a_sitemap_that_robots_txt_names_is_the_last_resort(site: Web, folder: Path) -> None:
    site.answers["/robots.txt"] = answer(b"User-agent: *\nSitemap: /all.xml\nsitemap:/news-sitemap.xml\n")
    site.answers["/news-sitemap.xml"] = answer(
        b"<sitemapindex><sitemap><loc>/1.xml</loc></sitemap></sitemapindex>", content_type="application/xml"
    )
    site.answers["/1.xml"] = answer(b"<urlset><url><loc>/article</loc></url></urlset>", content_type="application/xml")
    shown = add(folder, serve_page(site, "/"))

    source = the_source(folder)
    assert (source.kind, source.url, source.language) == ("sitemap", f"{site.url}/news-sitemap.xml", "ps")
    assert source.full_text, "a plain sitemap has addresses only"
    assert "1 entry, " in shown


def test_an_address_of_a_feed_is_taken_as_it_is_and_teasers_are_seen(site: Web, folder: Path) -> None:
    feed = serve_rss(site, "/rss?lang=ps", rss("رسنۍ", text="A teaser.", language="ps"))
    shown = add(folder, feed, "--id", "desk", "--name", "The Desk: world")

    source = the_source(folder)
    assert (source.id, source.name, source.url, source.language) == ("desk", "The Desk: world", feed, "ps")
    assert source.full_text
    assert "ps, teasers of about 9 characters" in shown
    assert [request.path for request in site.requests] == ["/rss?lang=ps"], "asked once"


def test_a_dry_run_shows_the_yaml_and_writes_nothing(site: Web, folder: Path) -> None:
    feed = serve_rss(site, "/feed")
    shown = add(folder, feed, "--dry-run")

    assert f"  - id: example-news\n    name: Example News\n    url: {feed}\n" in shown
    assert list((folder / "sources").iterdir()) == []


def test_what_rings_of_the_first_reading_is_asked_for_by_ring_last(site: Web, folder: Path) -> None:
    add(folder, serve_rss(site, "/feed"), "--ring-last", "6h")
    [file] = (folder / "sources").iterdir()

    assert the_source(folder).ring_last == timedelta(hours=6)
    assert "ring_last: 6h\n" in file.read_text()
    refused = invoke("source", "add", site.url, "--ring-last", "lately", "--config", folder)
    assert refused.exit_code == 2
    assert "not a duration; write seconds, or a number with s, m, h, d or w" in " ".join(refused.output.split())


def test_what_stands_in_the_file_stays_as_it_is(site: Web, folder: Path) -> None:
    before = "# The desk.\nsources:\n- id: a   # first\n  name: 'A'\n\n  url: https://a.example/feed\n# The end.\n"
    (folder / "sources" / "desk.yaml").write_text(before)
    add(folder, serve_rss(site, "/feed"), "--file", "desk.yaml")

    after = (folder / "sources" / "desk.yaml").read_text()
    assert after.startswith(before)
    assert [source.id for source in load_sources(folder).sources] == ["a", "example-news"]


def test_a_source_that_is_there_is_not_added_twice(site: Web, folder: Path) -> None:
    feed, page = serve_rss(site, "/feed"), serve_page(site, "/", RSS_LINK.format("/feed"))
    add(folder, feed)
    for again in (feed, feed + "/", page):
        with pytest.raises(TocsinError, match=r"/feed/? is in the configuration already, as 'example-news'; "):
            add(folder, again)
    with pytest.raises(TocsinError, match="has the id 'example-news' already; choose another by --id"):
        add(folder, serve_rss(site, "/other"), "--id", "example-news")


def test_a_second_feed_of_a_site_gets_an_id_of_its_own(site: Web, folder: Path) -> None:
    add(folder, serve_rss(site, "/feed"))
    add(folder, serve_rss(site, "/sport/rss.xml"))
    add(folder, serve_rss(site, "/feed2.xml"))
    ids = [source.id for source in load_sources(folder).sources]
    assert ids == ["example-news", "example-news-sport", "example-news-feed2"]


def test_a_private_address_is_refused_with_the_fix(site: Web, folder: Path) -> None:
    told = invoke("source", "add", serve_rss(site, "/feed"), "--config", folder)
    assert "allow" in str(told.exception)
    assert site.requests == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["ftp://news.example/"], "only http and https are read"),
        (["https://desk:secret@news.example/"], "put credentials into headers"),
        (["https://news.example/", "--allow-network", "10.0.0.1/8"], "write it like 10.20.0.0/16"),
    ],
)
def test_a_wrong_argument_is_told(folder: Path, arguments: list[str], told: str) -> None:
    result = invoke("source", "add", *arguments, "--config", folder)
    assert result.exit_code == 2
    assert told in result.output
    assert "secret@" not in result.output


def test_a_site_without_a_feed_is_told_with_what_to_do(site: Web, folder: Path) -> None:
    with pytest.raises(TocsinError, match=r"no feed at .*; name the feed's own address, or write a source"):
        add(folder, serve_page(site, "/"))


def test_a_name_that_leaves_the_folder_is_refused(site: Web, folder: Path) -> None:
    with pytest.raises(TocsinError, match="is no file's name; use letters, digits and hyphens"):
        add(folder, serve_rss(site, "/feed"), "--file", "../desk")
    assert not (folder / "desk.yaml").exists()


def test_a_bad_id_is_told(site: Web, folder: Path) -> None:
    with pytest.raises(TocsinError, match=r"^id: "):
        add(folder, serve_rss(site, "/feed"), "--id", "The Desk")
