"""Whether a transaction was committed is in doubt: the end of it was sent, and no answer came or it came late."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from tests.faults.conftest import Groups
from tests.faults.group import Group
from tests.faults.kafka_proxy import Api, Fate, Rule, When

FED = 1_000
TRANSACTIONS_BEFORE = 5


def reply_lost(group: Group) -> None:
    """The broker has committed and nobody knows."""
    group.feed(FED)
    lost = group.once("one", Api.END_TXN, When.REPLY, Fate.CUT, skip=TRANSACTIONS_BEFORE)
    group.starts("one")
    group.through()
    assert lost.seen.is_set()
    assert group.findings().good, f"{group.name}: {group.findings()}"


def end_comes_late(group: Group) -> None:
    """The connection breaks, the end is sent again; the first one arrives within a later transaction.

    It would commit that one before its offsets are in it (Jepsen, 2024; KAFKA-17754), were it of the same epoch.
    """
    group.feed(FED)
    late = group.once("one", Api.END_TXN, When.BEFORE, Fate.KEEP, skip=TRANSACTIONS_BEFORE)
    arrived = threading.Event()
    group.starts("one")
    assert late.seen.wait(60)
    within = Rule(Api.PRODUCE, When.BEFORE, late.client, skip=1, go=arrived)
    group.once("one", Api.ADD_PARTITIONS_TO_TXN, When.REPLY).do = lambda: group.proxy.once(within)
    assert within.seen.wait(60)
    time.sleep(0.1)  # what was sent before is with the broker
    group.proxy.deliver(late.kept)
    arrived.set()
    group.through()
    assert group.findings().good or group.kind != "sound", f"{group.name}: {group.findings()}"


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
        assert not all(group.findings().good for group in broken)
