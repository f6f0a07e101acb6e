"""storm: most sources fail at once, and one alarm stands for all."""

from datetime import timedelta

from schemas.source_incident import SourceIncident
from schemas.state import SourceState
from services.ingestion.polling.outcome import Outcome, Read
from services.ingestion.polling.step import step
from services.ingestion.polling.storm import Storm
from tests.ingestion.polling.sources import DAY, HOUR, MINUTE, NOW, Outlet, failing, lowest

OUTLETS = [Outlet(id=f"s{number}", url=f"https://{number}.example/rss") for number in range(500)]


class Newsroom:
    """Many sources in one process, each on a host of its own."""

    def __init__(self, states: dict[str, SourceState] | None = None) -> None:
        self.states = states or {}
        self.storm = Storm.restored(self.states.values())
        self.told: list[SourceIncident] = []
        self.waits: list[timedelta] = []

    def poll_all(self, start: timedelta, outcome: Outcome, share: float = 1.0) -> None:
        """Poll every source within a minute; the outcome is that of this share of them, the others answer."""
        for number, outlet in enumerate(OUTLETS):
            came = outcome if number * 21 % 50 < share * 50 else Read(unchanged=True)
            at = NOW + start + number * MINUTE / len(OUTLETS)
            weather = self.storm.after(outlet.url, came is outcome and not isinstance(outcome, Read), at)
            result = step(outlet, self.states.get(outlet.id), came, at, lowest, weather)
            self.states[outlet.id] = result.state
            self.told += result.incidents
            self.waits.append(result.wait)

    def kinds(self) -> list[tuple[str, str]]:
        return [(event.kind, event.state) for event in self.told]


def test_when_all_sources_fail_there_is_one_alarm_and_one_all_clear() -> None:
    newsroom = Newsroom()
    newsroom.poll_all(timedelta(0), Read(unchanged=True))
    for hours in range(1, 30):
        newsroom.poll_all(hours * HOUR, failing("refused"))
    assert newsroom.kinds() == [("network", "raised")]
    assert newsroom.told[0].source_id is None
    assert max(newsroom.waits[-500:]) <= 15 * MINUTE, "all are back soon after the storm"

    newsroom.poll_all(30 * HOUR, Read(unchanged=True))
    newsroom.poll_all(31 * HOUR, Read(unchanged=True))
    assert newsroom.kinds() == [("network", "raised"), ("network", "resolved")]
    assert newsroom.told[0].id == newsroom.told[1].id


def test_a_restart_in_the_storm_raises_it_no_second_time_and_ends_it_once() -> None:
    before = Newsroom()
    before.poll_all(timedelta(0), failing("unreachable"))
    after = Newsroom(before.states)
    after.poll_all(HOUR, failing("unreachable"))
    after.poll_all(2 * HOUR, Read(unchanged=True))
    after.poll_all(3 * HOUR, Read(unchanged=True))

    assert before.kinds() == [("network", "raised")]
    assert after.kinds() == [("network", "resolved")]
    assert after.told[0].id == before.told[0].id


def test_what_still_fails_after_the_storm_is_told_of_then() -> None:
    newsroom = Newsroom()
    for hours in range(10):
        newsroom.poll_all(hours * HOUR, failing("unreachable"))
    newsroom.poll_all(10 * HOUR, failing("unreachable"), share=0.02)
    newsroom.poll_all(11 * HOUR, failing("unreachable"), share=0.02)

    assert newsroom.kinds().count(("network", "raised")) == newsroom.kinds().count(("network", "resolved")) == 1
    failing_ = {event.source_id for event in newsroom.told if (event.kind, event.state) == ("failing", "raised")}
    assert failing_ >= {f"s{number}" for number in range(50, 500, 50)}
    assert len(failing_) <= 10


def test_a_fifth_of_the_sources_failing_is_no_storm_and_each_is_told_of() -> None:
    newsroom = Newsroom()
    for hours in range(8):
        newsroom.poll_all(hours * HOUR, failing("unreachable"), share=0.2)
    assert newsroom.kinds() == [("failing", "raised")] * 100


def test_what_a_hub_sends_in_the_storm_does_not_end_it() -> None:
    newsroom = Newsroom()
    newsroom.poll_all(timedelta(0), failing("unreachable"))
    [witness] = [state for state in newsroom.states.values() if state.incidents]
    outlet = next(outlet for outlet in OUTLETS if outlet.id == witness.source_id)
    sent = step(outlet, witness, Read(entries=1, new=1), NOW + 5 * MINUTE, lowest, newsroom.storm.weather)
    assert sent.incidents == ()
    assert [incident.kind for incident in sent.state.incidents] == ["network"]


def test_five_of_five_hosts_are_a_storm_and_four_are_none() -> None:
    for failing_hosts, stormy in ((5, True), (4, False)):
        storm = Storm()
        for number in range(5):
            weather = storm.after(str(number), number < failing_hosts, NOW)
        assert (weather.since is not None) is stormy


def test_a_single_host_that_fails_a_hundred_times_is_no_storm() -> None:
    storm = Storm()
    for number in range(100):
        assert storm.after("one.example", True, NOW + number * MINUTE).since is None


def test_what_was_polled_long_ago_does_not_count() -> None:
    storm = Storm()
    for number in range(100):
        storm.after(str(number), True, NOW)
    weather = storm.after("new", False, NOW + DAY)
    assert (weather.hosts, weather.failing) == (1, 0)
