"""sources: what a desk may write, and what it is told when it is wrong."""

from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest

from services.backbone.errors import ConfigurationError
from services.backbone.settings import DEFAULT_CONFIG
from services.ingestion.sources import Source, load_sources

FEED = "id: a, name: A, url: https://news.example/feed"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sources").mkdir()
    return tmp_path


def write(folder: Path, text: str, file: str = "desk.yaml") -> None:
    (folder / "sources" / file).write_text(text, encoding="utf-8")


def test_sources_of_all_files_are_one_list(folder: Path) -> None:
    write(folder, "sources:\n  - {id: a, name: A, url: 'https://news.example/feed'}\n", "1.yaml")
    write(
        folder,
        "sources:\n- id: b\n  name: B\n  url: http://127.0.0.1:8000/feed.xml\n  language: ur\n  interval: 15m\n"
        "  enabled: false\n  headers: {X-Key: secret}\n",
        "2.yaml",
    )
    sources = load_sources(folder)

    assert [source.id for source in sources.sources] == ["a", "b"]
    assert [source.id for source in sources.enabled] == ["a"]
    assert sources.sources[0].interval == timedelta(minutes=10)
    assert sources.sources[1].interval == timedelta(minutes=15)
    assert sources.sources[1].host == "127.0.0.1:8000"
    assert "secret" not in repr(sources)


def test_the_digest_tells_versions_apart(folder: Path) -> None:
    write(folder, f"sources: [{{{FEED}}}]")
    before = load_sources(folder).digest

    assert load_sources(folder).digest == before
    write(folder, f"sources: [{{{FEED}, interval: 20m}}]")
    assert load_sources(folder).digest != before


def test_no_sources_are_no_error(folder: Path) -> None:
    assert load_sources(folder).sources == ()


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("30", 30), ("0.5m", None), ("1.5", 1.5), ("90s", 90), ("5m", 300), ("2h", 7200), ("1d", 86400), ("24 h", 86400),
     ("0", None), ("0s", None), ("25h", None), ("2d", None), ("-5", None), ("5 minutes", None), ("true", None),
     ("[5]", None), ("99999999999999999", None)],
)  # fmt: skip
def test_an_interval_is_seconds_or_a_duration(folder: Path, written: str, seconds: float | None) -> None:
    write(folder, f"sources: [{{{FEED}, interval: {written}}}]")

    if seconds is None:
        with pytest.raises(ConfigurationError, match=r"desk\.yaml:1 sources\[0\]\.interval: .*; write "):
            load_sources(folder)
    else:
        assert load_sources(folder).sources[0].interval == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("news.example/feed", "an address without http:// or https://; write it like https://news.example/feed.xml"),
        ("ftp://news.example/feed", "an address that begins with ftp://; only http and https are read"),
        ("FILE:///etc/passwd", "an address that begins with file://; only http and https are read"),
        ("https:///feed", "an address without a host; write it like https://news.example/feed.xml"),
        ("https://", "an address without a host; write it like https://news.example/feed.xml"),
        ("https://news.example:http/", "a malformed address"),
        ("https://news.example:99999/", "a malformed address"),
        ("https://[::1/feed", "a malformed address"),
        ("https://news..example/", "a malformed host name; write it like https://news.example/feed.xml"),
        ("https://news,example/", "a malformed host name; write it like https://news.example/feed.xml"),
        ("https://desk:secret@news.example/", "an address with a user name in it; put credentials into headers"),
        ("https://evil.example\\@news.example/", "an address with a blank, a control character or a backslash"),
        ("https://news.example/a b", "an address with a blank, a control character or a backslash"),
        ("", "an address without http:// or https://"),
    ],
)
def test_a_bad_url_is_told_with_its_place_and_the_fix(folder: Path, url: str, told: str) -> None:
    write(folder, f"sources:\n  - id: a\n    name: A\n    url: '{url}'\n")

    with pytest.raises(ConfigurationError) as refused:
        load_sources(folder)
    (defect,) = refused.value.defects
    assert str(defect).startswith(f"sources/desk.yaml:4 sources[0].url: {told}")
    assert defect.fix
    assert "secret" not in str(defect)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8000/", "https://[2001:db8::1]:8443/f", "https://новости.example/ф?a=1"]
)
def test_a_good_url_is_kept_as_written(url: str) -> None:
    assert Source(id="a", name="A", url=url).url == url


