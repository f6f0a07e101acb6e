"""Which watches come into question for an article, without looking at the others.

A watch is posted under pairs of terms, one of its rarest group and one of a second group (plans.py): an article finds
those of which it has both. Where there is no second group it is posted under its rarest alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Set
from typing import Final

from services.alerting.match.plans import Group


class Postings:
    """Watches by what they need; numbered by their order. Immutable."""

    def __init__(self, posted: Iterable[tuple[Group, ...]]) -> None:
        """Post each watch under one group or two."""
        alone, pairs = defaultdict[int, list[int]](list), defaultdict[int, dict[int, list[int]]](dict)
        for number, (first, *second) in enumerate(posted):
            for term in first:
                if not second:
                    alone[term].append(number)
                    continue
                under = pairs[term]
                for other in second[0]:
                    if other in under:
                        under[other].append(number)
                    else:
                        under[other] = [number]
        self._alone: Final = dict(alone)
        self._pairs: Final = dict(pairs)

    def candidates(self, present: Set[int]) -> list[int]:
        """The watches of which these terms have what they are posted under, ascending."""
        alone, pairs = self._alone, self._pairs
        found = set[int]()
        for term in alone.keys() & present:
            found.update(alone[term])
        for term in pairs.keys() & present:
            under = pairs[term]
            for other in under.keys() & present:
                found.update(under[other])
        return sorted(found)
