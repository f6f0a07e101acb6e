"""`tocsin source extract`: what a person and what a program is shown of a page."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.cli.source.command import app
from services.ingestion.pages.page import PageUnreadable
from tests.ingestion.pages.regional import PASHTO_BLOG, RUSSIAN_OLD

URL = "https://news.example/road"


@pytest.fixture
def page(tmp_path: Path) -> Path:
    file = tmp_path / "page.html"
    file.write_bytes(PASHTO_BLOG.body)
    return file


def test_a_page_is_shown_with_what_is_known_of_it(page: Path) -> None:
    shown = CliRunner().invoke(app, ["extract", str(page), "--url", URL])
    assert shown.exit_code == 0
    for part in (PASHTO_BLOG.title, *PASHTO_BLOG.paragraphs, "2026-11-23 17:10 UTC", "ps-AF"):
        assert part in shown.stdout


def test_a_program_gets_one_object(page: Path) -> None:
    told = json.loads(CliRunner().invoke(app, ["extract", str(page), "--url", URL, "--json"]).stdout)
    assert told["title"] == PASHTO_BLOG.title
    assert told["text"].split("\n") == list(PASHTO_BLOG.paragraphs)
    assert told["date"] == "2026-11-23T17:10:00+00:00"
    assert (told["language"], told["wall"], told["authors"]) == ("ps-AF", None, [])


def test_each_line_has_an_answer_whatever_it_asks(tmp_path: Path, page: Path) -> None:
    old, none = tmp_path / "old.html", tmp_path / "none.html"
    old.write_bytes(RUSSIAN_OLD.body)
    none.write_bytes(b"%PDF-1.7")
    asked = [{"file": str(none), "url": URL}, {"file": "/nowhere"}, {"url": URL}, [], {"file": str(old), "url": None}]
    lines = [*map(json.dumps, asked), "no JSON", json.dumps({"file": str(page), "url": URL})]
    told = CliRunner().invoke(app, ["extract", "-", "--json"], input="\n".join(lines))
    assert told.exit_code == 0
    answers = [json.loads(line) for line in told.stdout.splitlines()]
    assert ["error" in answer for answer in answers] == [True, True, True, True, False, True, False]
    assert [answer.get("title") for answer in answers if "title" in answer] == [RUSSIAN_OLD.title, PASHTO_BLOG.title]


def test_a_page_that_cannot_be_read_is_told_with_what_to_do(tmp_path: Path) -> None:
    told = CliRunner().invoke(app, ["extract", str(tmp_path / "absent.html")])
    assert isinstance(told.exception, PageUnreadable)
    assert "name a file with a page" in str(told.exception)
