"""sources: what a desk may write, and what it is told when it is wrong."""

from datetime import timedelta
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


def test_the_default_sources_are_sound() -> None:
    sources = load_sources(DEFAULT_CONFIG).sources

    assert len({source.url for source in sources}) == len(sources) > 20
    assert all(timedelta(minutes=15) <= source.interval <= timedelta(minutes=30) for source in sources)
    assert {"en", "ur", "ps", "fa", "hi", "bn", "ru", "zh"} <= {(source.language or "")[:2] for source in sources}
