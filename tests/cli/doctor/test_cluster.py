"""cluster: who is away, and what cannot be written."""

import pytest

from services.cli.doctor.cluster import Cluster, Copies, judge_cluster
from services.cli.doctor.finding import State

THREE = {1: "one:9092", 2: "two:9092", 3: "three:9092"}


@pytest.mark.parametrize(
    ("copies", "state", "told"),
    [
        (Copies("alerts", 0, 1, 3, 3, 2), State.OK, "3 brokers alive, 3 copies of each topic, all in step"),
        (Copies("alerts", 0, 1, 3, 2, 2), State.WARNING, "not every copy is in step: alerts[0]"),
        (Copies("alerts", 0, 1, 3, 1, 2), State.ERROR, "too few copies are in step to write to alerts[0]"),
        (Copies("alerts", 0, -1, 3, 0, 2), State.ERROR, "no broker leads alerts[0]"),
        (Copies("alerts", 0, 1, 1, 1, 2), State.ERROR, "alerts: min.insync.replicas is 2 and there are 1 copies: noth"),
    ],
)
def test_what_is_short_of_copies_is_told_by_what_follows(copies: Copies, state: State, told: str) -> None:
    [finding] = judge_cluster(Cluster(THREE, {}, (copies,), {}))
    assert finding.state is state
    assert finding.found.startswith(told)
    assert bool(finding.fix) is (state is not State.OK)


def test_a_broker_that_sends_its_clients_elsewhere_is_told() -> None:
    [finding] = judge_cluster(Cluster({1: "kafka:9092"}, {1: "Name or service not known"}, (), {}))
    assert finding.found.startswith("broker 1 tells its clients to come to kafka:9092, and from here: Name or service")
    assert "advertised.listeners" in finding.fix


def test_what_is_denied_is_named() -> None:
    _, finding = judge_cluster(Cluster({1: "one:9092"}, {}, (), {"alerts": {"WRITE"}}))
    assert (finding.check, finding.state) == ("rights", State.ERROR)
    assert finding.found == "WRITE is not allowed to this user on 1 topic: alerts"
