"""Kill what works while its work flows, again and again: each time only once it has moved since it was killed last."""

import random
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")

PIECES = 20
PIECE_SECONDS = 0.05
"""The work of one kill comes piece by piece, half of it in the time in which the kill falls."""
MOVES_WITHIN_SECONDS = 30.0
"""What does not move for so long is killed all the same."""
STRIKES_WITHIN_SECONDS = (0.1, 1.0)


def kill_while_it_flows(
    work: Sequence[T],
    kills: int,
    order: random.Random,
    *,
    feed: Callable[[Sequence[T]], object],
    moved: Callable[[], int],
    kill: Callable[[], object],
    midway: Callable[[], object],
) -> None:
    """Give all of the work, and kill so often meanwhile.

    Args:
        work: in order; each kill gets an equal part.
        kills: how often.
        order: says when, within the second after it has moved.
        feed: gives some of the work.
        moved: grows with what is done.
        kill: kills the next victim, and starts it anew.
        midway: done once, before the kill in the middle.
    """
    for number in range(kills):
        before, part = moved(), work[number * len(work) // kills : (number + 1) * len(work) // kills]
        pieces = [part[at * len(part) // PIECES : (at + 1) * len(part) // PIECES] for at in range(PIECES)]
        for piece in pieces[: PIECES // 2]:
            feed(piece)
            time.sleep(PIECE_SECONDS)
        end = time.monotonic() + MOVES_WITHIN_SECONDS
        while moved() == before and time.monotonic() < end:
            time.sleep(PIECE_SECONDS)
        strike = time.monotonic() + order.uniform(*STRIKES_WITHIN_SECONDS)
        for piece in pieces[PIECES // 2 :]:
            feed(piece)
            time.sleep(min(PIECE_SECONDS, max(0.0, strike - time.monotonic())))
        time.sleep(max(0.0, strike - time.monotonic()))
        if number == kills // 2:
            midway()
        kill()
