"""When a state is written down. A record holds all that is known of a source, so not after every poll."""

from datetime import timedelta

from schemas.state import SourceState

HEARTBEAT = timedelta(minutes=15)
_PASSES = {"polled_at", "next_poll_at", "outcome", "last_success_at", "habit"}
"""What changes with a poll that found nothing: the heartbeat writes it. A new article changes `last_new_at` too."""


def worth_writing(before: SourceState | None, after: SourceState) -> bool:
    """Whether this state is to be written, where that one was the last to be.

    It is where anything changed but times and the habit; where the next poll is further off than the heartbeat, so that
    a restart keeps to it; and every quarter of an hour.
    """
    if before is None or after.polled_at - before.polled_at >= HEARTBEAT:
        return True
    if after.next_poll_at is not None and after.next_poll_at - after.polled_at >= HEARTBEAT:
        return True
    return any(getattr(before, name) != getattr(after, name) for name in SourceState.model_fields.keys() - _PASSES)
