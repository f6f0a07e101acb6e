"""What travels between services. Imports nothing of ours."""

from schemas.alert import Alert, Reason
from schemas.article import Article, Mark, Media, Source
from schemas.dead_letter import DeadLetter
from schemas.delivery import Delivery, Outcome
from schemas.event import Event
from schemas.mention import ArticleSummary, Match, Mention, Passage, Severity, TopicSummary, WatchSummary
from schemas.source_incident import IncidentKind, SourceIncident
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
    "IncidentKind",
    "Mark",
    "Match",
    "Media",
    "Mention",
    "Outcome",
    "Passage",
    "Reason",
    "Severity",
    "Source",
    "SourceIncident",
    "Statement",
    "Tag",
    "TaggedArticle",
    "TopicSummary",
    "WatchSummary",
]
