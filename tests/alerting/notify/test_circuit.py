from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.alerting.notify.channels.answer import Answer, Verdict
from services.alerting.notify.circuit import LONGEST_SECONDS, OPENS_AFTER, Circuit
from tests.alerting.examples import NOON
from tests.alerting.notify.desk import GONE, LATER, NEVER, TAKEN

SECOND = timedelta(seconds=1)


def broken() -> Circuit:
    """A circuit that has just opened."""
    circuit = Circuit(lambda: 0.5)
    for _ in range(OPENS_AFTER):
        circuit.answered(LATER, NOON, probe=False)
    return circuit


def test_it_opens_at_the_fifth_failure_in_a_row_of_the_channel() -> None:
    circuit = Circuit(lambda: 0.5)
    for answer in (*[LATER] * 4, TAKEN, *[LATER] * 4, *[NEVER] * 9):
        circuit.answered(answer, NOON, probe=False)
    assert not circuit.is_open

    circuit.answered(LATER, NOON, probe=False)
    assert circuit.is_open


def test_probes_come_one_at_a_time_and_ever_more_seldom() -> None:
    circuit, now, pauses = broken(), NOON, []
    for _ in range(9):
        assert circuit.probe_at is not None
        pauses.append((circuit.probe_at - now).total_seconds())
        assert not circuit.may_begin(circuit.probe_at - SECOND)
        now = circuit.probe_at
        assert circuit.may_begin(now)
        assert circuit.begin()
        assert not circuit.may_begin(now)
        circuit.answered(LATER, now, probe=True)
    assert pauses == [5, 10, 20, 40, 80, 160, 300, 300, 300]


def test_what_is_taken_closes_it_whoever_sent_it() -> None:
    circuit = broken()
    circuit.answered(TAKEN, NOON, probe=False)
    assert circuit.may_begin(NOON)


def test_a_message_that_is_refused_for_itself_lets_the_next_one_try_at_once() -> None:
    circuit, now = broken(), NOON + 5 * SECOND
    circuit.begin()
    circuit.answered(NEVER, now, probe=True)
    assert circuit.is_open
    assert circuit.may_begin(now)


def test_a_channel_that_asks_for_rest_gets_it_at_once() -> None:
    circuit = Circuit(lambda: 0.5)
    circuit.answered(Answer(Verdict.LATER, "HTTP 429", 600.0), NOON, probe=False)
    assert circuit.probe_at == NOON + 600 * SECOND


def test_a_channel_that_wants_nothing_any_more_is_left_alone_at_once() -> None:
    circuit = Circuit(lambda: 0.5)
    circuit.answered(GONE, NOON, probe=False)
    assert circuit.is_open


@given(st.lists(st.tuples(st.sampled_from([TAKEN, LATER, NEVER]), st.integers(0, 400))), st.floats(0, 0.999))
def test_no_pause_is_longer_than_the_longest_and_nobody_waits_for_ever(
    happens: list[tuple[Answer, int]], chance: float
) -> None:
    circuit, now = Circuit(lambda: chance), NOON
    for answer, seconds in happens:
        now += seconds * SECOND
        if circuit.may_begin(now):
            circuit.answered(answer, now, probe=circuit.begin())
        assert circuit.may_begin(now + 1.1 * LONGEST_SECONDS * SECOND)
