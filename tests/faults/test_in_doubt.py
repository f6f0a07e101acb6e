"""Whether a transaction was committed is in doubt: the end of it was sent, and no answer came or it came late."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from tests.faults.checks import Findings
from tests.faults.conftest import Groups
from tests.faults.group import Group
from tests.faults.kafka_proxy import Api, Fate, Rule, When

FED = 1_000
TRANSACTIONS_BEFORE = 5


def wrong(group: Group) -> list[Findings]:
    """What is wrong with what it rang, and with what it remembers.

    Of a transaction that is ended too early a part counts. Where these are its offsets and what it rang, nothing is
    lost nor repeated for now: only the memory shows it.
    """
    return [found for topic in ("out", "state") if not (found := group.findings(topic)).good]


def reply_lost(group: Group) -> None:
    """The broker has committed and nobody knows."""
    group.feed(FED)
    lost = group.once("one", Api.END_TXN, When.REPLY, Fate.CUT, skip=TRANSACTIONS_BEFORE)
    group.starts("one")
    group.through()
    assert lost.seen.is_set()
    assert not (found := wrong(group)), f"{group.name}: {found}"


def end_comes_late(group: Group) -> None:
    """The connection breaks, the end is sent again; the first one arrives within a later transaction.

    It would commit that one before all of it is written (Jepsen, 2024; KAFKA-17754), were it of the same epoch.
    """
    group.feed(FED)
    late = group.once("one", Api.END_TXN, When.BEFORE, Fate.KEEP, skip=TRANSACTIONS_BEFORE)
    begun = Rule(Api.ADD_PARTITIONS_TO_TXN, When.REPLY, late.client)
    written = Rule(Api.PRODUCE, When.REPLY, late.client)
    within = Rule(Api.PRODUCE, When.BEFORE, late.client, skip=1, go=threading.Event())
    late.do = lambda: group.proxy.once(begun)
    begun.do = lambda: [group.proxy.once(rule) for rule in (written, within)]
    group.starts("one")
    for rule in (late, within, written):
        group.eventually(rule.seen.is_set, f"{rule.api.name} {rule.when.value}")
    group.proxy.deliver(late.kept)
    assert within.go is not None
    within.go.set()
    group.through()
    found = wrong(group)
    assert not found or group.kind != "sound", f"{group.name}: {found}"


def test_the_end_of_a_transaction_in_doubt_ends_no_other(groups: Groups) -> None:
    """Three broken ones go on in the same epoch, so that it can be seen that these checks see something."""
    broken = [groups(f"doubtful-{number}", "doubtful") for number in range(3)]
    with ExitStack() as stack, ThreadPoolExecutor(5) as pool:
        for group in broken:
            stack.enter_context(group)
        running = [pool.submit(end_comes_late, group) for group in broken]
        running.append(pool.submit(reply_lost, stack.enter_context(groups("reply-lost"))))
        running.append(pool.submit(end_comes_late, stack.enter_context(groups("end-comes-late"))))
        for one in running:
            one.result()
        assert any(wrong(group) for group in broken)
