"""The default pack at work on sentences of our own wording."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

from schemas import Article, Evidence, Source, TaggedArticle
from services.backbone.settings import DEFAULT_CONFIG
from services.tagging.gazetteer import Pack
from services.tagging.pack import load_engine
from services.tagging.tag import Engine, tag


@cache
def default_engine() -> Engine:
    return load_engine(DEFAULT_CONFIG)


def engine_of(actors: Sequence[Mapping[str, Any]], **pack: Any) -> Engine:
    return Engine.compile(Pack.model_validate({"actors": actors, **pack}), "digest")


def tagged(text: str, title: str = "", *, engine: Engine | None = None, outlet: str = "The Desk") -> TaggedArticle:
    article = Article(
        id="art-1", revision="1", url="", source=Source(id="desk", name=outlet), title="", text="",
        seen_at=datetime(2026, 11, 24, tzinfo=UTC),
    )  # fmt: skip
    return tag(article.model_copy(update={"title": title, "text": text}), engine or default_engine())


def named(text: str, title: str = "", *, engine: Engine | None = None, outlet: str = "The Desk") -> set[str]:
    """The ids of the actors that are named."""
    return {actor.id for actor in tagged(text, title, engine=engine, outlet=outlet).actors}


def evidence(actor: str, text: str, title: str = "", *, engine: Engine | None = None) -> list[Evidence]:
    """Where an actor is named."""
    return [one for tag in tagged(text, title, engine=engine).actors if tag.id == actor for one in tag.evidence]


def words(actor: str, text: str, title: str = "", *, engine: Engine | None = None) -> list[str]:
    """The words by which an actor is named."""
    return [one.words for one in evidence(actor, text, title, engine=engine)]
