import pytest
from prometheus_client import REGISTRY

from services.backbone.progress import GIVE_UP_AFTER_SECONDS, READY_WITHIN_SECONDS, Progress
from tests.backbone.clock import Clock

P0, P1 = ("articles", 0), ("articles", 1)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def progress(clock: Clock) -> Progress:
    progress = Progress("tagging", clock)
    progress.started()
    return progress


def ready(progress: Progress) -> object:
    return progress.report()["ready"]


def lag(partition: int) -> float | None:
    labels = {"stage": "tagging", "consumer": "tagging", "topic": "articles", "partition": str(partition)}
    return REGISTRY.get_sample_value("tocsin_consumer_lag_records", labels)


def test_a_stage_is_not_ready_before_it_started_nor_while_it_waits(clock: Clock) -> None:
    progress = Progress("tagging", clock)
    assert progress.report() == {"stage": "tagging", "ready": False, "waiting_for": "start", "stalled": [], "lag": {}}
    progress.started()
    assert progress.report()["waiting_for"] is None
    assert ready(progress) is True
    progress.waiting("broker")
    assert (ready(progress), progress.report()["waiting_for"]) == (False, "broker")


def test_who_has_nothing_to_do_is_ready_for_ever(progress: Progress, clock: Clock) -> None:
    progress.observe(P0, 41, 41)
    clock.now += 1_000_000
    assert ready(progress) is True
    assert progress.stalled(0) == []


def test_work_that_comes_after_a_long_rest_gets_its_full_time(progress: Progress, clock: Clock) -> None:
    progress.observe(P0, 41, 41)
    clock.now += 1_000_000
    progress.observe(P0, 41, 42)
    clock.now += READY_WITHIN_SECONDS
    progress.observe(P0, 41, 43)
    assert ready(progress) is True
    clock.now += 1
    assert ready(progress) is False


def test_a_lag_that_moves_is_ready_however_long(progress: Progress, clock: Clock) -> None:
    for handled in range(100):
        progress.observe(P0, handled, 1_000_000)
        clock.now += READY_WITHIN_SECONDS
        assert ready(progress) is True


@pytest.mark.parametrize(
    ("seconds", "is_ready", "is_given_up"),
    [(60, True, False), (60.1, False, False), (180, False, False), (180.1, False, True)],
)
def test_a_lag_that_stands_is_first_not_ready_and_then_given_up(
    progress: Progress, clock: Clock, seconds: float, is_ready: bool, is_given_up: bool
) -> None:
    progress.observe(P0, 41, 42)
    progress.observe(P1, 7, 7)
    clock.now += seconds
    progress.observe(P0, 41, 100)  # that more arrives is no progress
    assert ready(progress) is is_ready
    assert progress.stalled(GIVE_UP_AFTER_SECONDS) == (["articles[0]"] if is_given_up else [])


def test_what_moved_again_is_ready_again(progress: Progress, clock: Clock) -> None:
    progress.observe(P0, 41, 50)
    clock.now += 200
    progress.observe(P0, 42, 50)
    assert ready(progress) is True


def test_a_partition_that_went_to_another_instance_does_not_count(progress: Progress, clock: Clock) -> None:
    progress.observe(P0, 41, 50)
    progress.observe(P1, 7, 9)
    assert (lag(0), lag(1)) == (9, 2)
    progress.assigned([P1])
    clock.now += 200
    assert progress.stalled(0) == ["articles[1]"]
    assert progress.report()["lag"] == {"articles[1]": 2}
    assert (lag(0), lag(1)) == (None, 2)
    progress.assigned([])
    assert ready(progress) is True
    assert lag(1) is None


def test_a_lag_is_never_negative(progress: Progress) -> None:
    """The end is what the last fetch told: the position may be past it."""
    progress.observe(P0, 42, 40)
    assert progress.report()["lag"] == {"articles[0]": 0}
    assert lag(0) == 0
    assert progress.stalled(0) == []


def test_a_stage_that_reads_no_topic_must_make_rounds(progress: Progress, clock: Clock) -> None:
    clock.now += 1000
    assert ready(progress) is True, "who never beats is not asked for it"
    progress.beat()
    clock.now += READY_WITHIN_SECONDS
    assert ready(progress) is True
    clock.now += 1
    assert progress.report()["stalled"] == ["rounds"]
    progress.beat()
    assert ready(progress) is True


def test_the_report_names_lag_and_stalled_by_partition(progress: Progress, clock: Clock) -> None:
    progress.observe(P1, 7, 9)
    progress.observe(P0, 41, 41)
    clock.now += 61
    assert progress.report() == {
        "stage": "tagging",
        "ready": False,
        "waiting_for": None,
        "stalled": ["articles[1]"],
        "lag": {"articles[0]": 0, "articles[1]": 2},
    }


def test_what_a_stage_waits_for_is_a_metric(clock: Clock) -> None:
    def waits(what: str) -> float | None:
        return REGISTRY.get_sample_value("tocsin_waiting", {"stage": "told", "what": what})

    progress = Progress("told", clock)
    assert waits("start") == 1
    progress.waiting("broker")
    assert (waits("start"), waits("broker")) == (0, 1)
    progress.started()
    assert (waits("start"), waits("broker")) == (0, 0)


def test_a_loop_of_another_name_has_a_lag_of_its_own(clock: Clock) -> None:
    progress = Progress("notify", clock)
    progress.reads_as("route")
    progress.observe(("alerts", 0), 3, 5)
    labels = {"stage": "route", "consumer": "route", "topic": "alerts", "partition": "0"}
    assert REGISTRY.get_sample_value("tocsin_consumer_lag_records", labels) == 2
    assert progress.report()["stage"] == "notify"
