"""Real articles in eight languages. They lie beside the project and are no part of it."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from services.ingestion.identity.site import site_of

SHARED: Final = Path(__file__).resolve().parents[3] / "shared"
_ARTICLES: Final = SHARED / "corpora" / "articles" / "dev.jsonl"
_LABELS: Final = SHARED / "gold" / "dev.jsonl"


@dataclass(frozen=True, slots=True)
class Sample:
    """One article, with what readers labelled it by."""

    id: str
    language: str
    title: str
    text: str
    actors: frozenset[str]
    topics: frozenset[str]
    unsure_topics: frozenset[str]
    outlet: str
    """Who published it, as its address says; else the collection that it comes from."""


def samples() -> list[Sample]:
    """All of them; none, and a word about it, where they are not there."""
    if not _ARTICLES.exists() or not _LABELS.exists():
        print(f"left out: {_ARTICLES} or {_LABELS} is missing", file=sys.stderr)
        return []
    labels = {one["id"]: one for one in _lines(_LABELS)}
    return [
        Sample(
            id=one["id"],
            language=one["lang"],
            title=one["title"],
            text=one["text"],
            actors=frozenset(labels.get(one["id"], {}).get("actors", ())),
            topics=frozenset(labels.get(one["id"], {}).get("topics", ())),
            unsure_topics=frozenset(labels.get(one["id"], {}).get("unsure_topics", ())),
            outlet=_outlet(one),
        )
        for one in _lines(_ARTICLES)
    ]


def _outlet(one: dict[str, str]) -> str:
    """Without what is behind the name: an outlet has several addresses."""
    host = urlsplit(one["url"] or "").hostname
    return site_of(host).partition(".")[0] if host else one["source"].partition(":")[0]


def _lines(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
