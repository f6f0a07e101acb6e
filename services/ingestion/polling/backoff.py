"""How long to leave a source alone that gives nothing: ever longer, and never for good.

1. The shortest interval, doubled with each further failure, up to 6 hours; and where the host asks for longer, that.
2. In a storm (storm.py), when most sources fail at once: up to 15 minutes, so that all are back soon after it.
3. A source that is gone is asked once a week: nothing is given up for good, and what came back is noticed.
   Gone is what says 410 on 3 polls over a day, and what says 404 for two weeks.
4. A host that is asked too often (429), says when to come back, or cannot be reached rests as a whole: none of its
   sources is asked meanwhile.
Each wait is jittered by a quarter, so that what failed together does not come back together.
"""

from datetime import datetime, timedelta

from schemas.state import SourceState, Trouble
from services.ingestion.polling.asked import MAX_ASKED
from services.ingestion.polling.jitter import Dice

MAX_BACKOFF = timedelta(hours=6)
MAX_BACKOFF_IN_A_STORM = timedelta(minutes=15)
GONE_INTERVAL = timedelta(days=7)
GONE_AFTER = {"gone": (3, timedelta(days=1)), "not-found": (10, timedelta(days=14))}
"""Polls, and the time over which they must lie, that met the same trouble."""
SHORTEST_REST = timedelta(seconds=30)
LONGEST_REST = timedelta(minutes=15)
JITTER = 0.25

_NOTHING = timedelta(0)


def wait_after_failure(
    interval: timedelta, failures: int, asked: timedelta, dice: Dice, storm: bool = False
) -> timedelta:
    """Before the next poll of a source that failed so many times running.

    Args:
        interval: the source's shortest.
        failures: at least 1.
        asked: what the host asks for at least.
        dice: for the jitter.
        storm: most sources fail.
    """
    longest = max(interval, MAX_BACKOFF_IN_A_STORM if storm else MAX_BACKOFF)
    backoff = min(interval * (1 << min(failures - 1, 20)), longest)
    return max(interval, backoff * dice(1 - JITTER, 1 + JITTER), min(asked, MAX_ASKED) * dice(1, 1 + JITTER))


def is_gone(state: SourceState, now: datetime) -> bool:
    """Whether a failing source is to be taken for gone."""
    if state.last_error is None or state.trouble_since is None:
        return False
    polls, span = GONE_AFTER.get(state.last_error.trouble, (0, _NOTHING))
    return polls > 0 and state.failures >= polls and now - state.trouble_since >= span


def rest_of_host(trouble: Trouble, failures: int, asked: timedelta) -> timedelta:
    """How long none of a host's sources is to be asked; zero where the trouble is the source's own."""
    if trouble not in ("throttled", "unreachable") and not (trouble == "refused" and asked):
        return _NOTHING
    return max(min(SHORTEST_REST * (1 << min(failures - 1, 10)), LONGEST_REST), min(asked, MAX_ASKED))
