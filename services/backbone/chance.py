"""How likely what was seen is, by a habit. Pure arithmetic.

Articles of a day: the rate of a source is known only so well, and its days scatter more than chance. Both make the
count negative binomial, a Poisson whose rate is itself Gamma distributed (the discounted Gamma-Poisson forecast of
Harvey and Fernandes, Journal of Business & Economic Statistics 7, 1989).

Quiet times: what exceeds a high threshold is near to generalised Pareto, whatever the gaps below are like (Pickands,
Annals of Statistics 3, 1975), so bursts of articles do not matter. With a tail heavier than an exponential's that is a
Lomax distribution, an exponential whose rate is Gamma distributed: the fewer the gaps or the more they scatter, the
heavier.
"""

from math import exp, lgamma, log, log1p

MANY = 1e6
"""A shape from which on the mixture is not told from the plain distribution."""
_ENOUGH = 1e-9


def longer_gap(excess: float, shape: float) -> float:
    """The chance that a gap is longer by this, once it is longer than the threshold.

    Args:
        excess: in mean excesses, >= 0.
        shape: of the Lomax distribution, > 1; its mean is one mean excess.
    """
    if shape >= MANY:
        return exp(-excess)
    return exp(-shape * log1p(excess / (shape - 1)))


def gap_shape(gaps: float, scatter: float) -> float:
    """The shape that allows for few gaps and for gaps of uneven length.

    Args:
        gaps: how many the mean excess rests on, > 0.
        scatter: squared coefficient of variation of the excess; 1 for an exponential.
    """
    uneven = max(scatter - 1, 0) / (2 * scatter) if scatter > 0 else 0.0
    inverse = 1 / gaps + uneven
    return max(1 / inverse if inverse > 1 / MANY else MANY, 1.05)


def as_many(seen: int, expected: float, spread: float) -> float:
    """The chance of at least so many articles. `spread` is the variance beyond Poisson, in expected^2."""
    if seen <= expected:
        return 1 - as_few(seen - 1, expected, spread) if seen > 0 else 1.0
    total, term, count = 0.0, _log_chance(seen, expected, spread), seen
    while True:
        share = exp(term)
        total += share
        count += 1
        term += _log_step(count, expected, spread)
        if share <= _ENOUGH * total:
            return min(total, 1.0)


def as_few(seen: int, expected: float, spread: float) -> float:
    """The chance of at most so many articles."""
    term = _log_chance(0, expected, spread)
    total = exp(term)
    for count in range(1, seen + 1):
        term += _log_step(count, expected, spread)
        total += exp(term)
    return min(total, 1.0)


def _log_chance(count: int, expected: float, spread: float) -> float:
    if spread <= 1 / MANY:
        return count * log(expected) - expected - lgamma(count + 1)
    size = 1 / spread
    return (
        lgamma(count + size)
        - lgamma(size)
        - lgamma(count + 1)
        - size * log1p(expected * spread)
        - count * log1p(size / expected)
    )


def _log_step(count: int, expected: float, spread: float) -> float:
    """From the chance of count - 1 to that of count."""
    if spread <= 1 / MANY:
        return log(expected / count)
    size = 1 / spread
    return log((count - 1 + size) / count) - log1p(size / expected)
