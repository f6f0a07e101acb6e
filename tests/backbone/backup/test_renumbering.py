from hypothesis import given
from hypothesis import strategies as st

from services.backbone.backup.renumbering import Renumbering

offsets = st.lists(st.integers(0, 60), unique=True).map(sorted)


@given(offsets, st.lists(st.integers(0, 70)), st.integers(0, 9), st.integers(1, 7))
def test_who_goes_on_reads_the_same_records_as_before(
    kept: list[int], commits: list[int], base: int, at_once: int
) -> None:
    renumbering = Renumbering(base, commits)
    for begin in range(0, len(kept), at_once):
        renumbering.take(kept[begin : begin + at_once])
    anew = {base + number: old for number, old in enumerate(kept)}  # what stands where on the other broker

    assert renumbering.next == base + len(kept)
    for commit in commits:
        lacked_before = [old for old in kept if old >= commit]
        lacks_now = [old for new, old in anew.items() if new >= renumbering.position(commit)]
        assert lacks_now == lacked_before
        assert renumbering.record(commit) == next((new for new, old in anew.items() if old == commit), None)
