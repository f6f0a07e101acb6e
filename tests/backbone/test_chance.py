"""chance: against sums that are worked out in another way."""

import random
from math import exp, factorial, isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.backbone.chance import MANY, as_few, as_many, gap_shape, longer_gap


def test_without_spread_counts_are_poisson() -> None:
    def poisson(count: int) -> float:
        return exp(-4.0) * 4.0**count / factorial(count)

    assert isclose(as_few(2, 4.0, 0.0), sum(map(poisson, range(3))))
    assert isclose(as_many(9, 4.0, 0.0), 1 - sum(map(poisson, range(9))), rel_tol=1e-9)


@pytest.mark.parametrize("spread", [0.1, 0.5, 2.0])
def test_with_spread_they_are_a_poisson_whose_rate_is_gamma_distributed(spread: float) -> None:
    dice = random.Random(1)
    expected, many, few, tries = 6.0, 14, 2, 40_000

    def arrivals() -> int:
        rate = dice.gammavariate(1 / spread, spread * expected)
        count, at = 0, dice.expovariate(1)
        while at < rate:
            count, at = count + 1, at + dice.expovariate(1)
        return count

    counts = [arrivals() for _ in range(tries)]
    assert as_many(many, expected, spread) == pytest.approx(sum(c >= many for c in counts) / tries, abs=0.01)
    assert as_few(few, expected, spread) == pytest.approx(sum(c <= few for c in counts) / tries, abs=0.01)


@given(st.integers(0, 900), st.floats(0.01, 500), st.floats(0, 3))
def test_as_many_and_fewer_than_that_are_everything(seen: int, expected: float, spread: float) -> None:
    many = as_many(seen, expected, spread)
    fewer = as_few(seen - 1, expected, spread) if seen else 0.0
    assert 0 <= many <= 1
    assert many + fewer == pytest.approx(1, abs=1e-6)


def test_gaps_are_exponential_where_many_are_known_and_even_and_heavier_where_few_or_uneven() -> None:
    assert isclose(longer_gap(5, MANY), exp(-5))
    plain, few, uneven = gap_shape(1e9, 1.0), gap_shape(8, 1.0), gap_shape(1e9, 2.0)
    assert longer_gap(10, plain) < longer_gap(10, few) < 0.01
    assert longer_gap(10, plain) < longer_gap(10, uneven)


def test_the_shape_gives_gaps_as_uneven_as_those_seen() -> None:
    shape = gap_shape(1e9, 1.5)
    dice = random.Random(2)
    gaps = [dice.expovariate(1) / dice.gammavariate(shape, 1 / (shape - 1)) for _ in range(60_000)]
    mean = sum(gaps) / len(gaps)
    assert mean == pytest.approx(1, abs=0.03)
    assert sum((gap - mean) ** 2 for gap in gaps) / len(gaps) == pytest.approx(1.5, abs=0.15)
    assert longer_gap(4, shape) == pytest.approx(sum(gap > 4 for gap in gaps) / len(gaps), abs=0.003)
