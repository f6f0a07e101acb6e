"""The weights of a topic: what they look at, and that more of it is surer."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matching.expressions import Reference
from services.tagging.gazetteer import Learned
from services.tagging.learned import SIGNS, Weights, signs_of

RAID = Reference("concept", "raid")


def test_signs_tell_what_the_rules_came_to_and_where() -> None:
    in_title_and_last = 0b100001
    signs = dict(zip(SIGNS, signs_of(1.5, in_title_and_last, 2, 2.0, 10), strict=True))
    assert signs == {
        "ratio": 1.5,
        "reached": 1.0,
        "title": 1.0,
        "lead": 0.0,
        "sentences": pytest.approx(math.log(3)),
        "share": 0.2,
        "rules": 2.0,
        "gap": 0.5,
    }


def test_the_lead_is_the_first_three_sentences_of_the_text() -> None:
    lead = SIGNS.index("lead")
    assert [signs_of(1, 1 << sentence, 1, 1, 9)[lead] for sentence in range(5)] == [0, 1, 1, 1, 0]


def test_signs_are_bounded_however_long_the_article() -> None:
    assert max(signs_of(1e9, (1 << 5_000) - 1, 1_000, 1e9, 5_000)) < 10


@given(st.floats(-5, 5), st.floats(0, 3), st.integers(1, 40))
def test_confidence_is_a_probability_and_grows_with_a_concept_of_positive_weight(
    bias: float, weight: float, sentences: int
) -> None:
    model = Weights.of(Learned(bias=bias, concepts={"raid": weight}), {RAID: 7})
    signs = signs_of(1, 1, 1, 1, 1)
    without, once, often = (model.confidence(signs, masks) for masks in ({}, {7: 1}, {7: (1 << sentences) - 1}))
    assert 0 < without <= once <= often < 1


@given(st.floats(-1e6, 1e6))
def test_no_sum_is_too_large(bias: float) -> None:
    assert 0 <= Weights.of(Learned(bias=bias), {}).confidence(signs_of(1, 1, 1, 1, 1), {}) <= 1
