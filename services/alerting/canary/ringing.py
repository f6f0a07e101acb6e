"""A mention of the canary -> its alert. It rings each time: nothing that rang before is compared with it. Pure.

One record of its watch is remembered all the same, so that state is written with it as with any other.
"""

from schemas import Alert, Mention
from schemas.remembered import WatchMemory
from services.alerting.decide.judge import judge
from services.alerting.decide.memory import Memory


def ring(mention: Mention, memory: Memory) -> Alert:
    """The alert of a canary.

    Args:
        mention: of one of its watches.
        memory: takes what is remembered of that watch.
    """
    memory.put_watch(mention.watch.id, WatchMemory(began_at=mention.met_at), mention.met_at)
    alert = judge(mention, Memory()).alert
    assert alert is not None  # noqa: S101 - what is met for the first time rings
    return alert
