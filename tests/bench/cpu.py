"""CPU time, never wall time: other programs run beside, and they take time, not work."""

import time
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

ROUNDS = 5
MICRO = 1e6

T = TypeVar("T")


def cpu_of_each(items: Iterable[T], work: Callable[[T], object], rounds: int = ROUNDS) -> float:
    """CPU microseconds for one item: the least of several rounds over all of them, after one to warm up."""
    given = list(items)

    def once() -> float:
        began = time.process_time()
        for item in given:
            work(item)
        return time.process_time() - began

    once()
    return min(once() for _ in range(rounds)) / len(given) * MICRO


async def cpu_of_await(work: Callable[[], Awaitable[object]], times: int, rounds: int = ROUNDS) -> float:
    """The same for one call of a coroutine function, one after the other."""

    async def once() -> float:
        began = time.process_time()
        for _ in range(times):
            await work()
        return time.process_time() - began

    await once()
    return min([await once() for _ in range(rounds)]) / times * MICRO
