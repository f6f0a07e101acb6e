"""`decide` stopped within a transaction for longer than its session, while another takes over; then it wakes up."""

import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from tests.faults.conftest import Groups
from tests.faults.group import Group
from tests.faults.kafka_proxy import Api, Rule, When

FED = 300
TRANSACTIONS_BEFORE = 5
LONG_SECONDS = 60.0
"""A transaction that does not run out before the heir has come, on a busy machine too."""
WITHIN = (Api.TXN_OFFSET_COMMIT, Api.END_TXN)
"""Which request of the zombie the network holds up meanwhile; its transaction runs out before it wakes up."""


def held_at_its_beginning(group: Group) -> Rule:
    """Hold up the first request of a transaction: the broker knows nothing that the heir would have to wait for."""
    group.transaction_seconds = LONG_SECONDS
    first, second = (
        Rule(api, When.BEFORE, group.client("one"), go=threading.Event())
        for api in (Api.ADD_PARTITIONS_TO_TXN, Api.ADD_OFFSETS_TO_TXN)  # whichever comes first
    )
    second.go, second.seen = first.go, first.seen

    def hold() -> None:
        group.proxy.once(first)
        group.proxy.once(second)

    group.once("one", Api.END_TXN, When.REPLY, skip=TRANSACTIONS_BEFORE).do = hold
    return first


def held_at(group: Group, api: Api) -> Rule:
    """Hold up this request."""
    held = group.once("one", api, When.BEFORE, skip=TRANSACTIONS_BEFORE)
    held.go = threading.Event()
    return held


def sleeps(group: Group, held: Rule) -> None:
    """SIGSTOP, an heir who decides all that there is, SIGCONT."""
    group.feed(FED)
    group.starts("one")
    assert held.seen.wait(60)
    group.sends("one", signal.SIGSTOP)
    group.starts("two")
    group.through()
    assert held.go is not None
    held.go.set()
    group.sends("one", signal.SIGCONT)


def ran_out(group: Group, api: Api) -> None:
    """Nothing of it counts, and it joins again."""
    sleeps(group, held_at(group, api))
    group.eventually(lambda: group.said("one", "session.abandoned"), "the zombie's transaction is refused")
    group.feed(30)
    group.through()
    assert group.findings().good, f"{group.name}: {group.findings()}"
    group.eventually(lambda: group.count("one", "partitions.assigned") == 2, "it joins again")


def fenced(group: Group) -> None:
    """Its transaction could still be committed, were it not of a generation that is over."""
    sleeps(group, held_at_its_beginning(group))
    refused = ("UNKNOWN_MEMBER_ID", "ILLEGAL_GENERATION")
    group.eventually(lambda: any(group.said("one", words) for words in refused), "its offsets are refused")
    group.feed(30)
    group.through()
    assert group.findings().good, f"{group.name}: {group.findings()}"


def commits_at_last(group: Group) -> None:
    """The zombie's commit is on its way while the heir asks where to go on: the heir must wait for it."""
    group.transaction_seconds = LONG_SECONDS
    held = held_at(group, Api.END_TXN)
    assert held.go is not None
    group.once("two", Api.OFFSET_FETCH, When.AFTER).do = held.go.set
    sleeps(group, held)
    group.feed(30)
    group.through()
    assert group.findings().good, f"{group.name}: {group.findings()}"
    assert not group.findings(committed=False).repeated, "nothing was aborted: the zombie's commit was counted"


def network_away(group: Group) -> None:
    """It is not stopped, it hears nobody: longer than its session, in the midst of its work."""
    group.feed(FED)
    held = group.once("one", Api.PRODUCE, When.AFTER, skip=TRANSACTIONS_BEFORE)
    held.do = lambda: group.proxy.freeze(group.client("one"))
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
    sleeps(group, held_at_its_beginning(group))
    group.eventually(lambda: bool(group.findings().repeated), "the checks see what a zombie repeats")


def test_a_zombie_repeats_nothing_and_its_commit_is_refused(groups: Groups) -> None:
    cases: dict[str, Callable[[Group], None]] = {api.name.lower(): partial(ran_out, api=api) for api in WITHIN}
    cases |= {"fenced": fenced, "heir-waits": commits_at_last, "network-away": network_away}
    with ThreadPoolExecutor(len(cases) + 1) as pool:
        running = [pool.submit(_run, groups(name), case) for name, case in cases.items()]
        running.append(pool.submit(_run, groups("unfenced", "stranger"), unfenced))
        for one in running:
            one.result()


def _run(group: Group, case: Callable[[Group], None]) -> None:
    with group:
        case(group)
