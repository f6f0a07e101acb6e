"""Notify on real Kafka, killed in the midst of its deliveries to a receiver that is none too reliable.

At least once, and openly so: every alert is taken, has a record that says so, and comes at each attempt under the same
id with the same words. What was under way when it was killed may come twice.
"""

import asyncio
import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import cycle

from schemas import Alert, Outcome
from services.backbone.record import OutgoingRecord, decode, encode
from services.backbone.settings import Settings
from services.backbone.topics import ALERTS, DELIVERIES
from services.cli.run import Stage
from tests.alerting.examples import SECRET, alert
from tests.bench.kafka import produce
from tests.faults.fickle_receiver import FickleReceiver, Says
from tests.faults.killing import kill_while_it_flows
from tests.vocabulary import LOOPBACK, Desk, read_records

SEED = 20261124
DELIVERIES_DUE = 300
KILLS = 2
WATCHES = 10
SHARES = {Says.TAKEN: 80, Says.ERROR: 12, Says.CUT: 8}
"""A silence of 15 s and a second of patience after each 429 are for the long run."""


@dataclass(frozen=True)
class Brought:
    """What came of a run; nothing is wrong when all but the counts are empty."""

    lost: list[str]
    """Alerts that the receiver never took."""
    unrecorded: list[str]
    """Alerts whose deliveries do not say that it took them."""
    failed: list[str]
    """Alerts that were given up."""
    under_two_ids: list[str]
    """Alerts that came under more than one webhook-id."""
    changed: list[str]
    """Messages whose body was not the same at each attempt."""
    unsigned: list[str]
    """Requests whose signature did not hold."""
    repeated: int
    """How often a message was taken beyond once."""
    attempts: int
    """Requests, whatever was said to them."""

    @property
    def good(self) -> bool:
        """Whether nothing is wrong."""
        return not (self.lost or self.unrecorded or self.failed or self.under_two_ids or self.changed or self.unsigned)


def made(count: int) -> list[Alert]:
    """Alerts of several watches in turn, each of an article of its own."""
    examples = [alert(watch=f"watch-{number}") for number in range(WATCHES)]
    return [
        examples[number % WATCHES].model_copy(update={"id": f"alr-{number:032x}", "thread": f"alr-{number:032x}"})
        for number in range(count)
    ]


def killed_while_delivering(
    desk: Desk, receiver: FickleReceiver, count: int, kills: int, seed: int, *, instances: int, settle_seconds: float
) -> Brought:
    """Kill notify so often, each time soon after the receiver has taken something, while alerts come.

    Args:
        desk: its configuration is replaced.
        receiver: open.
        count: alerts that are due.
        kills: how often.
        seed: says when.
        instances: of notify, killed in turn.
        settle_seconds: within which all is taken after the last kill.
    """
    hook = {
        "id": "hook",
        "type": "webhook",
        "url": receiver.url,
        "secret": {"env": "WEBHOOK_SECRET"},
        "allow_networks": [LOOPBACK],
        "retry_seconds": [0.2, 0.5, 1, 2, *[3] * 90],
    }
    desk.writes("tocsin.yaml", {"channels": [hook], "default_channels": ["hook"]})
    desk.environment |= {"WEBHOOK_SECRET": SECRET, "TOCSIN_LOG_LEVEL": "info"}
    due = made(count)
    desks = [
        Desk(desk.settings.model_copy(update={"instance": f"{number}"}), desk.environment)
        for number in range(instances)
    ]
    turns = cycle(desks)

    def kill() -> None:
        victim = next(turns)
        victim.kills(Stage.NOTIFY)
        victim.starts(Stage.NOTIFY)

    def feed(some: Sequence[OutgoingRecord]) -> None:
        asyncio.run(produce(desk.settings.kafka, some))

    with ExitStack() as stack:
        for each in desks:
            stack.enter_context(each.running(Stage.NOTIFY))
        for each in desks:
            each.eventually(lambda each=each: each.said(Stage.NOTIFY, "channel.takes_over"), "it takes its share")  # type: ignore[misc]
        kill_while_it_flows(
            [encode(ALERTS.name, each, "decide") for each in due],
            kills,
            random.Random(seed),
            feed=feed,
            moved=lambda: len(receiver.taken),
            kill=kill,
            midway=lambda: None,
        )
        desks[0].eventually(lambda: len(receiver.taken) >= count, "all are taken", settle_seconds)
        desks[0].eventually(lambda: not _unrecorded(desk, due), "that is written, too", settle_seconds)
        for each in desks:
            each.stops(Stage.NOTIFY)
    return judged(desk, receiver, due)


def judged(desk: Desk, receiver: FickleReceiver, due: Sequence[Alert]) -> Brought:
    """Hold what the receiver has, and what stands on `deliveries`, against what was due."""
    outcomes = _outcomes(desk)
    return Brought(
        lost=[each.id for each in due if not any(receiver.taken[name] for name in receiver.alerts[each.id])],
        unrecorded=_unrecorded(desk, due),
        failed=[name for name, counted in outcomes.items() if counted[Outcome.FAILED]],
        under_two_ids=[name for name, ids in receiver.alerts.items() if len(ids) > 1],
        changed=[name for name, bodies in receiver.bodies.items() if len(bodies) > 1],
        unsigned=receiver.refused,
        repeated=receiver.taken.total() - len(receiver.taken),
        attempts=receiver.said.total(),
    )


def _outcomes(desk: Desk) -> dict[str, Counter[Outcome]]:
    """How often each outcome was written of each alert."""
    outcomes: dict[str, Counter[Outcome]] = defaultdict(Counter)
    for record in asyncio.run(read_records(desk.settings.kafka, DELIVERIES.name)):
        delivery = decode(DELIVERIES, record)
        outcomes[delivery.alert_id][delivery.outcome] += 1
    return outcomes


def _unrecorded(desk: Desk, due: Sequence[Alert]) -> list[str]:
    outcomes = _outcomes(desk)
    return [each.id for each in due if not outcomes[each.id][Outcome.DELIVERED]]


def test_notify_killed_while_it_delivers_loses_nothing_and_repeats_under_the_same_id(settings: Settings) -> None:
    with FickleReceiver(SECRET, SHARES, SEED).open() as receiver:
        desk = Desk(settings)
        brought = killed_while_delivering(desk, receiver, DELIVERIES_DUE, KILLS, SEED, instances=2, settle_seconds=60)

    assert brought.good, str(brought)
    assert brought.attempts >= DELIVERIES_DUE
    assert len(receiver.taken) == DELIVERIES_DUE
