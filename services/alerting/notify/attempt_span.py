"""One attempt at a channel as a span: in the trace of its notification, or linked to those of a group."""

from contextlib import AbstractContextManager

from services.alerting.notify.channels.answer import Answer, Verdict
from services.alerting.notify.channels.channel import ChannelConfig
from services.alerting.notify.steps import Attempt
from services.backbone import tracing
from services.backbone.topics import NOTIFICATIONS


def attempt_span(channel: ChannelConfig, attempt: Attempt, group: str) -> AbstractContextManager[tracing.Span]:
    """The span of an attempt, by this consumer group."""
    errands = attempt.parcel.errands
    about: dict[str, str | int] = {
        "messaging.system": "kafka",
        "messaging.destination.name": NOTIFICATIONS.name,
        "messaging.operation.type": "process",
        "messaging.operation.name": "deliver",
        "messaging.consumer.group.name": group,
        "messaging.message.id": attempt.parcel.message_id,
        "messaging.batch.message_count": len(errands),
        "tocsin.channel.id": channel.id,
        "tocsin.attempt": attempt.number,
    }
    traces = [errand.trace for errand in errands if errand.trace is not None]
    name = f"{NOTIFICATIONS.name} deliver"
    if attempt.parcel.reason is not None:
        return tracing.span(name, "consumer", links=traces, attributes=about)
    errand, (partition, offset) = attempt.parcel.only, attempt.parcel.only.place
    about |= {
        "messaging.destination.partition.id": str(partition),
        "messaging.kafka.offset": offset,
        "tocsin.alert.id": errand.alert_id,
    }
    if errand.watch is not None:
        about["tocsin.watch.id"] = errand.watch
    return tracing.span(name, "consumer", parent=errand.trace, attributes=about)


def tell(span: tracing.Span, answer: Answer) -> None:
    """Note what came of it."""
    if answer.verdict is not Verdict.TAKEN:
        span.failed(answer.verdict.value, answer.detail)
