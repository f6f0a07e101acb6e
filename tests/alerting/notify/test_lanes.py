from hypothesis import given
from hypothesis import strategies as st

from services.alerting.notify.lanes import Lanes


def test_one_goes_and_the_next_follows_when_it_is_done() -> None:
    lanes: Lanes[str] = Lanes()
    assert lanes.enter("watch", "first")
    assert not lanes.enter("watch", "second")
    assert lanes.enter("another", "third")
    assert lanes.leave("watch", "first") == "second"
    assert lanes.leave("watch", "second") is None


def test_without_a_lane_nobody_waits() -> None:
    lanes: Lanes[str] = Lanes()
    assert lanes.enter(None, "first")
    assert lanes.enter(None, "second")
    assert lanes.leave(None, "first") is None


def test_the_next_goes_when_the_first_is_lost() -> None:
    lanes: Lanes[str] = Lanes()
    for one in ("lost", "lost too", "kept"):
        lanes.enter("watch", one)
    assert lanes.drop(lambda one: one.startswith("lost")) == ["kept"]
    assert lanes.leave("watch", "lost") is None


@given(st.lists(st.sampled_from("abc")), st.data())
def test_of_each_lane_one_is_going_and_all_have_gone_in_order_at_the_end(come: list[str], data: st.DataObject) -> None:
    lanes: Lanes[tuple[str, int]] = Lanes()
    items = [(lane, number) for number, lane in enumerate(come)]
    going = [item for item in items if lanes.enter(item[0], item)]
    gone = []
    while going:
        assert len({lane for lane, _ in going}) == len(going)
        one = going.pop(data.draw(st.integers(0, len(going) - 1)))
        gone.append(one)
        if (following := lanes.leave(one[0], one)) is not None:
            going.append(following)
    assert sorted(gone) == sorted(items)
    for lane in set(come):
        in_lane = [item for item in gone if item[0] == lane]
        assert in_lane == sorted(in_lane)
