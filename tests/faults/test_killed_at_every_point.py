"""`decide` killed at every point of the end of its transaction: nothing lost, repeated or out of order."""

from contextlib import ExitStack

from tests.faults.conftest import Groups
from tests.faults.group import Group
from tests.faults.kafka_proxy import Api, Fate, When

POINTS = [(api, when) for api in (Api.TXN_OFFSET_COMMIT, Api.END_TXN) for when in When]
HEIRS = ("one", "two")
"""`one` has the transactional id of the dead, and ends its transaction; `two` waits until it has run out."""
FED = 300
TRANSACTIONS_BEFORE = 5


def killed_at(group: Group, api: Api, when: When, heir: str) -> None:
    """Kill instance one at this point of its sixth transaction; the heir begins then."""

    def kill_and_inherit() -> None:
        group.kills("one")
        group.starts(heir)

    fate = Fate.PASS if when is When.AFTER else Fate.CUT
    group.once("one", api, when, fate, skip=TRANSACTIONS_BEFORE).do = kill_and_inherit
    group.feed(FED)
    group.starts("one")


def test_killed_at_every_point_of_the_end_of_a_transaction(groups: Groups) -> None:
    with ExitStack() as stack:
        cases = {
            (api, when, heir): stack.enter_context(groups(f"{api.name}-{when.name}-{heir}".lower()))
            for api, when in POINTS
            for heir in HEIRS
        }
        for point, group in cases.items():
            killed_at(group, *point)
        apart = stack.enter_context(groups("apart", "apart"))
        killed_at(apart, Api.END_TXN, When.BEFORE, "one")
        for group in cases.values():
            group.through()
            assert group.findings().good, f"{group.name}: {group.findings()}"
            assert group.begun.total() == 2, f"{group.name} was not killed"
        uncommitted = [group.findings(committed=False).repeated for group in cases.values()]
        assert any(uncommitted), "some must have been killed within a transaction, whose records are there, unread"
        apart.through()
        assert apart.findings().lost, "the checks do not see what is lost when offsets are committed by themselves"
