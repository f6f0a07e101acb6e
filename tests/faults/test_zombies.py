"""`decide` stopped within a transaction for longer than its session, while another takes over; then it wakes up."""

import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from tests.faults.conftest import Groups
from tests.faults.group import Group
from tests.faults.kafka_proxy import Api, When

FED = 300
TRANSACTIONS_BEFORE = 5
LONG_SECONDS = 60.0
"""A transaction that does not run out before the heir has come, on a busy machine too."""
WITHIN = (Api.ADD_PARTITIONS_TO_TXN, Api.TXN_OFFSET_COMMIT, Api.END_TXN)
"""Which request of the zombie the network holds up meanwhile: begun, not yet fenced, all but committed."""


def wakes_up(group: Group, api: Api) -> None:
    """SIGSTOP, an heir who decides all that there is and more, SIGCONT."""
    if api is Api.ADD_PARTITIONS_TO_TXN:  # the broker knows of no transaction that the heir would have to wait for
        group.transaction_seconds = LONG_SECONDS
    held = group.once("one", api, When.BEFORE, skip=TRANSACTIONS_BEFORE)
    held.go = threading.Event()
    group.feed(FED)
    group.starts("one")
    assert held.seen.wait(60)
    group.sends("one", signal.SIGSTOP)
    group.starts("two")
    group.feed(30)
    group.through()
    held.go.set()
    group.sends("one", signal.SIGCONT)
    group.eventually(lambda: group.said("one", "session.abandoned"), "the zombie's transaction is refused", 60)
    if api is Api.ADD_PARTITIONS_TO_TXN:
        assert group.said("one", "UNKNOWN_MEMBER_ID") or group.said("one", "ILLEGAL_GENERATION"), group.logs()
    group.feed(30)
    group.through()
    assert group.findings().good, f"{group.name}: {group.findings()}"
    group.eventually(lambda: group.count("one", "partitions.assigned") == 2, "it joins again", 60)


def commits_at_last(group: Group) -> None:
    """The zombie's commit is on its way while the heir asks where to go on: the heir must wait for it."""
    group.transaction_seconds = LONG_SECONDS
    held = group.once("one", Api.END_TXN, When.BEFORE, skip=TRANSACTIONS_BEFORE)
    held.go = threading.Event()
    group.once("two", Api.OFFSET_FETCH, When.AFTER).do = held.go.set
    group.feed(FED)
    group.starts("one")
    assert held.seen.wait(60)
    group.sends("one", signal.SIGSTOP)
    group.starts("two")
    group.through()
    group.sends("one", signal.SIGCONT)
    group.feed(30)
    group.through()
    assert group.findings().good, f"{group.name}: {group.findings()}"
    assert not group.findings(committed=False).repeated, "nothing was aborted: the zombie's commit was counted"


def network_away(group: Group) -> None:
    """It is not stopped, it hears nobody: longer than its session, in the midst of its work."""
    group.feed(FED)
    held = group.once("one", Api.PRODUCE, When.AFTER, skip=TRANSACTIONS_BEFORE)
    held.do = lambda: group.proxy.freeze(f"{group.name}.decide.one")
    group.starts("one")
    assert held.seen.wait(60)
    group.starts("two")
    group.through()
    group.proxy.freeze("")
    group.feed(30)
    group.through()
    assert group.findings().good, f"{group.name}: {group.findings()}"


def unfenced(group: Group) -> None:
    """A broken one: the same, and its group is not asked whose the partitions are."""
    group.transaction_seconds = LONG_SECONDS
    held = group.once("one", Api.ADD_PARTITIONS_TO_TXN, When.BEFORE, skip=TRANSACTIONS_BEFORE)
    held.go = threading.Event()
    group.feed(FED)
    group.starts("one")
    assert held.seen.wait(60)
    group.sends("one", signal.SIGSTOP)
    group.starts("two")
    group.through()
    held.go.set()
    group.sends("one", signal.SIGCONT)
    group.eventually(lambda: bool(group.findings().repeated), "the checks see what a zombie repeats")


def test_a_zombie_repeats_nothing_and_its_commit_is_refused(groups: Groups) -> None:
    cases: dict[str, Callable[[Group], None]] = {api.name.lower(): partial(wakes_up, api=api) for api in WITHIN}
    cases |= {"heir-waits": commits_at_last, "network-away": network_away}
    with ThreadPoolExecutor(len(cases) + 1) as pool:
        running = [pool.submit(_run, groups(name), case) for name, case in cases.items()]
        running.append(pool.submit(_run, groups("unfenced", "stranger"), unfenced))
        for one in running:
            one.result()


def _run(group: Group, case: Callable[[Group], None]) -> None:
    with group:
        case(group)
