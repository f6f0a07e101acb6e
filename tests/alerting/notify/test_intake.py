"""What one channel reads, on a real Kafka."""

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta

from services.alerting.notify.addressed import addressed
from services.alerting.notify.intake import Fresh, Intake
from services.alerting.notify.read_back import ReadBack
from services.backbone.clients import Writer, new_consumer, stop_client
from services.backbone.process import Process
from services.backbone.progress import Progress
from services.backbone.record import decode
from services.backbone.settings import Settings
from services.backbone.topics import NOTIFICATIONS
from tests.alerting.notify.desk import notification


async def test_what_is_lost_between_two_fetches_stops_nothing_and_what_was_begun_is_read_once_more(
    settings: Settings,
) -> None:
    async with AsyncExitStack() as stack, ReadBack(settings.kafka) as back:
        writer = await Writer.start(Process("route", settings, stack, Progress("route")))
        consumer = new_consumer(settings.kafka, NOTIFICATIONS.name, group=settings.group("notify.box"))
        stack.push_async_callback(stop_client, consumer)
        await consumer.start()
        intake = Intake("notify.box", "box", consumer, back, writer, timedelta(), lambda _: None)
        await writer.write(addressed(notification(slug, watch=slug), "route") for slug in "abcdef")
        fresh: list[Fresh] = []
        async with asyncio.timeout(15):
            while len(fresh) < 6:
                fresh += await intake.fetch(50)

        gone = (fresh[0].place[0], fresh[0].place[1] + 1_000)
        again = await intake.again([*(each.place for each in fresh[:4]), gone])
        assert {each.notification.id for each in again} == {each.notification.id for each in fresh[:4]}
        assert all(decode(NOTIFICATIONS, each.record) == each.notification for each in again)

        for each in fresh:
            intake.done(each.place)
        consumer.unsubscribe()  # as between the two steps of a rebalance: it has nothing, and does not know it yet
        await intake.commit()
        assert not intake.is_behind
