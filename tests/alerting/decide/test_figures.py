import pytest

from schemas import Evidence, Figure
from services.alerting.decide.figures import after, changes, highest_after, stated


def figure(kind: str, least: int | None, most: int | None) -> Figure:
    return Figure(
        kind=kind, least=least, most=most, evidence=Evidence(field="text", start=0, end=1, words="x", fired="x")
    )


def test_of_each_kind_the_first_number_counts_and_of_a_range_its_lower_end() -> None:
    given = [
        figure("killed", 3, 5),
        figure("killed", 9, 9),
        figure("injured", None, 20),
        figure("missing", 7, None),
        figure("arrested", None, None),
    ]

    assert stated(given) == {"killed": 3, "injured": 20, "missing": 7}


@pytest.mark.parametrize(
    ("now", "own_last", "told", "highest", "expected"),
    [
        (5, None, 3, 3, (3, 5)),
        (3, None, 3, 3, None),
        (2, None, 3, 3, None),
        (2, None, None, None, (None, 2)),
        (0, None, None, None, None),
        (9, 12, 12, 12, (12, 9)),
        (12, None, 9, 12, None),
        (10, 9, 9, 12, (9, 10)),
        (4, 3, 9, 9, None),
        (9, 12, 9, 12, None),
        (13, 3, 9, 12, (9, 13)),
    ],
    ids=[
        "a rise",
        "the same",
        "a lower one of another source",
        "the first of its kind",
        "none of a kind that was not told",
        "a source takes back what was told",
        "a copy from before the correction",
        "a correction of the correction",
        "who lags behind still lags behind",
        "a second source follows the correction",
        "a rise above all",
    ],
)
def test_what_is_told_as_changed(
    now: int, own_last: int | None, told: int | None, highest: int | None, expected: tuple[int | None, int] | None
) -> None:
    found = changes({"killed": now}, *({} if n is None else {"killed": n} for n in (own_last, told, highest)))

    assert [(change.before, change.after) for change in found] == ([] if expected is None else [expected])


def test_what_was_told_last_and_at_most_part_ways_at_a_correction() -> None:
    told = changes({"killed": 9}, {"killed": 12}, {"killed": 12, "injured": 4}, {"killed": 12, "injured": 4})

    assert after({"killed": 12, "injured": 4}, told) == {"killed": 9, "injured": 4}
    assert highest_after({"killed": 12, "injured": 4}, told) == {"killed": 12, "injured": 4}
