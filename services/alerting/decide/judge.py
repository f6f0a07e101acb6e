"""A mention x what rang already -> whether it rings, with the reason.

What is new: an article rings once for a watch. Whatever is delivered again, whatever is edited or tagged anew, the same
article is silent for the same watch.
"""

from collections.abc import Container

from schemas import Alert, Mention, Reason
from schemas.ids import alert_id
from schemas.state import RungState
from services.alerting.match.meet import label


def decide(mention: Mention, memory: Container[str]) -> Reason:
    """Whether a mention rings.

    Args:
        mention: the mention.
        memory: keys of the `RungState`s of what rang.
    """
    return Reason.SAME_ARTICLE if rung(mention).key in memory else Reason.FIRST_MENTION


def ring(mention: Mention, reason: Reason) -> Alert:
    """The alert that a mention becomes. Its time is the mention's, so that the same mention makes the same alert."""
    return Alert(
        id=_alert_id(mention),
        watch=mention.watch,
        article=mention.article,
        reason=reason,
        matches=mention.matches,
        topics=mention.topics,
        passages=mention.passages,
        rang_at=mention.met_at,
        config_digest=mention.config_digest,
    )


def rung(mention: Mention) -> RungState:
    """What is remembered of it."""
    return RungState(
        watch_id=mention.watch.id,
        article_id=mention.article.id,
        alert_id=_alert_id(mention),
        matched=tuple(label(match) for match in mention.matches),
        rang_at=mention.met_at,
    )


def _alert_id(mention: Mention) -> str:
    return alert_id(mention.watch.id, mention.article.id)
