"""What travels between services. Imports nothing of ours."""

from schemas.alert import (
    Alert,
    AlertItem,
    BlindSource,
    Burst,
    Coverage,
    FigureChange,
    Remark,
    StorySource,
)
from schemas.article import Article, Mark, Media, Source
from schemas.channel_state import ChannelIncident, ChannelState, ChannelTrouble
from schemas.configuration_change import ConfigurationChange
from schemas.dead_letter import DeadLetter
from schemas.delivery import Delivery, Outcome
from schemas.event import Event
from schemas.feedback import Feedback, FeedbackVerdict
from schemas.handling import Acknowledgement, Handling, Note
from schemas.mention import (
    ArticleRevised,
    ArticleSummary,
    Match,
    Mention,
    Passage,
    Severity,
    TopicSummary,
    WatchSummary,
)
from schemas.notification import AlertGroup, GroupItem, Notification, WaitsFor
from schemas.reason import Held, Reason
from schemas.source_incident import IncidentKind, SourceIncident
from schemas.tagged import ActorKind, Evidence, Figure, Flag, Statement, Tag, TaggedArticle
from schemas.watch_definition import WatchDefinition

__all__ = [
    "Acknowledgement",
    "ActorKind",
    "Alert",
    "AlertGroup",
    "AlertItem",
    "Article",
    "ArticleRevised",
    "ArticleSummary",
    "BlindSource",
    "Burst",
    "ChannelIncident",
    "ChannelState",
    "ChannelTrouble",
    "ConfigurationChange",
    "Coverage",
    "DeadLetter",
    "Delivery",
    "Event",
    "Evidence",
    "Feedback",
    "FeedbackVerdict",
    "Figure",
    "FigureChange",
    "Flag",
    "GroupItem",
    "Handling",
    "Held",
    "IncidentKind",
    "Mark",
    "Match",
    "Media",
    "Mention",
    "Note",
    "Notification",
    "Outcome",
    "Passage",
    "Reason",
    "Remark",
    "Severity",
    "Source",
    "SourceIncident",
    "Statement",
    "StorySource",
    "Tag",
    "TaggedArticle",
    "TopicSummary",
    "WaitsFor",
    "WatchDefinition",
    "WatchSummary",
]
