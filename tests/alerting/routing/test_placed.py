"""What is remembered of where alerts went."""

from datetime import UTC, datetime, timedelta

from services.alerting.routing.placed import DECISION_HEADER, Decision, Placed
from services.alerting.routing.placement import Placement

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def told(channel: str) -> Placement:
    return Placement(channel=channel, route=("default", "kabul"))


def called(channel: str, due_at: datetime) -> Placement:
    return Placement(channel=channel, route=("default",), waits_for="acknowledgement", due_at=due_at)


def decision(event: str, *places: Placement, at: datetime = NOON, others: tuple[str, ...] = ()) -> Decision:
    return Decision(event=event, alerts=(event.partition(".")[0], *others), at=at, places=places)


def test_a_decision_stands_in_a_header_and_is_read_from_it() -> None:
    made = decision("alr-1.2", told("mail"), called("pager", NOON + HOUR), others=("alr-2",))
    name, value = made.header()

    assert name == DECISION_HEADER
    assert Decision.read(value) == made
    assert Decision.read(b"") is None
    assert Decision.read(value.replace(b'"places"', b'"more":1,"places"')) == made, "of a newer release"


def test_a_record_that_was_decided_is_known_with_what_is_written_of_it() -> None:
    placed, made = Placed(), decision("alr-1", told("mail"), told("chat"))
    placed.put(made, ["ntf-mail"])
    assert placed.decided("alr-1") == (made, ("ntf-mail",))

    placed.put(made, ["ntf-chat"])
    assert placed.decided("alr-1") == (made, ("ntf-mail", "ntf-chat"))
    assert placed.decided("alr-1.1") is None


def test_updates_follow_all_that_was_told_of_their_alert_with_the_newest_times() -> None:
    placed = Placed()
    placed.put(decision("alr-1", told("mail"), called("pager", NOON)), [])
    placed.put(decision("alr-1.1", told("chat"), called("pager", NOON + HOUR), at=NOON + HOUR), [])

    assert set(placed.of("alr-1", NOON + HOUR)) == {told("mail"), told("chat"), called("pager", NOON + HOUR)}


def test_what_a_collective_alert_stands_for_was_told_where_that_was_told_for_sure() -> None:
    placed = Placed()
    placed.put(decision("alr-all", told("mail"), called("pager", NOON), others=("alr-1", "alr-2")), [])

    assert placed.of("alr-2", NOON) == (told("mail"),)
    assert set(placed.of("alr-all", NOON)) == {told("mail"), called("pager", NOON)}


def test_it_is_forgotten_after_its_time() -> None:
    placed = Placed(kept=2 * HOUR)
    placed.put(decision("alr-1", told("mail")), [])

    assert placed.of("alr-1", NOON + 2 * HOUR) == (told("mail"),)
    assert placed.of("alr-1", NOON + 2 * HOUR + timedelta(seconds=1)) == ()
    placed.put(decision("alr-2", told("mail"), at=NOON + 3 * HOUR), [])
    assert placed.decided("alr-1") is None


def test_of_too_many_the_oldest_are_forgotten() -> None:
    placed = Placed(most=3)
    for number in range(4):
        placed.put(decision(f"alr-{number}", told("mail")), [])
    placed.put(decision("alr-1.1", told("chat")), [])
    placed.put(decision("alr-4", told("mail")), [])

    assert [bool(placed.of(f"alr-{number}", NOON)) for number in range(5)] == [False, True, False, True, True]
    assert [placed.decided(event) is not None for event in ("alr-2", "alr-3", "alr-1.1", "alr-4")] == [
        False, True, True, True,
    ]  # fmt: skip
