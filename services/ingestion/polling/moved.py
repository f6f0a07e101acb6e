"""A lasting redirect is remembered: when the new address is asked in place of the old one, and when no more.

1. Every hop must be 301 or 308, and each poll must end at the same address. Another end, or none, begins anew.
2. Within one host (a new path, or https for http): followed after 3 polls over a day.
3. To another host: the content is read from there all along, since redirects are followed. But the address is replaced
   only after 10 polls over a week: a name that lapses and is sold redirects too. Once it is replaced, an incident says
   so, until a person writes the new address into the configuration.
4. The new address gives nothing three times running: the old one is asked again, and everything begins anew. The
   validators are dropped, they mean nothing there.
"""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from schemas.state import Moved, SourceState

SAME_HOST = (3, timedelta(days=1))
OTHER_HOST = (10, timedelta(days=7))
"""Polls, and the time over which they must lie."""
GIVEN_UP_AFTER = 3
LONGEST = 4_096
"""Characters of an address that is remembered."""


def address(url: str, state: SourceState | None) -> str:
    """Which address to ask, of a source with this one in the configuration."""
    if state is None or state.url != url or state.moved is None or not state.moved.followed:
        return url
    return state.moved.to


def moved_after_answer(url: str, moved: Moved | None, moved_to: str | None, now: datetime) -> Moved | None:
    """What is known of the move after a poll that was answered.

    Args:
        url: the address in the configuration.
        moved: what was known before.
        moved_to: where the address that was asked redirects to for good, if it does.
        now: the time of the poll.
    """
    if moved is not None and moved.followed:
        if moved_to is None or moved_to == moved.to:
            return moved.model_copy(update={"failures": 0})
        moved = None
    if moved_to is None or moved_to == url or len(moved_to) > LONGEST:
        return None
    if moved is None or moved.to != moved_to:
        return Moved(to=moved_to, since=now)
    polls, span = SAME_HOST if same_host(url, moved_to) else OTHER_HOST
    seen = min(moved.seen + 1, polls)  # no further: each change is written down
    return moved.model_copy(update={"seen": seen, "followed": seen >= polls and now - moved.since >= span})


def moved_after_failure(moved: Moved | None) -> Moved | None:
    """What is known of the move after a poll that gave nothing; None where the old address is to be asked again."""
    if moved is None or not moved.followed:
        return moved
    failures = moved.failures + 1
    return moved.model_copy(update={"failures": failures}) if failures < GIVEN_UP_AFTER else None


def same_host(url: str, other: str) -> bool:
    """Whether two addresses lie on one host, with www. or without."""
    return _host(url) == _host(other)


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").lower().removeprefix("www.")
