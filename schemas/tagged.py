"""`articles.tagged`: an article, who is in it and what it is about, with the words that show it."""

from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field

from schemas.article import Article
from schemas.event import Event, Identifier, Value

ActorKind = Literal["state", "armed-group", "organisation", "person", "place"]


Flag = Literal["negated", "historical", "quoted"]
"""What can be told of a mention from the words around it: it is denied, it tells of a time long past, it stands in what
someone is quoted as saying. A mention without flags may be any of these: only what is sure is flagged."""


class Evidence(Value):
    """The words that a tag rests on."""

    field: Literal["title", "text"]
    """Which part of the article `start` and `end` count in."""
    start: Annotated[int, Field(ge=0)]
    """First code point, counted from 0 in the original title or text (code points: not bytes, not UTF-16 units)."""
    end: Annotated[int, Field(gt=0)]
    """One past the last code point."""
    words: str
    """The original between `start` and `end`."""
    fired: str
    """The alias or rule that fired, as the pack or the watch writes it."""
    flags: tuple[Identifier, ...] = ()
    """Values of `Flag`. Readers pass over those they do not know."""


class Tag(Value):
    """An actor that the article names, or a topic that it is about. Named is not blamed."""

    id: Identifier
    """The pack's id."""
    name: str
    """The pack's name for people."""
    kind: ActorKind | Literal["topic"]
    """What kind of actor it is; `topic` for topics."""
    confidence: Annotated[float, Field(ge=0, le=1)]
    """0 to 1."""
    salience: Annotated[float, Field(ge=0, le=1)] | None = None
    """Of an actor: 1 is who the article is about, near 0 a name in passing. Null for topics."""
    evidence: tuple[Evidence, ...]
    """In the order of the article, title first; bounded in number."""


class Figure(Value):
    """A number of people or things as the article states it."""

    kind: Identifier
    """What is counted: `killed`, `injured`, `arrested`, `missing`, `displaced`, ..."""
    least: Annotated[int, Field(ge=0)] | None
    """The number, or the lowest that is stated; null where only a highest is."""
    most: Annotated[int, Field(ge=0)] | None
    """The number, or the highest that is stated; null where it is "at least" or "more than"."""
    who: str | None = None
    """Who or what is counted, in the article's words: "soldiers", "civilians"."""
    place: Identifier | None = None
    """The pack's id of the place that the sentence names, where it names one only."""
    evidence: Evidence
    """The words that state it."""


class Statement(Value):
    """What an actor is reported as saying."""

    actor: Identifier
    """The pack's id of who says it."""
    speaker: Evidence
    """The words that name who says it."""
    said: Evidence
    """What is said: the quotation where there is one, else the clause."""


class TaggedArticle(Event):
    """An article with its actors and topics."""

    ce_type: ClassVar[str] = "tocsin.article-tagged.v1"
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "article": Article.model_config["json_schema_extra"]["examples"][0],  # type: ignore[index]
                    "actors": [
                        {
                            "id": "kabul",
                            "name": "Kabul",
                            "kind": "place",
                            "confidence": 1.0,
                            "salience": 0.8,
                            "evidence": [
                                {
                                    "field": "title",
                                    "start": 0,
                                    "end": 5,
                                    "words": "Kabul",
                                    "fired": "Kabul",
                                    "flags": [],
                                }
                            ],
                        }
                    ],
                    "topics": [],
                    "figures": [],
                    "statements": [],
                    "pack_digest": "3f0b7c52a1de",
                }
            ]
        }
    )

    article: Article
    """The article itself, so that a watch can be tried on stored articles without another look-up."""
    actors: tuple[Tag, ...]
    """In the order of first mention."""
    topics: tuple[Tag, ...]
    """The strongest first."""
    figures: Annotated[tuple[Figure, ...], Field(max_length=50)] = ()
    """Numbers of victims and the like, in the order of the article."""
    statements: Annotated[tuple[Statement, ...], Field(max_length=50)] = ()
    """Who says what, in the order of the article; only where the words leave no doubt."""
    pack_digest: str
    """Digest of the pack that made these tags."""

    @property
    def event_id(self) -> str:
        return f"{self.article.event_id}.{self.pack_digest}"

    @property
    def key(self) -> str:
        return self.article.id