def test_every_defect_is_told_at_once(folder: Path) -> None:
    write(
        folder,
        "sources:\n- id: A a\n  name: ''\n  url: https://news.example/\n"
        "- id: b\n  nam: B\n  url: x\n  language: english\n  headers: {'X Key': \"a\\nb\"}\n",
    )
    with pytest.raises(ConfigurationError) as refused:
        load_sources(folder)

    told = {str(defect) for defect in refused.value.defects}
    assert "sources/desk.yaml:6 sources[1].nam: unknown key 'nam'; did you mean 'name'?" in told
    assert "sources/desk.yaml:5 sources[1]: 'name' is missing; add it" in told
    assert {str(defect.where) for defect in refused.value.defects} >= {
        "sources/desk.yaml:2 sources[0].id",
        "sources/desk.yaml:3 sources[0].name",
        "sources/desk.yaml:7 sources[1].url",
        "sources/desk.yaml:8 sources[1].language",
        "sources/desk.yaml:9 sources[1].headers.X Key",
    }


def test_an_id_that_stands_twice_names_both_places(folder: Path) -> None:
    write(folder, f"sources:\n- {{{FEED}}}\n", "1.yaml")
    write(folder, f"sources:\n- {{{FEED}}}\n", "2.yaml")

    with pytest.raises(ConfigurationError, match=r"2\.yaml:2 .*'a' stands twice, first at sources/1\.yaml:2"):
        load_sources(folder)


KINDS = {
    "feed": "url: 'https://news.example/feed'",
    "sitemap": "url: 'https://news.example/sitemap.xml'",
    "page": "url: 'https://news.example/', select: 'h2 a'",
    "folder": "path: wire",
    "push": "token: {env: DESK_TOKEN}",
}
TOKEN = {"DESK_TOKEN": "hush-hush-hush-hush"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_takes_what_it_needs(folder: Path, kind: str) -> None:
    write(folder, f"sources: [{{id: a, name: A, kind: {kind}, {KINDS[kind]}}}]")
    [source] = load_sources(folder, TOKEN).sources

    assert source.kind == kind
    assert source.site == (("news.example",) if source.url else ())
    assert source.host == ("news.example" if source.url else f"{kind}:a")
    assert source.path == (folder / "wire" if kind == "folder" else None)
    assert source.token == (TOKEN["DESK_TOKEN"] if kind == "push" else None)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("kind: page, url: 'https://a.example/'", "a source of kind page needs 'select'; add it"),
        ("kind: sitemap", "a source of kind sitemap needs 'url'; add it"),
        ("kind: folder", "a source of kind folder needs 'path'; add it"),
        ("kind: push", "a source of kind push needs 'token'; add it"),
        (
            "kind: folder, path: x, url: 'https://a.example/'",
            "a source of kind folder has no use for 'url'; remove it, or write kind: feed or sitemap or page",
        ),
        (
            "url: 'https://a.example/', select: a",
            "a source of kind feed has no use for 'select'; remove it, or write kind: page",
        ),
        (
            "kind: push, token: {env: DESK_TOKEN}, interval: 5m",
            "a source of kind push has no use for 'interval'; remove it, or write kind: feed or sitemap or page or",
        ),
        (
            "kind: push, token: {env: DESK_TOKEN}, ring_last: 5m",
            "a source of kind push has no use for 'ring_last'; remove it, or write kind: feed or sitemap or page or",
        ),
        (
            "url: 'https://a.example/', ring_last: lately",
            "not a duration; write seconds, or a number with s, m, h, d or w",
        ),
        ("url: 'https://a.example/', ring_last: 500d", "longer than a year; write a duration up to 365d"),
        ("url: 'https://a.example/', tier: 4", "Input should be less than or equal to 3"),
        ("url: 'https://a.example/', country: UK", "not a country's code of two capital letters; write it like GB"),
        ("url: 'https://a.example/', country: pk", "not a country's code of two capital letters; write it like PK"),
        (
            "url: 'https://a.example/', interval: 8h, max_interval: 7h",
            "shorter than interval; make it as long, or longer",
        ),
        ("url: 'https://a.example/', allow_networks: [10.0.0.1/8]", "its address has bits beyond the prefix"),
        ("url: 'https://a.example/', allow_networks: [desk.local]", "no CIDR form"),
        ("url: 'https://a.example/', allow_networks: [0.0.0.0/0]", "name the narrowest that will do"),
        ("url: 'https://a.example/', site: ['a b']", "a malformed host name"),
        ("url: 'https://a.example/', headers: {Host: b.example}", "a header that Tocsin sets itself; remove it"),
        ("url: 'https://a.example/', headers: {X: [1]}", "write text in quotes, {env: NAME} or {file: PATH}"),
        ("url: 'https://a.example/', headers: {X: {evn: A}}", "unknown key 'evn'; did you mean 'env'?"),
        ("url: 'https://a.example/', headers: {X: {}}", "a secret stands in one place; write {env: NAME}"),
        ("kind: page, url: 'https://a.example/', select: 'a['", "not a CSS selector"),
        ("kind: feedd, url: 'https://a.example/'", "Input should be 'feed'"),
    ],
)
def test_what_does_not_fit_is_told_with_the_fix(folder: Path, written: str, told: str) -> None:
    write(folder, f"sources:\n- {{id: a, name: A, {written}}}\n")
    with pytest.raises(ConfigurationError) as refused:
        load_sources(folder, TOKEN)
    [defect] = refused.value.defects
    assert told in str(defect)
    assert str(defect).startswith("sources/desk.yaml:2 sources[0]")


