"""What travels between services. Imports nothing of ours."""

from schemas.alert import Alert, Reason
from schemas.article import Article, Mark, Media, Source
from schemas.dead_letter import DeadLetter
from schemas.delivery import Delivery, Outcome
from schemas.event import Event
from schemas.mention import ArticleSummary, Match, Mention, Passage, Severity, TopicSummary, WatchSummary
from schemas.tagged import ActorKind, Evidence, Figure, Flag, Statement, Tag, TaggedArticle

__all__ = [
    "ActorKind",
    "Alert",
    "Article",
    "ArticleSummary",
    "DeadLetter",
    "Delivery",
    "Event",
    "Evidence",
    "Figure",
    "Flag",
    "Mark",
    "Match",
    "Media",
    "Mention",
    "Outcome",
    "Passage",
    "Reason",
    "Severity",
    "Source",
    "Statement",
    "Tag",
    "TaggedArticle",
    "TopicSummary",
    "WatchSummary",
]
