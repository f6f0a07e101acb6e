import json
from dataclasses import replace

from schemas import ChannelIncident
from services.alerting.notify.errand import Errand, Parcel
from services.alerting.notify.message import Message
from tests.alerting.examples import NOON, alert
from tests.alerting.notify.desk import notification

INCIDENT = ChannelIncident(
    id="inc-1", channel="hook", kind="dead", state="raised", since=NOON, at=NOON, reason="HTTP 503", fix="look"
)


def test_an_alert_goes_out_under_the_id_of_its_record_and_in_the_thread_of_its_story() -> None:
    update = alert().model_copy(update={"sequence": 2, "thread": "alr-first"})
    message = Message.of(update, "box")
    assert (message.id, message.thread) == (f"{update.id}.2", "alr-first")
    assert (message.at, message.severity) == (update.rang_at, update.watch.severity)


def test_programs_get_the_type_the_time_and_the_event() -> None:
    rang = alert()
    body = json.loads(Message.of(rang, "box").body())
    assert body == {"type": "tocsin.alert.v1", "timestamp": "2026-11-24T12:00:00Z", "data": json.loads(rang.write())}


def test_a_test_says_so_to_programs() -> None:
    assert json.loads(replace(Message.of(INCIDENT, "box"), is_test=True).body())["test"] is True


def test_trouble_is_told_louder_than_that_it_is_over() -> None:
    over = INCIDENT.model_copy(update={"state": "resolved"})
    assert [Message.of(each, "box").severity for each in (INCIDENT, over)] == ["high", "normal"]


def test_another_member_makes_another_group_and_the_order_does_not() -> None:
    one, two, three = (Errand.of(notification(slug), (0, 0)) for slug in "abc")
    ids = [Parcel.group("box", each, "hours", NOON).message_id for each in ([one, two], [two, one], [one, two, three])]
    assert ids[0] == ids[1] != ids[2]
