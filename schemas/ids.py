"""Deterministic ids: the same input twice gives the same id, on any machine and in any release.

An id is a prefix and 128 bits of SHA-256 over length-prefixed parts, so that ("ab", "c") and ("a", "bc") differ.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha256

from schemas.material import material


def _digest(*parts: str, bits: int = 128) -> str:
    state = sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        state.update(len(data).to_bytes(8, "big"))
        state.update(data)
    return state.hexdigest()[: bits // 4]


def article_id(address: str) -> str:
    """The id of the article at this address, whichever source gave it.

    Args:
        address: what all addresses of the article have in common; ingestion makes it with `address_key`.
    """
    return "art-" + _digest("url", address)


def article_id_from_elsewhere(source_id: str, address: str) -> str:
    """The id of an article at an address that its source does not speak for: it stays apart from the outlet's own."""
    return "art-" + _digest("elsewhere", source_id, address)


def article_id_from_guid(source_id: str, guid: str) -> str:
    """The id of an article that has no address: a guid means something only within its source."""
    return "art-" + _digest("guid", source_id, guid)


def revision(title: str, text: str) -> str:
    """The id of these words: it changes when a word or a figure does, and not with markup, punctuation or counters
    (`schemas.material`)."""
    return _digest(material(title), material(text), bits=64)


def mention_id(watch_id: str, article_id: str, revision: str, matched: Iterable[str]) -> str:
    """The id of one watch met by one revision of an article through these things; their order does not matter."""
    return "men-" + _digest(watch_id, article_id, revision, *sorted(set(matched)))


def alert_id(watch_id: str, what_rang: str) -> str:
    """The id of one ring: `what_rang` is the id of the story's first article, or says what else it is."""
    return "alr-" + _digest(watch_id, what_rang)


def incident_id(source_id: str | None, kind: str, since: datetime) -> str:
    """The id of the incident of this kind that began then, to the second; no source: of all."""
    return "inc-" + _digest(source_id or "", kind, since.astimezone(UTC).isoformat(timespec="seconds"))


def notification_id(event_id: str, channel: str, waits_for: str | None) -> str:
    """The id of one thing that is told at one channel."""
    return "ntf-" + _digest(event_id, channel, waits_for or "")


def group_id(channel: str, reason: str, at: datetime, members: Iterable[str] = ()) -> str:
    """The id of what waited at a channel for the same moment, to the second.

    Its members count: what comes late for the moment is another group, which a receiver must not take for a repeat.
    """
    return "grp-" + _digest(channel, reason, at.astimezone(UTC).isoformat(timespec="seconds"), *sorted(members))


def step_id(alert: str, action: str, by: str, to: str | None, note: str, at: datetime) -> str:
    """The id of one step that somebody took with an alert, to the second."""
    return "ack-" + _digest(alert, action, by, to or "", note, at.astimezone(UTC).isoformat(timespec="seconds"))


def feedback_id(alert: str, verdict: str, by: str, note: str, at: datetime) -> str:
    """The id of one word on an alert, to the second."""
    return "fbk-" + _digest(alert, verdict, by, note, at.astimezone(UTC).isoformat(timespec="seconds"))
