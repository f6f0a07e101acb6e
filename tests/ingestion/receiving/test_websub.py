"""When a hub is asked and when polling may slow down, as values of lease and time."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from schemas.state import WebSubLease
from services.ingestion.receiving.websub import (
    ASKED_LEASE,
    LONGEST_LEASE,
    Offer,
    confirmed,
    delivered,
    denied,
    due,
    is_live,
    is_wanted,
    missed,
    offered,
    pace,
)

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
FEED = "https://news.example/feed"
HUB = "https://hub.example/"
OFFER = Offer(HUB, FEED)


def asked(offer: Offer = OFFER, now: datetime = NOON) -> WebSubLease:
    lease = due(None, offer, now)
    assert lease is not None
    return lease


def granted(length: timedelta = 9 * DAY) -> WebSubLease:
    return confirmed(asked(), length, NOON)


@pytest.mark.parametrize(
    ("hub", "self_link", "links", "offer"),
    [
        (None, None, [], None),
        (None, FEED, [], None),
        (HUB, FEED, [], OFFER),
        (HUB, None, [], Offer(HUB, "https://news.example/found")),
        ("/hub", "/feed", [], Offer("https://news.example/hub", FEED)),
        (None, None, [(HUB, "hub"), (FEED, "self")], OFFER),
        ("https://old.example/", "https://old.example/feed", [(HUB, "HUB"), (FEED, "self")], OFFER),
        (None, None, [(HUB, "hub"), ("https://second.example/", "hub"), (FEED, "self")], OFFER),
        ("ftp://hub.example/", FEED, [], None),
        ("javascript:alert(1)", FEED, [], None),
        ("https://user@hub.example/", FEED, [], None),
        ("https://[::1", FEED, [], None),
        ("https://hub.example/" + "x" * 5_000, FEED, [], None),
    ],
)
def test_the_hub_that_a_feed_offers(
    hub: str | None, self_link: str | None, links: list[tuple[str, str]], offer: Offer | None
) -> None:
    assert offered(hub, self_link, links, "https://news.example/found") == offer


def test_a_hub_is_asked_once_and_again_only_when_it_kept_silent() -> None:
    lease = asked()
    assert (lease.hub, lease.topic, lease.asked_at, lease.attempts) == (HUB, FEED, NOON, 1)
    assert due(lease, OFFER, NOON + 9 * MINUTE) is None
    second = due(lease, None, NOON + 10 * MINUTE)
    assert second is not None
    assert second.attempts == 2
    assert due(second, OFFER, second.asked_at + 19 * MINUTE) is None
    assert due(second, OFFER, second.asked_at + 20 * MINUTE) is not None


def test_a_hub_that_never_answers_is_asked_once_a_day_for_ever() -> None:
    lease, times = asked(), [NOON]
    while len(times) < 40:
        now = times[-1] + MINUTE
        while (again := due(lease, OFFER, now)) is None:
            now += 10 * MINUTE
        lease = again
        times.append(now)
    pauses = [later - earlier for earlier, later in pairwise(times)]
    assert pauses == sorted(pauses)
    assert DAY <= pauses[-1] < DAY + 20 * MINUTE


def test_nothing_is_asked_without_an_offer() -> None:
    assert due(None, None, NOON) is None


def test_a_lease_is_renewed_at_two_thirds_of_it() -> None:
    lease = granted(9 * DAY)
    assert due(lease, OFFER, NOON + 6 * DAY - MINUTE) is None
    renewed = due(lease, None, NOON + 6 * DAY)
    assert renewed is not None
    assert is_live(renewed, NOON + 9 * DAY - MINUTE), "until it ends the old lease holds"
    assert not is_live(renewed, NOON + 9 * DAY)
    after = confirmed(renewed, 9 * DAY, NOON + 6 * DAY)
    assert (after.attempts, after.expires_at) == (0, NOON + 15 * DAY)


@pytest.mark.parametrize(
    ("said", "until"),
    [(None, ASKED_LEASE), (HOUR, HOUR), (timedelta(0), timedelta(0)), (timedelta(days=9_000), LONGEST_LEASE)],
)
def test_a_lease_is_as_long_as_the_hub_says_within_reason(said: timedelta | None, until: timedelta) -> None:
    assert confirmed(asked(), said, NOON).expires_at == NOON + until


def test_a_lease_of_no_length_does_not_make_us_ask_without_pause() -> None:
    lease = confirmed(asked(), timedelta(0), NOON)
    assert due(lease, OFFER, NOON + MINUTE) is None


def test_a_feed_that_moves_to_another_hub_is_followed_but_not_at_every_poll() -> None:
    moved = Offer("https://other.example/", FEED)
    lease = granted()
    assert due(lease, moved, NOON + 5 * MINUTE) is None
    followed = due(lease, moved, NOON + HOUR)
    assert followed is not None
    assert (followed.hub, followed.attempts, followed.expires_at) == (moved.hub, 1, None)
    assert due(followed, OFFER, NOON + HOUR + MINUTE) is None


def test_a_hub_that_denies_ends_the_lease_and_is_asked_again_in_a_day() -> None:
    lease = denied(granted(), NOON + HOUR)
    assert not is_live(lease, NOON + HOUR)
    assert due(lease, OFFER, NOON + 24 * HOUR) is None
    assert due(lease, OFFER, NOON + 25 * HOUR) is not None


def test_polling_slows_down_only_while_content_comes_and_nothing_is_missed() -> None:
    wait = 10 * MINUTE
    lease = granted()
    assert pace(None, wait, NOON) == wait
    assert pace(asked(), wait, NOON) == wait
    assert pace(lease, wait, NOON) == wait, "a promise alone is not relied on"
    lease = delivered(lease, NOON + HOUR)
    assert pace(lease, wait, NOON + HOUR) == 40 * MINUTE
    lease = missed(lease, NOON + 2 * HOUR)
    assert pace(lease, wait, NOON + 2 * HOUR) == wait, "the hub did not send what a poll found"
    lease = delivered(lease, NOON + 3 * HOUR)
    assert pace(lease, wait, NOON + 3 * HOUR) == 40 * MINUTE
    assert pace(lease, wait, NOON + 9 * DAY) == wait, "the lease is over"


def test_a_slow_source_is_not_polled_sooner_nor_slower_than_every_six_hours_for_its_hub() -> None:
    lease = delivered(granted(), NOON)
    assert pace(lease, 2 * HOUR, NOON) == 6 * HOUR
    assert pace(lease, 20 * HOUR, NOON) == 20 * HOUR


def test_a_slowed_poll_comes_in_time_to_renew() -> None:
    lease = delivered(granted(3 * HOUR), NOON)
    assert pace(lease, HOUR, NOON) == 2 * HOUR
    assert pace(lease, HOUR, NOON + 110 * MINUTE) == HOUR


def test_what_is_no_news_leaves_the_lease_as_it_is_so_that_nothing_is_written() -> None:
    lease = delivered(granted(), NOON)
    assert delivered(lease, NOON + 59 * MINUTE) is lease
    assert delivered(lease, NOON + HOUR) is not lease
    late = missed(lease, NOON + MINUTE)
    assert missed(late, NOON + 2 * MINUTE) is late
    assert missed(asked(), NOON) == asked(), "who promised nothing misses nothing"


@pytest.mark.parametrize(
    ("mode", "topic", "configured", "lease", "yes"),
    [
        ("subscribe", FEED, True, granted(), True),
        ("subscribe", FEED, True, None, True),
        ("subscribe", FEED, False, None, False),
        ("subscribe", "https://news.example/old", True, granted(), False),
        ("unsubscribe", FEED, True, granted(), False),
        ("unsubscribe", FEED, True, None, False),
        ("unsubscribe", FEED, False, None, True),
        ("unsubscribe", "https://news.example/old", True, granted(), True),
        ("", FEED, True, granted(), False),
        ("publish", FEED, False, None, False),
    ],
)
def test_a_hub_that_verifies_is_told_what_we_want(
    mode: str, topic: str, configured: bool, lease: WebSubLease | None, yes: bool
) -> None:
    assert is_wanted(mode, topic, configured, lease) is yes
