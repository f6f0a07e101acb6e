"""`tocsin alerts acknowledge|release|assign|note|feedback`: what somebody does about an alert, from a terminal."""

import asyncio
import getpass
from collections.abc import Callable
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Annotated, TypeVar

import typer
from aiokafka.errors import KafkaError
from aiokafka.structs import ConsumerRecord

from schemas import Acknowledgement, Alert, Feedback, FeedbackVerdict, Handling
from services.alerting.handling.follower import HandledAlerts
from services.alerting.handling.steps import BadStep, StepAction, step, word
from services.alerting.notify.neutral import neutral
from services.alerting.notify.words import cares, minute
from services.backbone.clients import new_producer
from services.backbone.errors import BrokerUnavailable, TocsinError
from services.backbone.record import encode, header
from services.backbone.settings import KafkaSettings, load_settings
from services.backbone.topics import ACKNOWLEDGEMENTS, ALERTS, FEEDBACK
from services.cli.connection import connected
from services.cli.stored import Stored, opened

AlertId = Annotated[str, typer.Argument(metavar="ALERT_ID", help="The alert's id: alr-...")]
By = Annotated[str | None, typer.Option(help="Who does it; your login's name where unset.", metavar="NAME")]
Note = Annotated[str, typer.Option(help="What there is to say.", metavar="TEXT")]
E = TypeVar("E", Acknowledgement, Feedback)


class UnknownAlert(TocsinError):
    """No alert has this id."""


class Refused(TocsinError):
    """What was asked for cannot be done with an alert."""


def acknowledge(alert: AlertId, by: By = None, note: Note = "") -> None:
    """Say that you care for an alert: nobody else is called."""
    _take(alert, "acknowledge", by, note)


def release(alert: AlertId, by: By = None, note: Note = "") -> None:
    """Say that nobody cares for an alert any more."""
    _take(alert, "release", by, note)


def assign(
    alert: AlertId,
    to: Annotated[str | None, typer.Option(help="Whose it is now.", metavar="NAME")] = None,
    nobody: Annotated[bool, typer.Option("--nobody", help="It is nobody's any more.")] = False,
    by: By = None,
    note: Note = "",
) -> None:
    """Make an alert somebody's."""
    if (to is None) != nobody:
        raise Refused("an alert is assigned to one; say whose it is: --to NAME, or --nobody")
    _take(alert, "assign", by, note, to)


def note(alert: AlertId, text: Annotated[str, typer.Argument(metavar="TEXT", help="The note.")], by: By = None) -> None:
    """Leave a word for whoever comes next."""
    _take(alert, "note", by, text)


def feedback(
    alert: AlertId,
    verdict: Annotated[
        FeedbackVerdict, typer.Argument(help="useful; false: not what the watch asks for; duplicate: known already.")
    ],
    by: By = None,
    note: Note = "",
) -> None:
    """Say whether an alert was useful; `tocsin watch stats` adds it up."""
    kafka, now = load_settings().kafka, datetime.now(UTC)

    def made(of: Alert) -> Feedback:
        return word(of.id, of.watch.id, verdict, _who(by), now, "cli", note=note)

    said = asyncio.run(_written(kafka, alert, made, FEEDBACK.name))
    typer.echo(f"{said.alert_id}: {said.verdict.value}, says {said.by}")


def _take(alert: str, action: StepAction, by: str | None, note: str, to: str | None = None) -> None:
    kafka, now = load_settings().kafka, datetime.now(UTC)

    def made(of: Alert) -> Acknowledgement:
        return step(of.id, of.watch.id, action, _who(by), now, "cli", to=to, note=note)

    taken = asyncio.run(_written(kafka, alert, made, ACKNOWLEDGEMENTS.name))
    state = asyncio.run(_state(kafka, taken.alert_id))
    typer.echo(f"{taken.alert_id}: {neutral(cares(state)) or 'nobody cares for it'}")
    for each in state.notes:
        typer.echo(f"  {neutral(each.by)}, {minute(each.at)}: {neutral(each.text)}")


def _who(by: str | None) -> str:
    if by is not None:
        return by
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        raise Refused("nobody knows who you are; say it: --by NAME") from None


async def _written(kafka: KafkaSettings, alert_id: str, made: Callable[[Alert], E], topic: str) -> E:
    """What was made of an alert, once the broker has it."""
    async with opened(kafka) as stored:
        alert = await _alert(stored, alert_id.partition(".")[0])
    try:
        event = made(alert)
    except BadStep as error:
        raise Refused(str(error)) from None
    record = encode(topic, event, "cli")
    async with connected(new_producer(kafka), kafka) as producer:
        try:
            await producer.send_and_wait(record.topic, record.value, key=record.key, headers=record.headers)
        except KafkaError as error:
            raise BrokerUnavailable.at(kafka.bootstrap_servers, error) from None
    return event


async def _alert(stored: Stored, alert_id: str) -> Alert:
    """The first record of an alert.

    Raises:
        UnknownAlert: there is none.
    """

    def is_of_it(record: ConsumerRecord) -> bool:
        event_id = header(record.headers, "ce_id")
        return event_id is None or event_id.partition(b".")[0] == alert_id.encode()

    async with aclosing(stored.events(ALERTS, wanted=is_of_it)) as alerts:
        async for _, alert in alerts:
            if alert.id == alert_id:
                return alert
    raise UnknownAlert(
        f"no alert has the id {alert_id!r}; alerts are kept for 90 days: tocsin alerts tail --from beginning"
    )


async def _state(kafka: KafkaSettings, alert_id: str) -> Handling:
    handled = HandledAlerts()
    async with opened(kafka) as stored, aclosing(stored.events(ACKNOWLEDGEMENTS, keys=[alert_id])) as steps:
        async for _, taken in steps:
            handled.take(taken)
    return handled.of(alert_id) or Handling()
