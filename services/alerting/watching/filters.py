"""What a watch asks of an article beside its words: language, source, tier, country; and of what it met, how sure and
how central that is."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from schemas import Article
from schemas.event import Identifier
from services.backbone.countries import checked_country

Language = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$"), AfterValidator(str.lower)]
"""BCP 47; `zh` holds for `zh-Hans` too."""
Country = Annotated[str, AfterValidator(checked_country)]
"""ISO 3166-1 alpha-2."""
Tier = Annotated[int, Field(ge=1, le=3)]
Share = Annotated[float, Field(ge=0, le=1)]


class Filters(BaseModel):
    """All that are written must hold. An article of which the language or country is not known passes no filter on
    it."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    languages: tuple[Language, ...] | None = None
    """The article's is one of these."""
    sources: tuple[Identifier, ...] | None = None
    """It was read at one of these."""
    not_sources: tuple[Identifier, ...] = ()
    """It was read at none of these."""
    tiers: tuple[Tier, ...] | None = None
    """Its source is of one of these."""
    countries: tuple[Country, ...] | None = None
    """Its source is at home in one of these."""
    salience: Share = 0
    """Actors count from this salience on. What is under `none:` bars whatever its salience."""
    confidence: Share = 0
    """Actors and topics count from this confidence on."""

    @property
    def thresholds(self) -> tuple[float, float] | None:
        """Salience and confidence, where they ask for anything."""
        return (self.salience, self.confidence) if self.salience or self.confidence else None

    def unmet(self, article: Article) -> Iterator[str]:
        """The keys of those that an article does not pass."""
        source = article.source
        if self.languages is not None and not set(self.languages) & set(languages_of(article)):
            yield "languages"
        if self.sources is not None and source.id not in self.sources:
            yield "sources"
        if source.id in self.not_sources:
            yield "not_sources"
        if self.tiers is not None and source.tier not in self.tiers:
            yield "tiers"
        if self.countries is not None and source.country not in self.countries:
            yield "countries"


def languages_of(article: Article) -> tuple[str, ...]:
    """Every tag that holds for its language, the widest first: zh, zh-hans, zh-hans-cn."""
    parts = (article.language or "").lower().split("-")
    return tuple("-".join(parts[: number + 1]) for number in range(len(parts))) if parts[0] else ()
