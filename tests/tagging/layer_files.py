"""Folders with layers of a pack, for tests."""

from datetime import UTC, datetime
from pathlib import Path

from schemas import Article, Source
from services.tagging.pack import load_engine
from services.tagging.tag import tag


def write(folder: Path, text: str, name: str = "desk") -> Path:
    """A configuration folder with one more file of the pack."""
    (folder / "pack").mkdir(parents=True, exist_ok=True)
    (folder / "pack" / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


def tags(folder: Path, text: str) -> set[str]:
    """The actors and topics that the pack of a folder finds in a text."""
    article = Article(
        id="0" * 32,
        revision="r",
        url="",
        source=Source(id="desk", name="Desk"),
        title="",
        text=text,
        seen_at=datetime(2026, 11, 24, tzinfo=UTC),
    )
    tagged = tag(article, load_engine(folder))
    return {found.id for found in (*tagged.actors, *tagged.topics)}
