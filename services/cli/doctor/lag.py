"""What to make of how far a group is behind: nobody reads, it stands, it is slow, records go before they are read."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from services.cli.doctor.finding import Finding, counted, error, named, ok, warning
from services.cli.doctor.groups import APART_SECONDS, Group
from services.ingestion.polling.incidents import spoken

LATE: Final = timedelta(minutes=2)
"""A record that waits longer is late; with all at work it takes seconds."""
STANDS: Final = timedelta(minutes=1)
NEAR_THE_END: Final = 0.8
"""Of what a topic keeps: beyond it records may soon be deleted unread."""


def judge_lag(groups: Sequence[Group], now: datetime) -> Iterator[Finding]:
    """Each group that is behind for no good reason; else how many records are under way."""
    denied = [group.reader.name for group in groups if group.denied]
    if denied:
        what = f"{counted(len(denied), 'group')} of the deployment may not be joined by this user: {named(denied)}"
        yield error("rights", what, "grant Read and Describe on the groups that begin with the deployment")
    found = [finding for group in groups if not group.denied for finding in _of(group, now)]
    yield from found
    if len(denied) == len(groups):
        return
    if not found:
        waiting = [group for group in groups if group.waiting and group.reader.holds == timedelta(0)]
        held = sum(group.waiting for group in groups if group.reader.holds != timedelta(0))
        under_way = f"{sum(group.waiting for group in waiting)} records under way" if waiting else "nothing waits"
        yield ok("lag", f"{counted(len(groups), 'group')}: {under_way}{f', {held} held on purpose' if held else ''}")


def _of(group: Group, now: datetime) -> Iterator[Finding]:
    reader, topic = group.reader, group.reader.topic
    if group.lost:
        what = f"{reader.name}: {group.lost} records of {topic.name} were deleted before it had handled them"
        yield error("lag", what, "they cannot be had back; let it run, and keep the topic for longer than an outage")
    if group.oldest is None:
        return
    age = now - group.oldest
    wait = "waits" if group.waiting == 1 else "wait"
    waits = f"{reader.name}: {counted(group.waiting, 'record')} of {topic.name} {wait}, the oldest for {_spoken(age)}"
    ending = topic.retention is not None and age > NEAR_THE_END * topic.retention
    if ending and topic.retention is not None:
        what = f"{waits}; records are deleted after {topic.retention.days} days"
        yield error("lag", what, f"start or speed up {reader.stage} now, and raise retention.ms of {topic.name}")
    elif group.members == 0 and (reader.holds is None or age > reader.holds + STANDS):
        fix = f"start it: tocsin run {reader.stage}, or docker compose up -d"
        yield error("lag", f"{waits}, and nobody reads: {reader.stage} does not run", fix)
    elif reader.holds is None or age <= reader.holds + STANDS:
        return
    elif group.moved == 0:
        what = f"{waits}, and it stands still"
        yield error("lag", what, f"see the log and /readyz of {reader.stage}; start it anew")
    elif age > reader.holds + LATE:
        rate = group.moved / APART_SECONDS
        left = _spoken(timedelta(seconds=group.waiting / rate))
        what = f"{waits}; it moves by {rate:.0f} a second and would be through in {left}"
        yield warning("lag", what, f"wait, or run more of {reader.stage}: up to {topic.partitions} share the work")


def _spoken(length: timedelta) -> str:
    return spoken(max(0.0, length.total_seconds()))
