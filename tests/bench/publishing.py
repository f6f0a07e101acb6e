"""Random processes by which outlets publish: a day and a night, weekends, drift, bursts, holidays."""

import random
from dataclasses import dataclass
from math import cos, exp, pi, sqrt


@dataclass(frozen=True, slots=True)
class Process:
    """How an outlet publishes."""

    name: str
    a_day: float
    night: float = 0.05
    """The least of a day's course, against its peak."""
    weekend: float = 0.5
    burst: float = 1.0
    """Articles that come together, on average."""
    drift: float = 0.0
    """Deviation of the logarithm of a day's level; a day is much like the one before."""
    holidays: int = 0
    """Times a year that three days have a tenth."""

    def articles(self, dice: random.Random, days: int) -> list[float]:
        """When it publishes, in hours from the start."""
        course = [self.night + (1 - self.night) * (0.5 - 0.5 * cos(2 * pi * (hour - 1) / 24)) for hour in range(24)]
        rate = self.a_day / self.burst / sum(course)
        off = {first + more for first in dice.sample(range(days), self.holidays * days // 365) for more in range(3)}
        found: list[float] = []
        level = 0.0
        for day in range(days):
            level = 0.7 * level + dice.gauss(0, self.drift * sqrt(1 - 0.7**2))
            today = exp(level - self.drift**2 / 2) * (self.weekend if day % 7 > 4 else 1) * (0.1 if day in off else 1)
            for hour in range(24):
                for at in _poisson(dice, rate * course[hour] * today):
                    together = 1
                    while self.burst > 1 and dice.random() < 1 - 1 / self.burst:
                        together += 1
                    found += [day * 24 + hour + at + 0.3 * dice.random() for _ in range(together)]
        return sorted(found)


def _poisson(dice: random.Random, expected: float) -> list[float]:
    """When they come, within one hour."""
    found, at = list[float](), dice.expovariate(expected) if expected > 0 else 1.0
    while at < 1:
        found.append(at)
        at += dice.expovariate(expected)
    return found
