"""Labelled articles, and what the engine says of them, as verdicts that can be kept and compared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.cli.articles import InputLine

What = Literal["actors", "topics"]
Verdict = Literal["right", "extra", "missed"]

WHATS: tuple[What, ...] = ("actors", "topics")


class Label(InputLine):
    """What people say of an article: a line of the labels."""

    holds = "id, actors and topics"

    id: str
    actors: frozenset[str] = frozenset()
    topics: frozenset[str] = frozenset()
    unsure_actors: frozenset[str] = frozenset()
    unsure_topics: frozenset[str] = frozenset()

    def right(self, what: What) -> frozenset[str]:
        """What is right."""
        return self.actors if what == "actors" else self.topics

    def unsure(self, what: What) -> frozenset[str]:
        """What may be judged either way and is not counted."""
        return self.unsure_actors if what == "actors" else self.unsure_topics


class Judged(BaseModel):
    """One actor or topic of one article: whether it was told, and was right."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    article: str
    language: str
    what: What
    id: str
    verdict: Verdict
    confidence: Annotated[float, Field(ge=0, le=1)] | None = None
    """As it was told; None where it was not."""
    sentence: str = ""
    """Where it was told for, or what it was missed in."""


def judge(
    label: Label, language: str, what: What, told: dict[str, float], sentences: dict[str, str]
) -> Iterator[Judged]:
    """Compare what was told of an article with its label, in the order of the ids.

    Args:
        label: Of the article.
        language: Its language.
        what: What is compared.
        told: Confidence by id.
        sentences: What to show, by id; under "" what to show of an id that was missed.
    """
    right = label.right(what)
    for identifier in sorted((right | told.keys()) - label.unsure(what)):
        if identifier not in told:
            yield _judged(label, language, what, identifier, "missed", None, sentences.get("", ""))
        else:
            verdict: Verdict = "right" if identifier in right else "extra"
            confidence, sentence = told[identifier], sentences.get(identifier, "")
            yield _judged(label, language, what, identifier, verdict, confidence, sentence)


def _judged(
    label: Label, language: str, what: What, identifier: str, verdict: Verdict, confidence: float | None, sentence: str
) -> Judged:
    return Judged(
        article=label.id,
        language=language,
        what=what,
        id=identifier,
        verdict=verdict,
        confidence=confidence,
        sentence=sentence if verdict != "right" else "",
    )
