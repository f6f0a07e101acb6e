"""Which sources were blind in a period."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from schemas import IncidentKind, SourceIncident
from schemas.ids import incident_id
from schemas.remembered import WatchMemory
from services.alerting.holding.coverage import Incidents, coverage
from tests.alerting.holding.desk import DAY, HOUR, NOON

SOURCES = {"example-news": NOON - DAY, "other-news": NOON - 3 * DAY}
WATCH = WatchMemory(began_at=NOON - 9 * DAY, sources=SOURCES, names={"example-news": "Example News"})


def incident(since: datetime, kind: IncidentKind = "failing", source: str | None = "example-news", **more: Any) -> Any:
    return SourceIncident.model_validate(
        {
            "id": incident_id(source, kind, since),
            "source_id": source,
            "kind": kind,
            "state": "raised",
            "since": since,
            "at": since + timedelta(minutes=5),
            "reason": "it does not answer",
            **more,
        }
    )


def blind(*incidents: SourceIncident, since: datetime = NOON, until: datetime = NOON + HOUR) -> list[tuple[str, str]]:
    found = coverage(WATCH, Incidents(incidents), since, until)
    assert (found.carried, found.heard) == (2, 2 - len(found.blind))
    return [(source.source_id, source.trouble) for source in found.blind]


@pytest.mark.parametrize(
    ("kind", "blinds"),
    [
        ("failing", True), ("unreadable", True), ("blocked", True), ("gone", True), ("silent", True),
        ("trickle", False), ("flood", False), ("moved", False),
    ],
)  # fmt: skip
def test_a_source_is_blind_where_nothing_of_it_is_read(kind: IncidentKind, blinds: bool) -> None:
    assert blind(incident(NOON - HOUR, kind)) == ([("example-news", kind)] if blinds else [])


def test_when_the_network_fails_all_are_blind_but_a_trouble_of_its_own_is_named_first() -> None:
    network = incident(NOON, "network", None)
    assert blind(network) == [("example-news", "network"), ("other-news", "network")]
    assert blind(network, incident(NOON, "gone")) == [("example-news", "gone"), ("other-news", "network")]


@pytest.mark.parametrize(
    ("since", "over_at", "blinds"),
    [
        (NOON - HOUR, None, True),
        (NOON - HOUR, NOON, False),
        (NOON - HOUR, NOON + timedelta(seconds=1), True),
        (NOON + HOUR - timedelta(seconds=1), None, True),
        (NOON + HOUR, None, False),
    ],
    ids=["it still is", "over before", "over in it", "it began in it", "it began after"],
)
def test_a_source_is_blind_if_it_was_at_any_time_of_the_period(
    since: datetime, over_at: datetime | None, blinds: bool
) -> None:
    raised = incident(since)
    over = [incident(since, state="resolved", at=over_at)] if over_at is not None else []
    assert bool(blind(raised, *over)) is blinds
    assert bool(blind(raised, *over, raised, *over)) is blinds, "a topic may hold them twice"


def test_an_incident_that_is_over_and_came_twice_in_another_order_stays_over() -> None:
    raised, over = incident(NOON - HOUR), incident(NOON - HOUR, state="resolved", at=NOON - HOUR / 2)
    assert blind(over, raised) == []


def test_the_first_trouble_of_several_is_named_and_since_when() -> None:
    found = coverage(WATCH, Incidents([incident(NOON - HOUR), incident(NOON + HOUR / 2, "blocked")]), NOON, NOON + HOUR)
    [source] = found.blind
    assert (source.name, source.trouble, source.since) == ("Example News", "failing", NOON - HOUR)


def test_at_most_fifty_are_listed_and_all_are_counted() -> None:
    sources = {f"source-{number:03}": NOON for number in range(120)}
    found = coverage(
        WatchMemory(began_at=NOON, sources=sources), Incidents([incident(NOON, "network", None)]), NOON, NOON + HOUR
    )
    assert (found.carried, found.heard, len(found.blind)) == (120, 0, 50)
    assert found.blind[0].name == "source-000", "without a name, its id"


def test_what_is_over_for_long_is_forgotten() -> None:
    incidents = Incidents()
    for day in range(200):
        since = NOON + day * DAY
        incidents.fold(incident(since))
        incidents.fold(incident(since, state="resolved", at=since + HOUR))
    assert incidents.blinding("example-news", NOON, NOON + 100 * DAY) is None
    assert incidents.blinding("example-news", NOON, NOON + 120 * DAY) is not None


def test_a_source_that_is_read_no_more_is_blind_since_it_carried_the_watch_last() -> None:
    incidents = Incidents([incident(NOON - HOUR), incident(NOON, source="other-news")])
    found = coverage(WATCH, incidents, NOON, NOON + HOUR, read={"example-news"})
    assert [(source.source_id, source.trouble, source.since) for source in found.blind] == [
        ("example-news", "failing", NOON - HOUR),
        ("other-news", "not-read", NOON - 3 * DAY),
    ]
    assert coverage(WATCH, Incidents(), NOON, NOON + HOUR, read=SOURCES).heard == 2
