"""What silences hold: sentences of CONTRIBUTING.md by their numbers."""

from typing import Any

import pytest

from schemas import Held, Reason
from tests.alerting.holding.desk import DAY, HOUR, MINUTE, NOON, SECOND, Desk, silence, stories_in


@pytest.mark.parametrize(
    ("match", "fits"),
    [
        ({"watch": "kabul-desk"}, True),
        ({"watch": ["other", "kabul-desk"]}, True),
        ({"watch": "other"}, False),
        ({"owner": "kabul", "severity": "high"}, True),
        ({"owner": "kabul", "severity": ["low", "critical"]}, False),
        ({"topic": "safe-havens"}, True),
        ({"topic": "sport"}, False),
        ({"source": "example-news", "country": "AF", "language": "en"}, True),
        ({"source": "other"}, False),
        ({"country": "PK"}, False),
        ({"language": ["ps", "ur"]}, False),
        ({"entity": "ttp", "topic": "sport"}, False),
    ],
)
def test_h5_a_silence_holds_what_fits_every_key(match: dict[str, Any], fits: bool) -> None:
    desk = Desk(owner="kabul", severity="high")
    desk.reload(desk.watches["kabul-desk"], [silence(**match)])
    ring = desk.ring(topics=("safe-havens", "talks"), language="en-GB")
    assert (ring.held, ring.held_by) == ((Held.SILENCED, "quiet") if fits else (None, None))


def test_h5_a_silence_holds_from_its_first_second_to_the_one_before_its_last() -> None:
    desk = Desk(silences=[silence(since=NOON + MINUTE, hours=1)])
    assert desk.ring("before").tells
    desk.wait(MINUTE)
    assert desk.ring("first").held is Held.SILENCED
    desk.wait(HOUR - SECOND)
    assert desk.ring("last").held is Held.SILENCED
    desk.wait(SECOND)
    assert desk.ring("after").tells


def test_h5_of_several_silences_the_one_that_ends_last_holds() -> None:
    desk = Desk(silences=[silence("short", 1), silence("long", 3), silence("middle", 2)])
    assert desk.ring().held_by == "long"
    assert desk.wait(3 * HOUR - SECOND) == []
    assert [told.note for told in desk.wait(SECOND)] == ["planned exercise (Sana)"]


@pytest.mark.parametrize(
    ("silenced", "names", "new", "held"),
    [
        (["ttp"], ["ttp"], [], True),
        (["actor/ttp"], ["ttp"], [], True),
        (["phrase/ttp"], ["ttp"], [], False),
        (["ttp"], ["ttp", "iskp"], [], False),
        (["ttp", "iskp"], ["ttp", "iskp"], [], True),
        (["iskp"], ["ttp", "iskp"], ["iskp"], True),
        (["ttp"], ["ttp", "iskp"], ["iskp"], False),
    ],
)
def test_h6_an_alert_that_also_names_someone_else_rings(
    silenced: list[str], names: list[str], new: list[str], held: bool
) -> None:
    desk = Desk(silences=[silence(entity=silenced)])
    assert (desk.ring(names=names, new=new).held is Held.SILENCED) is held


def test_h7_when_a_silence_ends_what_it_held_is_told() -> None:
    desk = Desk(silences=[silence(hours=2)])
    desk.ring("one")
    desk.wait(HOUR)
    desk.ring("two")
    [told] = desk.wait(HOUR)
    assert (told.reason, told.stands_for, stories_in(told)) == (Reason.SILENCE_OVER, 2, ["one", "two"])
    assert (told.held_by, told.note) == ("quiet", "planned exercise (Sana)"), "the silence that is over"


@pytest.mark.parametrize("after", [[], [silence(hours=1)], [silence("other")], [silence(since=NOON + 9 * HOUR)]])
def test_h7_a_silence_that_is_taken_out_or_ends_earlier_now_tells_at_the_next_tick(after: list[Any]) -> None:
    desk = Desk(silences=[silence(hours=6)], owner="kabul")
    desk.ring("one")
    desk.ring("two")
    desk.wait(HOUR)
    desk.reload(desk.watches["kabul-desk"], [each for each in after if each.id == "quiet"])
    [told] = desk.wait(SECOND)
    assert told.stands_for == 2
    assert desk.wait(DAY) == []


def test_h7_a_silence_that_ends_later_now_waits() -> None:
    desk = Desk(silences=[silence(hours=1)])
    desk.ring()
    desk.reload(desk.watches["kabul-desk"], [silence(hours=3)])
    assert desk.wait(3 * HOUR - SECOND) == []
    assert len(desk.wait(SECOND)) == 1
