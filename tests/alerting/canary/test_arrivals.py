from datetime import timedelta

from services.alerting.canary.arrivals import Arrivals

FRESH = timedelta(seconds=1)
BOTH = {"latin", "arabic"}


class Watched:
    """Arrivals that are looked at every five seconds. The scripts come every five minutes, and are ours since 0."""

    def __init__(self, *, is_told: bool = False) -> None:
        self.arrivals = Arrivals(timedelta(minutes=5))
        self.at = 0.0
        assert self.arrivals.look(BOTH, 0, is_told=is_told) == BOTH

    def until(self, minute: float, scripts: set[str] = BOTH) -> set[str]:
        """Who is missing then."""
        while self.at < 60 * minute:
            self.at += 5
            self.arrivals.look(scripts, self.at, is_told=False)
        return self.arrivals.missing

    def stopped_until(self, minute: float) -> None:
        """Nothing is looked at."""
        self.at = 60 * minute

    def comes(self, *scripts: str, age: timedelta = FRESH) -> bool:
        """Canaries arrive; whether that ends what was told."""
        for script in scripts:
            self.arrivals.came(script, age, self.at)
        return self.arrivals.take_end()


def test_after_three_intervals_counted_from_the_assignment_it_is_missing() -> None:
    watched = Watched()
    assert watched.until(14.9) == set()
    assert watched.until(15) == BOTH


def test_each_arrival_begins_the_count_anew() -> None:
    watched = Watched()
    watched.until(10)
    watched.comes("latin")
    assert watched.until(24.9) == {"arabic"}
    assert watched.until(25) == BOTH


def test_those_that_are_nearly_as_late_are_told_together() -> None:
    watched = Watched()
    watched.until(4)
    watched.comes("latin")
    assert watched.until(14.9) == set()
    assert watched.until(15) == BOTH


def test_one_that_is_older_than_an_interval_is_no_arrival_and_the_reason_says_how_old_it_was() -> None:
    watched = Watched()
    watched.until(9)
    watched.comes("latin", age=timedelta(minutes=6))
    watched.comes("arabic", age=timedelta(minutes=4))
    assert watched.until(15) == {"latin"}
    assert watched.arrivals.reason() == (
        "for 900 s no test article came through the whole line in latin; the last that came was 360 s old"
    )


def test_a_clock_that_is_behind_the_makers_counts_as_fresh() -> None:
    watched = Watched()
    watched.until(9)
    watched.comes("latin", age=timedelta(minutes=-30))
    assert watched.until(15) == {"arabic"}


def test_it_is_over_once_the_last_of_the_missing_came() -> None:
    watched = Watched()
    watched.until(15)
    assert not watched.comes("latin")
    assert watched.comes("arabic")
    assert not watched.comes("latin", "arabic")


def test_whoever_was_stopped_waits_anew() -> None:
    watched = Watched()
    watched.until(9)
    watched.stopped_until(40)
    assert watched.until(55) == set()
    assert watched.until(55.2) == BOTH


def test_a_partition_that_went_is_another_instances_to_tell_of_and_to_end() -> None:
    watched = Watched()
    watched.until(15)
    assert watched.until(16, {"latin"}) == {"latin"}
    assert watched.until(17, set()) == set()
    assert not watched.arrivals.take_end()


def test_what_is_taken_over_while_it_is_told_has_to_arrive_before_it_is_over() -> None:
    watched = Watched(is_told=True)
    assert watched.arrivals.missing == BOTH
    assert not watched.comes("latin")
    assert watched.comes("arabic")
