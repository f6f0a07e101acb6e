"""All checks of one run, in their order. What can be seen at once is looked at at once.

1. the broker, the processes and the way out     others are judged by what these show
2. this machine, its files and Docker            with a broker or without
3. what stands on the broker                     only where it lets us in
"""

import asyncio
import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

from services.backbone.reaching import Obstacle, Reached, reach
from services.backbone.settings import Settings
from services.backbone.topics import ALERTS, ARTICLES
from services.cli.doctor.canary import look_at_canary
from services.cli.doctor.clock import judge_clock, kernel
from services.cli.doctor.cluster import ask_cluster, judge_cluster
from services.cli.doctor.configured import look_at_configuration
from services.cli.doctor.declared import look_at_topics, topics_of
from services.cli.doctor.door import judge_reached, look_at_transactions
from services.cli.doctor.engine import FILE, look_at_docker
from services.cli.doctor.feeds import look_at_sources
from services.cli.doctor.finding import Finding
from services.cli.doctor.groups import ask_groups, newest_of, readers_of
from services.cli.doctor.lag import judge_lag
from services.cli.doctor.letters import look_at_dead_letters
from services.cli.doctor.looking import SECONDS, Check, in_thread, look
from services.cli.doctor.machine import in_container, look_at_data, look_at_machine
from services.cli.doctor.network import Outside, judge_outside, look_outside
from services.cli.doctor.processes import Report, ask_processes, judge_processes, well
from services.cli.doctor.secret_places import look_at_secrets
from services.cli.doctor.ways_out import channels_of, look_at_channels

BROKER_DATA: Final = Path(".tocsin/kafka")
"""Where `tocsin broker start` keeps the records."""


async def examine(
    settings: Settings, urls: Sequence[str], environment: Mapping[str, str] = os.environ
) -> list[Finding]:
    """Look at everything; every step is bounded.

    Args:
        settings: of this process, which should be those of the others.
        urls: where the processes are; empty: where they are by default.
        environment: of this process.
    """
    contained, now = in_container(), datetime.now(UTC)
    reached, reports, outside = await asyncio.gather(
        reach(settings.kafka, SECONDS - 1),
        ask_processes(settings, urls, contained=contained),
        look_outside(settings.config),
    )
    here = look(_here(settings, reached, reports, outside, environment, contained=contained))
    if isinstance(reached, Obstacle):
        findings = await here
        findings += judge_processes(reports, None)
        return [judge_reached(reached, settings.kafka), *findings, *_clock(outside, None, now)]
    found_here, stored = await asyncio.gather(here, look(_stored(settings, reports, outside, now)))
    return [judge_reached(reached, settings.kafka), *stored, *found_here]


def _here(
    settings: Settings,
    reached: Reached | Obstacle,
    reports: Sequence[Report],
    outside: Outside,
    environment: Mapping[str, str],
    *,
    contained: bool,
) -> dict[str, Check]:
    folder, working = settings.config, well(reports)

    async def network() -> list[Finding]:
        return list(judge_outside(outside, environment, contained=contained))

    checks = {
        "configuration": in_thread(partial(look_at_configuration, folder)),
        "secrets": in_thread(partial(look_at_secrets, folder, working, environment)),
        "machine": in_thread(partial(look_at_machine, settings.data, BROKER_DATA)),
        "data": in_thread(partial(look_at_data, settings.data, working)),
        "network": network,
    }
    if Path(FILE).is_file():
        checks["docker"] = in_thread(partial(look_at_docker, needed=isinstance(reached, Obstacle) and not reports))
    return checks


def _stored(settings: Settings, reports: Sequence[Report], outside: Outside, now: datetime) -> dict[str, Check]:
    kafka, folder = settings.kafka, settings.config

    async def cluster() -> list[Finding]:
        names = await asyncio.to_thread(lambda: [topic.name for topic in topics_of(folder)])
        return list(judge_cluster(await ask_cluster(kafka, names)))

    async def groups() -> list[Finding]:
        channels = await asyncio.to_thread(channels_of, folder)
        readers = readers_of([channel.id for channel in channels], recheck=settings.recheck)
        found, members = await ask_groups(settings, readers)
        return [*judge_processes(reports, members), *judge_lag(found, datetime.now(UTC))]

    async def clock() -> list[Finding]:
        return _clock(outside, await newest_of(kafka, (ARTICLES.name, ALERTS.name)), datetime.now(UTC))

    checks: dict[str, Check] = {
        "cluster": cluster,
        "topics": partial(look_at_topics, kafka, folder),
        "rights": partial(look_at_transactions, settings),
        "lag": groups,
        "sources": partial(look_at_sources, kafka, folder, now),
        "channels": partial(look_at_channels, kafka, folder, now),
        "dead letters": partial(look_at_dead_letters, kafka, now),
        "clock": clock,
    }
    if (interval := _canary_interval(settings)) is not None:
        checks["canary"] = partial(look_at_canary, kafka, interval, now)
    return checks


def _clock(outside: Outside, newest: datetime | None, now: datetime) -> list[Finding]:
    return list(judge_clock(kernel(), outside.ahead, outside.asked or "", newest, now))


def _canary_interval(settings: Settings) -> timedelta | None:
    """None where no canary flies."""
    return timedelta(seconds=settings.canary_interval_seconds) if settings.canary else None
