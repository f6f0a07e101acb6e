"""waiting: alerts on real Kafka are waited for, asked about once, and none is held up by another's host."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from schemas import Alert, ArticleSummary
from schemas.reason import Held
from services.backbone.clients import Writer
from services.backbone.process import Process
from services.backbone.progress import Progress
from services.backbone.record import OutgoingRecord, encode
from services.backbone.settings import Settings
from services.backbone.topics import ALERTS
from services.ingestion.rechecking import waiting as waiting_module
from services.ingestion.rechecking.delays import Delay
from services.ingestion.rechecking.waiting import Waiting
from tests.ingestion.rechecking.alerts import alert
from tests.ingestion.running import running, until

HOUR = timedelta(hours=1)
DELAY = Delay(HOUR, 6 * HOUR)


@dataclass
class Asked:
    """Notes what it is asked to check."""

    urls: list[str] = field(default_factory=list)
    at: list[datetime] = field(default_factory=list)
    stuck: frozenset[str] = frozenset()

    async def check(self, article: ArticleSummary) -> None:
        self.urls.append(article.url)
        self.at.append(datetime.now(UTC))
        if article.url in self.stuck:
            await asyncio.sleep(60)


async def write(settings: Settings, *alerts: Alert | OutgoingRecord) -> None:
    """One after the other into one partition."""
    async with AsyncExitStack() as stack:
        writer = await Writer.start(Process("test", settings, stack, Progress("test")))
        for one in alerts:
            await writer.write([one if isinstance(one, OutgoingRecord) else encode(ALERTS.name, one, "test")])


def rang(name: str, ago: timedelta) -> Alert:
    return alert(datetime.now(UTC) - ago, f"https://news.example/{name}", article_id=f"art-{name}")


def urls(*names: str) -> list[str]:
    return [f"https://news.example/{name}" for name in names]


async def test_each_alert_is_asked_about_once_it_is_old_enough_and_after_a_restart_no_more(settings: Settings) -> None:
    soon = rang("soon", HOUR - timedelta(seconds=4))
    held = rang("held", 2 * HOUR).model_copy(update={"held": Held.SILENCED})
    bad = OutgoingRecord(ALERTS.name, soon.key.encode(), b"no alert", [])
    await write(settings, rang("over", 6 * HOUR), bad, held, rang("due", HOUR), soon, rang("late", HOUR / 2))
    first, second = Asked(), Asked()

    async with running(settings, lambda process: Waiting(process, DELAY, first.check).run()):
        await until(lambda: len(first.urls) == 2)
        await asyncio.sleep(1)
    assert first.urls == urls("due", "soon")
    assert first.at[1] >= soon.rang_at + HOUR

    await write(settings, rang("next", 2 * HOUR))
    async with running(settings, lambda process: Waiting(process, DELAY, second.check).run()):
        await asyncio.sleep(4)
    assert second.urls == [], "the one before it is not due, and those before that were asked about"


async def test_what_waits_in_one_partition_is_asked_about_together_and_the_stuck_are_left(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting_module, "SECONDS", 1.0)
    await write(settings, *(rang(name, 2 * HOUR) for name in ("stuck", "a", "b")))
    asked = Asked(stuck=frozenset(urls("stuck")))
    async with running(settings, lambda process: Waiting(process, DELAY, asked.check).run()):
        await until(lambda: len(asked.urls) == 3)
        await write(settings, rang("c", 2 * HOUR))
        await until(lambda: len(asked.urls) == 4)
    assert asked.urls == urls("stuck", "a", "b", "c")


async def test_many_that_fell_due_at_once_are_asked_about_in_bounded_numbers(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting_module, "AT_A_TIME", 10)
    await write(settings, *(rang(str(number), 2 * HOUR) for number in range(35)))
    asked, under_way, most = Asked(), 0, 0

    async def check(article: ArticleSummary) -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.01)
        under_way -= 1
        await asked.check(article)

    async with running(settings, lambda process: Waiting(process, DELAY, check).run()):
        await until(lambda: len(asked.urls) == 35)
    assert sorted(asked.urls) == sorted(urls(*map(str, range(35))))
    assert most == 10
