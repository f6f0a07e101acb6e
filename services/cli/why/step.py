"""One stage on the way from a feed to a person, and what became of an article there."""

from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """The stages, in order."""

    SOURCE = "source"
    """Was it read at all?"""
    ARTICLE = "article"
    """Was all of its text read?"""
    TAGGING = "tagging"
    """Was what the watch asks for recognised in it?"""
    MATCH = "match"
    """Does it meet the watch?"""
    DECIDE = "decide"
    """Was it new?"""
    HOLDING = "holding"
    """Were people told, or is it held?"""
    DELIVERY = "delivery"
    """Did the channels take it?"""


class Outcome(StrEnum):
    """What became of it at a stage."""

    PASSED = "passed"
    """It went on."""
    STOPPED = "stopped"
    """It went no further, and it will not."""
    HELD = "held"
    """It waits."""
    NOT_YET = "not-yet"
    """The stage has not come to it."""


@dataclass(frozen=True, slots=True)
class Step:
    """What became of an article at one stage."""

    stage: Stage
    outcome: Outcome
    what: str
    """In a sentence, without a full stop."""
    evidence: tuple[str, ...] = ()
    """What that rests on, line by line."""
    fix: str = ""
    """What a person can do; empty where nothing is to be done."""

    @property
    def ends(self) -> bool:
        """Whether this is as far as it came."""
        return self.outcome is not Outcome.PASSED


def passed(stage: Stage, what: str, *evidence: str) -> Step:
    """It went on."""
    return Step(stage, Outcome.PASSED, what, evidence)


def stopped(stage: Stage, what: str, *evidence: str, fix: str = "") -> Step:
    """It went no further."""
    return Step(stage, Outcome.STOPPED, what, evidence, fix)


def held(stage: Stage, what: str, *evidence: str, fix: str = "") -> Step:
    """It waits."""
    return Step(stage, Outcome.HELD, what, evidence, fix)


def not_yet(stage: Stage, what: str, *evidence: str, fix: str = "") -> Step:
    """The stage has not come to it."""
    return Step(stage, Outcome.NOT_YET, what, evidence, fix)
