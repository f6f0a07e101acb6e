"""Watches, tagged articles, mentions and alerts for tests, in words of our own."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from schemas import Alert, Article, Evidence, Mention, Source, Tag, TaggedArticle
from schemas.ids import article_id, revision
from services.alerting.decide.judge import judge
from services.alerting.decide.memory import Memory
from services.alerting.match.compiled import Watches
from services.alerting.match.meet import match_watches
from services.alerting.watching.known import Known
from services.alerting.watching.watch import Watch

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)

SECRET = "whsec_dG9jc2luLXRlc3Qtc2VjcmV0LTAxMjM0NTY3"

PACK: dict[str, Any] = {
    "actors": [
        {"id": "ttp", "name": "Tehreek-e-Taliban Pakistan", "kind": "armed-group", "aliases": {"en": ["TTP"]}},
        {"id": "iskp", "name": "Daesh-Khorasan", "kind": "armed-group"},
        {"id": "kabul", "name": "Kabul", "kind": "place"},
    ],
    "topics": [{"id": "safe-havens", "name": "Safe havens", "rules": [{"any": ["Afghan soil"]}]}],
}


def write_folder(folder: Path, files: Mapping[str, object]) -> Path:
    """A configuration folder with these files; what is not text is written as YAML."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = content if isinstance(content, str) else yaml.safe_dump(content, allow_unicode=True)
        path.write_text(text, encoding="utf-8")
    return folder


KNOWN = Known(
    ids={
        "actor": frozenset({"ttp", "iskp", "jamaat-ul-ahrar", "noor-wali", "kabul", "pakistan"}),
        "kind": frozenset({"armed-group", "person", "place", "state"}),
        "topic": frozenset({"safe-havens", "military-cooperation"}),
    },
    kind_of={
        "ttp": "armed-group",
        "iskp": "armed-group",
        "jamaat-ul-ahrar": "armed-group",
        "noor-wali": "person",
        "kabul": "place",
        "pakistan": "state",
    },
    parts={"ttp": ("jamaat-ul-ahrar", "noor-wali")},
)


def watches(*written: Mapping[str, Any]) -> Watches:
    """Compiled watches as a desk writes them."""
    return Watches.compile((Watch.model_validate(watch) for watch in written), KNOWN, "d1ge57")


def article(title: str, text: str, slug: str = "one") -> Article:
    """An article at an address of its own."""
    url = f"https://news.example/{slug}"
    return Article(
        id=article_id(url),
        revision=revision(title, text),
        url=url,
        source=Source(id="example-news", name="Example News"),
        title=title,
        text=text,
        language="en",
        published_at=NOON,
        seen_at=NOON,
    )


def tag(of: Article, name: str, kind: str, *words: str) -> Tag:
    """A tag that rests on the first place of each of these words in the title and in the text."""
    evidence = [place for word in words for place in _places(of, word)]
    return Tag.model_validate({"id": name, "name": name.title(), "kind": kind, "confidence": 1.0, "evidence": evidence})


def tagged(of: Article, actors: Iterable[Tag] = (), topics: Iterable[Tag] = ()) -> TaggedArticle:
    """The article with these tags."""
    return TaggedArticle(article=of, actors=tuple(actors), topics=tuple(topics), pack_digest="9ac4")


def mention(watch: str = "ttp", slug: str = "one", met_at: datetime = NOON, **more: Any) -> Mention:
    """A mention of one watch by one article."""
    of = article("The TTP is named", "Officials spoke of the TTP in Kabul.", slug)
    (met,) = match_watches(
        tagged(of, [tag(of, "ttp", "armed-group", "TTP")], [tag(of, "safe-havens", "topic", "Officials")]),
        watches({"id": watch, "any": [{"actor": "ttp"}], **more}),
        met_at,
    )
    return met


def alert(**more: Any) -> Alert:
    """What such a mention rings, without a remark."""
    rang = judge(mention(**more), Memory()).alert
    assert rang is not None
    return rang.model_copy(update={"remark": None})


def _places(of: Article, words: str) -> list[Evidence]:
    found = [(field, content.find(words)) for field, content in (("title", of.title), ("text", of.text))]
    places = [
        Evidence.model_validate(
            {"field": field, "start": start, "end": start + len(words), "words": words, "fired": words}
        )
        for field, start in found
        if start >= 0
    ]
    assert places, f"{words!r} does not stand in the article"
    return places
