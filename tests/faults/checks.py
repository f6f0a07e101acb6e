"""What was to come held against what came: nothing lost, repeated, unexpected or out of order.

A thing is known by a word that no other has (an alert's id and sequence); its line is what must keep its order: a
watch, a partition.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

Seen = Sequence[tuple[str, str]]
"""Line and word, in the order in which they were read."""


@dataclass(frozen=True)
class Findings:
    """What is wrong with a history; nothing is when all are empty."""

    lost: list[str]
    repeated: dict[str, int]
    """Word to how often it came beyond once."""
    unexpected: list[str]
    disordered: list[tuple[str, str]]
    """Pairs of neighbours of one line that came the wrong way round."""

    @property
    def good(self) -> bool:
        """Whether nothing is wrong."""
        return not (self.lost or self.repeated or self.unexpected or self.disordered)

    def __str__(self) -> str:
        return (
            f"lost {len(self.lost)} {self.lost[:5]}, repeated {sum(self.repeated.values())} "
            f"{list(self.repeated.items())[:5]}, unexpected {len(self.unexpected)} {self.unexpected[:5]}, "
            f"out of order {len(self.disordered)} {self.disordered[:5]}"
        )


def findings(expected: Mapping[str, Sequence[str]], seen: Seen) -> Findings:
    """Judge what was read.

    Args:
        expected: for each line its words in their order.
        seen: what was read.
    """
    wanted = [(line, word) for line, words in expected.items() for word in words]
    came = Counter(seen)
    return Findings(
        lost=[word for one in wanted if not came[one] for word in [one[1]]],
        repeated={word: count - 1 for (_, word), count in came.items() if count > 1},
        unexpected=[word for _, word in came.keys() - set(wanted)],
        disordered=list(_disordered(expected, seen)),
    )


def _disordered(expected: Mapping[str, Sequence[str]], seen: Seen) -> Iterable[tuple[str, str]]:
    """By the first time that each came; what is lost or unexpected is not out of order too."""
    came: dict[str, dict[str, None]] = defaultdict(dict)
    for line, word in seen:
        came[line].setdefault(word)
    for line, words in expected.items():
        place = {word: number for number, word in enumerate(words)}
        for before, after in pairwise([word for word in came[line] if word in place]):
            if place[before] > place[after]:
                yield before, after
