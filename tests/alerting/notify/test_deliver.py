from pathlib import Path

import pytest
from aiokafka.structs import ConsumerRecord

from services.alerting.notify import deliver as deliver_module
from services.alerting.notify.addressed import addressed
from services.alerting.notify.channels.answer import Answer, Verdict
from services.alerting.notify.deliver import Kept, deliver
from services.alerting.notify.errand import Errand, Parcel
from services.alerting.notify.message import Message
from services.alerting.notify.read_back import ReadBack
from services.backbone.settings import KafkaSettings, Settings
from tests.alerting.notify.desk import TAKEN, box, notification

SETTINGS = Settings(config=Path(), public_url="https://tocsin.example", link_secret="s" * 32)


def kept(*given: ConsumerRecord) -> Kept:
    """These are kept; nothing is read again."""
    keeping = Kept(ReadBack(KafkaSettings()))
    for record in given:
        keeping.keep(record)
    return keeping


def record(slug: str, offset: int = 0) -> ConsumerRecord:
    """As it was read."""
    made = addressed(notification(slug), "route")
    return ConsumerRecord(made.topic, 0, offset, 0, 0, made.key, made.value, None, 0, 0, tuple(made.headers))


def parcel(slug: str, offset: int = 0) -> Parcel:
    """Of the same."""
    return Parcel.alone(Errand.of(notification(slug), (0, offset)))


async def test_the_channel_gets_the_alert_with_its_trace_and_links() -> None:
    channel, read = box(), record("a")
    async with channel.connect() as send:
        assert await deliver(parcel("a"), "box", send, kept(read), SETTINGS) == TAKEN
    (message,) = channel.messages
    assert message.event == notification("a").alert
    assert message.trace.encode() == dict(read.headers)["traceparent"]
    assert message.links is not None
    assert message.links.alert.startswith("https://tocsin.example/a/")


async def test_a_defect_of_the_channel_is_an_answer_and_loses_nothing() -> None:
    async def send(_: Message) -> Answer:
        raise KeyError("a defect")

    answer = await deliver(parcel("a"), "box", send, kept(record("a")), SETTINGS)
    assert (answer.verdict, answer.detail) == (Verdict.LATER, "defect of the channel: KeyError")


def test_what_is_dropped_takes_no_room() -> None:
    one, two = record("a", 0), record("b", 1)
    keeping = kept(one, two)
    keeping.drop((0, 0))
    keeping.drop((0, 0))
    assert keeping.size_bytes == len(two.value or b"")
    keeping.drop_all(lambda _: True)
    assert keeping.size_bytes == 0


def test_no_more_is_kept_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    one = record("a", 0)
    monkeypatch.setattr(deliver_module, "MOST_BYTES", len(one.value or b"") + 10)
    keeping = kept(one, record("b", 1))
    assert keeping.size_bytes == len(one.value or b"")
