"""`tocsin quiet` says whether the silence of a watch means something."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from schemas import SourceIncident
from schemas.ids import incident_id
from schemas.remembered import WatchMemory
from schemas.source_incident import IncidentKind
from services.alerting.holding.coverage import Incidents
from services.alerting.watching.watch import Watch
from services.backbone.record import encode
from services.backbone.settings import Settings
from services.backbone.topics import SOURCE_INCIDENTS
from services.cli.quiet import Quiet, looked_at
from tests.alerting.examples import NOON
from tests.cli.command import invoke, variables_of
from tests.cli.history import store
from tests.cli.past import TTP, Past, article, desk

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WATCH = Watch.model_validate(TTP)


def incident(
    source: str | None, kind: IncidentKind, since: datetime, over_at: datetime | None = None
) -> list[SourceIncident]:
    """That something is the matter with a source, and perhaps that it is over."""
    raised = SourceIncident(
        id=incident_id(source, kind, since),
        source_id=source,
        source_name=source or "",
        kind=kind,
        state="raised",
        since=since,
        at=since + HOUR,
        reason=f"{kind} since then",
        fix=f"tocsin source test {source}",
    )
    over = raised.model_copy(update={"state": "resolved", "at": over_at})
    return [raised] if over_at is None else [raised, over]


def look(*incidents: SourceIncident, read: tuple[str, ...] = ("a", "b", "c"), since: timedelta = DAY) -> Quiet:
    carried = {"a": NOON - HOUR, "b": NOON - 3 * DAY, "c": NOON - 2 * DAY}
    known = WatchMemory(began_at=NOON - 9 * DAY, sources=carried, names={"a": "Outlet A"})
    return looked_at(WATCH, known, Incidents(incidents), read, NOON - HOUR, NOON - since, NOON)


def test_where_all_were_heard_silence_means_something() -> None:
    found = look()
    assert [carrier.id for carrier in found.carriers] == ["a", "c", "b"], "what carried it last stands on top"
    assert found.carriers[0].name == "Outlet A"
    assert found.sentence == "3 of 3 sources that ever carried it were heard; its silence means something"


@pytest.mark.parametrize(
    ("incidents", "blind"),
    [
        (incident("b", "failing", NOON - 5 * HOUR), ["b"]),
        (incident("b", "blocked", NOON - 3 * DAY, NOON - 2 * HOUR), ["b"]),
        (incident("b", "failing", NOON - 9 * DAY, NOON - 2 * DAY), []),
        (incident("b", "trickle", NOON - 5 * HOUR), []),
        (incident("elsewhere", "gone", NOON - 5 * HOUR), []),
        (incident(None, "network", NOON - 5 * HOUR, NOON - 4 * HOUR), ["a", "c", "b"]),
    ],
    ids=[
        "failing",
        "over within the day",
        "over before it",
        "it says something still",
        "another source",
        "all of them",
    ],
)
def test_a_source_is_blind_while_something_keeps_us_from_hearing_it(
    incidents: list[SourceIncident], blind: list[str]
) -> None:
    found = look(*incidents)
    assert [carrier.id for carrier in found.carriers if not carrier.is_heard] == blind
    assert found.heard == 3 - len(blind)
    assert ("its silence says less" in found.sentence) == bool(blind)


def test_a_source_that_is_no_longer_read_is_not_heard() -> None:
    found = look(read=("a", "b"))
    assert [carrier.id for carrier in found.carriers] == ["c", "a", "b"]
    assert found.sentence == "2 of 3 sources that ever carried it were heard; 1 was not, so its silence says less"


def test_a_watch_that_no_source_ever_carried_says_nothing_by_its_silence() -> None:
    found = looked_at(WATCH, None, Incidents(), ["a"], None, NOON - DAY, NOON)
    assert found.sentence == (
        "no source ever carried it, so its silence says nothing; see what it misses: tocsin watch test ttp --since 30d"
    )


def test_it_is_read_from_the_topics(settings: Settings) -> None:
    now = datetime.now(NOON.tzinfo)
    past = Past(desk(settings.config, TTP))
    past.reads(article("The TTP claims an attack", "The TTP is named.", at=now - 3 * DAY))
    past.reads(article("Once more", "Of the TTP it is said.", at=now - 2 * DAY, source="other-news"))
    broken = incident("example-news", "failing", now - 5 * HOUR)
    store(
        settings,
        [*past.records, *past.state(), *((encode(SOURCE_INCIDENTS.name, one, "ingestion"), now) for one in broken)],
    )

    told = invoke("quiet", "ttp", "--json", **variables_of(settings))
    found: dict[str, Any] = json.loads(told.stdout)
    assert (found["carried"], found["heard"]) == (2, 0)
    assert found["last_ring_at"] == past.alerts[-1].rang_at.isoformat()
    assert [(one["id"], one["trouble"], one["reason"]) for one in found["sources"]] == [
        ("other-news", "not-read", "it is not read any more"),
        ("example-news", "failing", "failing since then"),
    ]
    assert found["sources"][1]["fix"] == "tocsin source test example-news"

    shown = invoke("quiet", "ttp", "--since", "7d", **variables_of(settings)).stdout
    assert "last ring 2 days ago" in shown
    assert "failing since then; tocsin source test example-news" in shown
    assert "0 of 2 sources that ever carried it were heard; 2 were not, so its silence says less" in shown
