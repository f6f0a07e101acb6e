"""The canary: when an article of its kind last came through the whole line, script by script."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from services.backbone.beginning import starts_since
from services.backbone.canary import OVERDUE_INTERVALS, SCRIPTS, watch_of
from services.backbone.clients import new_consumer, partitions_of
from services.backbone.settings import KafkaSettings
from services.backbone.topics import CANARY
from services.cli.connection import connected
from services.cli.doctor.finding import Finding, error, named, ok
from services.cli.stored import Stored, Stretch, written_at


async def look_at_canary(kafka: KafkaSettings, interval: timedelta, now: datetime) -> list[Finding]:
    """Read when each arrived last."""
    async with connected(new_consumer(kafka), kafka) as consumer:
        partitions = await partitions_of(consumer, CANARY.name)
        ends = await consumer.end_offsets(partitions)
        begin = await starts_since(consumer, ends, now - 2 * OVERDUE_INTERVALS * interval)
        starts = await consumer.beginning_offsets(partitions)
        ever = any(starts[each] < ends[each] or starts[each] > 0 for each in partitions)
        last: dict[str, datetime] = {}
        stretch = Stretch({each: (begin[each], ends[each]) for each in partitions if begin[each] < ends[each]})
        async for record in Stored(consumer).records(stretch):
            watch = (record.key or b"").decode("utf-8", "replace")
            last[watch] = written_at(record)
    return list(judge_canary(last, interval, now, ever=ever))


def judge_canary(last: Mapping[str, datetime], interval: timedelta, now: datetime, *, ever: bool) -> Iterator[Finding]:
    """Which of them are missing.

    Args:
        last: by watch when its alert was written, as far as that was lately.
        interval: between two canaries.
        now: the time of this look.
        ever: whether one ever came; before the first round none is missing.
    """
    overdue = OVERDUE_INTERVALS * interval
    came = {script: last.get(watch_of(script)) for script in SCRIPTS}
    missing = [script for script, at in came.items() if at is None or now - at > overdue]
    fix = "the first stage whose line above is not ok holds it up; docs/canary.md"
    if ever and not last:
        yield error("canary", f"none came through in {2 * overdue.total_seconds() / 60:.0f} minutes", fix)
    elif ever and missing:
        yield error(
            "canary", f"for {overdue.total_seconds() / 60:.0f} minutes none came through in {named(missing)}", fix
        )
    elif last:
        oldest = max(now - at for at in last.values())
        yield ok("canary", f"the last of each script came through {oldest.total_seconds():.0f} s ago or later")
    else:
        yield ok("canary", "none came through yet")
