"""`tocsin source parse`: what a person and what a program is shown of a feed."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.cli.source.command import app
from services.ingestion.reading.entry import FeedUnreadable
from tests.ingestion.reading.feeds import ATOM, RSS, URL


@pytest.fixture
def rss(tmp_path: Path) -> Path:
    file = tmp_path / "feed.xml"
    file.write_bytes(RSS)
    return file


def test_a_feed_is_shown_with_its_entries(rss: Path) -> None:
    shown = CliRunner().invoke(app, ["parse", str(rss), "--url", URL])
    assert shown.exit_code == 0
    for part in (
        "Example News",
        "ur-PK",
        "2 entries",
        "2026-11-24 04:30",
        "https://news.example/en/2026/11/tea",
        "undated",
    ):
        assert part in shown.stdout


def test_a_program_gets_one_object(rss: Path) -> None:
    told = json.loads(CliRunner().invoke(app, ["parse", str(rss), "--url", URL, "--json"]).stdout)
    first, second = told["entries"]

    assert told["feed"]["title"] == "Example News"
    assert told["feed"]["ttl"] == 1_800
    assert told["encoding"] == "utf-8"
    assert (first["id"], first["published"]) == ("talks-2", "2026-11-24T04:30:00+00:00")
    assert first["content"].startswith("<p>حکام")
    assert first["summary"] == "حکام نے منگل کو بات چیت کی۔"
    assert (second["published"], second["date_mark"], second["link"]) == (
        None,
        "undated",
        "https://news.example/en/2026/11/tea",
    )


def test_text_without_markup_is_printed_as_text(tmp_path: Path) -> None:
    file = tmp_path / "feed.atom"
    file.write_bytes(ATOM)
    told = json.loads(CliRunner().invoke(app, ["parse", str(file), "--json"]).stdout)

    assert told["entries"][0]["title"] == "Border post <em>reopens</em>"
    assert told["entries"][1]["summary"] == "3 < 4"


def test_each_line_has_an_answer_whatever_it_asks(tmp_path: Path, rss: Path) -> None:
    page, unicode_lines = tmp_path / "page.html", tmp_path / "lines.xml"
    page.write_bytes(b"<html><body>Log in</body></html>")
    unicode_lines.write_bytes(RSS.replace("کابل".encode(), "one\u2028two\x85three".encode()))
    lines = [
        json.dumps({"file": str(rss), "url": URL, "headers": {"content-type": "text/xml", "content-language": "fa"}}),
        json.dumps({"file": str(page)}),
        json.dumps({"file": str(tmp_path / "none.xml"), "url": None, "headers": None}),
        "[1]",
        "no JSON",
        json.dumps({"file": str(unicode_lines)}),
    ]
    answers = CliRunner().invoke(app, ["parse", "-", "--json"], input="\n".join(lines) + "\n").stdout.splitlines()
    told = [json.loads(answer) for answer in answers]

    assert len(told) == len(lines)
    assert len(told[0]["entries"]) == len(told[5]["entries"]) == 2
    assert ["error" in one for one in told] == [False, True, True, True, True, False]
    assert told[1]["error"].startswith("an HTML page")


def test_what_is_no_feed_is_told(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("notes")

    refused = CliRunner().invoke(app, ["parse", str(file)])
    assert isinstance(refused.exception, FeedUnreadable)
