import asyncio
from collections.abc import Iterable

from schemas import Alert, Delivery, Outcome
from services.alerting.notify.channels.answer import Answer, Verdict
from services.alerting.notify.channels.terminal import TerminalConfig
from services.alerting.notify.deliver import deliver
from tests.alerting.examples import alert

TAKEN, LATER, NEVER = (Answer(verdict, verdict.value) for verdict in Verdict)


async def outcomes(
    answers: Iterable[Answer | Exception], schedule: tuple[float, ...], stopping: asyncio.Event | None = None
) -> tuple[bool, list[Delivery]]:
    """Whether the alert is done, and the deliveries written, where the channel answers like this."""
    said, written = iter(answers), list[Delivery]()

    async def send(_: Alert) -> Answer:
        answer = next(said)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def write(delivery: Delivery) -> None:
        written.append(delivery)

    config = TerminalConfig(id="screen", type="terminal", retry_seconds=schedule)
    return await deliver(alert(), config, send, write, stopping or asyncio.Event()), written


async def test_each_attempt_is_written_until_the_channel_has_it() -> None:
    done, written = await outcomes([LATER, LATER, TAKEN], (0.01, 0.01))

    assert done
    assert [(delivery.attempt, delivery.outcome) for delivery in written] == [
        (1, Outcome.RETRYING),
        (2, Outcome.RETRYING),
        (3, Outcome.DELIVERED),
    ]
    assert {(delivery.alert_id, delivery.channel) for delivery in written} == {(alert().id, "screen")}
    assert [delivery.next_attempt_at is not None for delivery in written] == [True, True, False]


async def test_what_the_channel_does_not_take_ends_as_failed_and_says_so() -> None:
    done, written = await outcomes([LATER, LATER], (0.01,))

    assert done
    assert written[-1].outcome is Outcome.FAILED
    assert "given up after 2 attempts" in written[-1].detail


async def test_what_it_never_wants_is_not_tried_again() -> None:
    done, written = await outcomes([NEVER], (0.01, 0.01))

    assert done
    assert [delivery.outcome for delivery in written] == [Outcome.FAILED]


async def test_a_defect_of_the_channel_is_tried_again_and_loses_nothing() -> None:
    done, written = await outcomes([KeyError("a defect"), TAKEN], (0.01,))

    assert done
    assert [delivery.detail for delivery in written] == ["defect of the channel: KeyError", "taken"]


async def test_a_wait_ends_at_once_when_the_channel_is_stopped_and_the_alert_is_not_done() -> None:
    stopping = asyncio.Event()
    asyncio.get_running_loop().call_later(0.05, stopping.set)
    async with asyncio.timeout(2):
        done, written = await outcomes([LATER], (3600.0,), stopping)

    assert not done
    assert [delivery.outcome for delivery in written] == [Outcome.RETRYING]
