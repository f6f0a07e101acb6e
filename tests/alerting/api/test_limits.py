"""How often somebody may ask."""

from services.alerting.api.limits import Rates, peer_of


def at_once(rates: Rates, who: str, per_minute: int, now: float = 0.0) -> int:
    """How many requests pass in one moment."""
    return next(count for count in range(10_000) if rates.take(who, per_minute, now))


def test_a_sixth_of_a_minute_at_once_and_the_rate_in_the_long_run() -> None:
    rates = Rates(10)
    assert at_once(rates, "desk", 600) == 100
    assert at_once(rates, "desk", 600, now=1.0) == 10
    assert at_once(rates, "other", 600) == 100, "nobody waits for others"


def test_few_are_allowed_at_once_where_few_are_allowed_at_all() -> None:
    assert at_once(Rates(10), "desk", 1) == 1
    assert at_once(Rates(10), "desk", 30) == 10


def test_who_waits_as_long_as_told_may_ask_again() -> None:
    rates = Rates(10)
    at_once(rates, "desk", 6)
    wait = rates.take("desk", 6, 0.0)
    assert wait > 1
    assert rates.take("desk", 6, wait - 0.1) > 0
    assert rates.take("desk", 6, wait + 0.1) == 0


def test_a_rate_that_changes_holds_at_once() -> None:
    rates = Rates(10)
    at_once(rates, "desk", 6)
    assert at_once(rates, "desk", 600) == 100


def test_the_table_is_bounded_and_forgets_whom_it_saw_last_longest_ago() -> None:
    rates = Rates(3)
    for who in ("one", "two", "three"):
        at_once(rates, who, 6)
    rates.take("one", 6, 0.0)
    rates.take("four", 6, 0.0)
    assert len(rates) == 3
    assert rates.take("one", 6, 0.0) > 0
    assert rates.take("two", 6, 0.0) == 0, "it was forgotten"


def test_a_peer_is_an_address_or_a_network_of_ipv6() -> None:
    assert peer_of("192.0.2.7") == "192.0.2.7"
    assert peer_of("::ffff:192.0.2.7") == "192.0.2.7"
    assert peer_of("2001:db8:1:2::7") == peer_of("2001:db8:1:2:ffff::1") != peer_of("2001:db8:1:3::7")
    assert peer_of(None) == peer_of("no address") == "unknown"
