"""Three instances that join, leave and are killed all the time, while there is work: a storm of rebalances."""

import random
import signal
import time

from tests.faults.conftest import Groups

SEED = 20261124
SECONDS = 12.0
EVERY_SECONDS = (0.5, 2.5)
"""Sooner than a killed one is missed."""
FED_EACH = 60


def test_a_storm_of_rebalances_loses_and_repeats_nothing(groups: Groups) -> None:
    order = random.Random(SEED)
    with groups("storm") as group:
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            group.feed(FED_EACH)
            instance = order.choice(["one", "two", "three"])
            process = group.processes.get(instance)
            if process is None or process.poll() is not None:
                group.starts(instance)
            elif order.random() < 0.5:
                group.sends(instance, signal.SIGTERM)
                process.wait(10)
            else:
                group.kills(instance)
            time.sleep(order.uniform(*EVERY_SECONDS))
        for instance in {"one", "two", "three"} - group.running():
            group.starts(instance)
        group.through()
        assert group.findings().good, f"{group.findings()}, begun {dict(group.begun)}"
