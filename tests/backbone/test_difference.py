import pytest

from services.backbone.difference import Difference


@pytest.mark.parametrize(
    ("before", "after", "difference"),
    [
        ({}, {}, Difference()),
        ({"b": 1, "a": 1}, {"d": 1, "c": 1, "a": 2}, Difference(("c", "d"), ("b",), ("a",))),
    ],
)
def test_a_difference_names_what_came_went_and_changed(
    before: dict[str, int], after: dict[str, int], difference: Difference
) -> None:
    assert Difference.between(before, after) == difference


def test_of_what_did_not_happen_nothing_is_counted() -> None:
    assert Difference(added=("a", "b"), changed=("c",)).counts == {"added": 2, "changed": 1}