def test_what_is_left_out_has_its_default(folder: Path) -> None:
    write(folder, f"sources:\n- {{{FEED}}}\n- {{id: b, name: B, url: 'https://x.b.co.uk/', interval: 12h}}\n")
    first, second = load_sources(folder).sources

    assert (first.kind, first.tier, first.country, first.full_text) == ("feed", 2, None, False)
    assert (first.max_interval, second.max_interval) == (timedelta(hours=6), timedelta(hours=12))
    assert (first.site, second.site) == (("news.example",), ("b.co.uk",))
    assert first.allow_networks == ()


def test_what_a_desk_says_is_kept(folder: Path) -> None:
    write(
        folder,
        f"sources: [{{{FEED}, tier: 1, country: AF, full_text: true, site: [a.example, b.example], interval: 1m,"
        " max_interval: 2m, allow_networks: [10.0.0.0/8, 'fd00::/8', 127.0.0.1]}]",
    )
    [source] = load_sources(folder).sources
    assert (source.tier, source.country, source.full_text) == (1, "AF", True)
    assert source.site == ("a.example", "b.example")
    assert source.max_interval == timedelta(minutes=2)
    assert source.allow_networks == (ip_network("10.0.0.0/8"), ip_network("fd00::/8"), ip_network("127.0.0.1"))


def test_secrets_are_read_from_where_they_stand_and_never_shown(folder: Path) -> None:
    (folder / "key").write_text("hush-of-file\n")
    write(folder, f"sources: [{{{FEED}, headers: {{A: plain-hush, B: {{env: DESK_KEY}}, C: {{file: key}}}}}}]")
    sources = load_sources(folder, {"DESK_KEY": "hush-of-env"})

    assert sources.sources[0].headers == {"A": "plain-hush", "B": "hush-of-env", "C": "hush-of-file"}
    assert "hush" not in repr(sources) + str(sources)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("", "environment variable DESK_TOKEN is not set; put the secret into environment variable DESK_TOKEN"),
        ("hush", "environment variable DESK_TOKEN holds less than 16 characters; put a long token there: openssl rand"),
        ("hush-hush-hush-hush-é", "environment variable DESK_TOKEN holds what no header can carry; use plain ASCII"),
    ],
)
def test_a_secret_that_is_none_is_told_where_it_is_named(folder: Path, value: str, told: str) -> None:
    write(folder, "sources:\n- id: a\n  name: A\n  kind: push\n  token: {env: DESK_TOKEN}\n")
    with pytest.raises(ConfigurationError) as refused:
        load_sources(folder, {"DESK_TOKEN": value})
    [defect] = refused.value.defects
    assert str(defect).startswith(f"sources/desk.yaml:5 sources[0].token: {told}")
    assert "hush" not in str(defect)


def test_a_token_opens_one_source_only(folder: Path) -> None:
    push = "kind: push, token: {env: DESK_TOKEN}"
    write(folder, f"sources:\n- {{id: a, name: A, {push}}}\n- {{id: b, name: B, {push}}}\n")
    with pytest.raises(ConfigurationError, match="the token of 'b' is also that of 'a'; give each push source"):
        load_sources(folder, {"DESK_TOKEN": "hush-hush-hush-hush"})


def test_a_source_that_is_not_read_needs_no_secret(folder: Path) -> None:
    headers = "headers: {A: plain, B: {env: DESK_KEY}}"
    write(
        folder,
        f"sources:\n- {{{FEED}, enabled: false, {headers}}}\n"
        "- {id: b, name: B, kind: push, token: {env: DESK_TOKEN}, enabled: false}\n",
    )
    feed, push = load_sources(folder, {}).sources
    assert feed.headers == {"A": "plain"}
    assert push.token is None


def test_the_default_sources_are_sound() -> None:
    sources = load_sources(DEFAULT_CONFIG).sources

    assert len({source.url for source in sources}) == len(sources) > 20
    assert all(timedelta(minutes=15) <= source.interval <= timedelta(minutes=30) for source in sources)
    assert {"en", "ur", "ps", "fa", "hi", "bn", "ru", "zh"} <= {(source.language or "")[:2] for source in sources}
    assert {"AF", "PK", "IN", "IR", "KZ", "UZ", "KG", "RU", "CN"} <= {source.country for source in sources}
    assert all("bbc.com" in source.site for source in sources if source.name.startswith("BBC"))
