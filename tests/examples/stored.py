"""What stands on the topic when a subscriber of `deploy/examples` starts, and what it is to print of it."""

from aiokafka import AIOKafkaProducer

from schemas import Alert
from services.backbone.record import encode
from services.backbone.settings import KafkaSettings
from services.backbone.topics import ALERTS
from tests.alerting.examples import alert


def titled(slug: str, title: str, **more: object) -> Alert:
    """An alert for an article of this title; of one slug it is the same alert."""
    rang = alert(slug=slug)
    assert rang.article is not None
    return Alert.model_validate(rang.model_dump() | {"article": rang.article.model_dump() | {"title": title}} | more)


HELD = titled("held", "Nobody is told", held="silenced", held_by="talks")
RING = titled("story", "Сделка и توافق are news")
UPDATE = titled("story", "A figure\x1b[31m\u202e rose\n", sequence=1, action="update", reason="figure-changed")
COPY = titled("story", "The same elsewhere", sequence=2, action="update", reason="copy")
ABORTED = titled("aborted", "This never counted")
WITHDRAWN = titled("story", "It was no news", sequence=3, action="update", reason="withdrawn")
LATER = titled("later", "After the restart")

PRINTED = [
    "RING  ttp (first-mention): Сделка и توافق are news",
    "UPDATE  ttp (figure-changed): A figure [31m  rose ",
    "TAKEN BACK  ttp (withdrawn): It was no news",
]


async def store(kafka: KafkaSettings) -> None:
    """Write them as `decide` does: in transactions, one of which is aborted. One record stands twice."""
    producer = AIOKafkaProducer(**kafka.aiokafka(), transactional_id="the-test", enable_idempotence=True)
    await producer.start()
    try:
        async with producer.transaction():
            for one in (HELD, RING, RING, UPDATE, COPY):
                await _write(producer, one)
        await producer.begin_transaction()
        await _write(producer, ABORTED)
        await producer.abort_transaction()
        async with producer.transaction():
            await _write(producer, WITHDRAWN)
    finally:
        await producer.stop()


async def store_later(kafka: KafkaSettings) -> None:
    """Write one more."""
    producer = AIOKafkaProducer(**kafka.aiokafka())
    await producer.start()
    try:
        await _write(producer, LATER)
    finally:
        await producer.stop()


async def _write(producer: AIOKafkaProducer, one: Alert) -> None:
    record = encode(ALERTS.name, one, "decide")
    await producer.send_and_wait(record.topic, record.value, key=record.key, headers=record.headers)
