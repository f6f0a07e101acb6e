"""source_incident: one id for what is raised and resolved, and no other for anything else."""

from datetime import UTC, datetime, timedelta, timezone

from schemas.ids import incident_id
from schemas.source_incident import SourceIncident
from tests.schemas.examples import example

SINCE = datetime(2026, 11, 22, 16, 32, 31, tzinfo=UTC)


def test_raised_and_resolved_are_two_events_of_one_incident_and_of_one_source() -> None:
    raised, resolved = (example(SourceIncident, state=state) for state in ("raised", "resolved"))
    assert raised.id == resolved.id
    assert raised.event_id != resolved.event_id
    assert raised.key == resolved.key == "example-news"


def test_an_incident_of_all_sources_has_a_key_of_its_own() -> None:
    assert example(SourceIncident, source_id=None, source_name="", kind="network").key == "network"


def test_the_id_comes_from_source_kind_and_beginning() -> None:
    ids = {
        incident_id("a", "silent", SINCE),
        incident_id("b", "silent", SINCE),
        incident_id("a", "flood", SINCE),
        incident_id("a", "silent", SINCE + timedelta(seconds=1)),
        incident_id(None, "network", SINCE),
    }
    assert len(ids) == 5
    assert incident_id("a", "silent", SINCE) == incident_id("a", "silent", SINCE.replace(microsecond=7))
    kabul = timezone(timedelta(hours=4, minutes=30))
    assert incident_id("a", "silent", SINCE) == incident_id("a", "silent", SINCE.astimezone(kabul))
