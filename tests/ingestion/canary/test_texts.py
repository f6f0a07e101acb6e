"""The articles themselves: the same whoever makes them, and nobody else can have their ids."""

import unicodedata
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.backbone.canary import CANARY, LANGUAGES, NAMED, SCRIPTS, script_of
from services.backbone.errors import ConfigurationError
from services.ingestion.canary.texts import canaries
from services.ingestion.sources import load_sources

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
LATER = datetime(2026, 11, 24, 12, 4, tzinfo=UTC)
LETTERS = {
    "latin": "LATIN",
    "arabic": "ARABIC",
    "pashto": "ARABIC",
    "cyrillic": "CYRILLIC",
    "han": "CJK",
    "devanagari": "DEVANAGARI",
}


def test_there_is_one_for_each_script_in_its_letters() -> None:
    articles = canaries(7, NOON)
    assert [script_of(article.id) for article in articles] == list(SCRIPTS)
    for script, article in zip(SCRIPTS, articles, strict=True):
        letters = [letter for letter in article.title + article.text if letter.isalpha()]
        assert all(unicodedata.name(letter).startswith(LETTERS[script]) for letter in letters), script
        assert NAMED[script] in article.text
        assert (article.language, article.source.id, article.sketch) == (LANGUAGES[script], CANARY, None)


def test_made_again_in_an_interval_it_is_the_same_article_and_in_the_next_another() -> None:
    first, again, other = (canaries(slot, at) for slot, at in ((7, NOON), (7, LATER), (8, LATER)))
    assert [article.event_id for article in first] == [article.event_id for article in again]
    assert {article.id for article in first}.isdisjoint(article.id for article in other)
    assert {article.revision for article in first}.isdisjoint(article.revision for article in other)


@pytest.mark.parametrize("name", ["tocsin-canary", "tocsin-canary-latin"])
def test_no_source_of_a_desk_is_called_so(tmp_path: Path, name: str) -> None:
    (tmp_path / "sources").mkdir()
    written = f"sources:\n  - name: A\n    id: {name}\n    url: https://news.example/rss\n"
    (tmp_path / "sources" / "a.yaml").write_text(written)
    with pytest.raises(ConfigurationError, match=rf"sources/a.yaml:3 .*{name}.*give it another id"):
        load_sources(tmp_path)
