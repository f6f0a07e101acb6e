"""Hosts: one thing at a time, a pause between pages, left alone in trouble, and a bounded memory of them."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from services.ingestion.fetching import hosts as module
from services.ingestion.fetching.hosts import Hosts
from services.ingestion.polling.asked import MAX_ASKED
from services.ingestion.polling.backoff import LONGEST_REST, SHORTEST_REST


class Clock:
    """Seconds that pass when told."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


class Visits:
    """Who is where, and who came in which order."""

    def __init__(self, hosts: Hosts) -> None:
        self.hosts = hosts
        self.inside: dict[str, int] = {}
        self.most: dict[str, int] = {}
        self.most_at_all = 0
        self.order: list[str] = []

    async def visit(self, host: str, name: str = "", seconds: float = 0.01) -> None:
        async with self.hosts.turn(host):
            self.order.append(name)
            self.inside[host] = self.inside.get(host, 0) + 1
            self.most[host] = max(self.most.get(host, 0), self.inside[host])
            self.most_at_all = max(self.most_at_all, sum(self.inside.values()))
            await asyncio.sleep(seconds)
            self.inside[host] -= 1


@pytest.mark.parametrize("per_host", [1, 2])
async def test_a_host_is_asked_one_thing_at_a_time_and_all_hosts_no_more_than_allowed(per_host: int) -> None:
    visits = Visits(Hosts(at_a_time=8 * per_host, per_host=per_host))
    await asyncio.gather(*(visits.visit(f"h{n % 10}.example") for n in range(60)))
    assert max(visits.most.values()) == per_host
    assert visits.most_at_all == 8 * per_host


async def test_turns_come_in_the_order_in_which_they_were_asked_for() -> None:
    visits = Visits(Hosts(at_a_time=5))
    await asyncio.gather(*(visits.visit("a.example", str(n), 0) for n in range(9)))
    assert visits.order == [str(n) for n in range(9)]


async def test_a_host_that_many_wait_for_keeps_no_place_from_another() -> None:
    visits = Visits(Hosts(at_a_time=2))
    crowd = [asyncio.create_task(visits.visit("slow.example", "slow", 0.05)) for _ in range(10)]
    await asyncio.sleep(0)
    async with asyncio.timeout(0.04):
        await visits.visit("other.example", "other", 0)
    await asyncio.gather(*crowd)


async def test_a_turn_that_is_cancelled_or_fails_gives_its_place_back() -> None:
    hosts = Hosts(at_a_time=1)
    visits = Visits(hosts)
    holder = asyncio.create_task(visits.visit("a.example", seconds=30))
    waiting = asyncio.create_task(visits.visit("a.example"))
    await asyncio.sleep(0.01)
    waiting.cancel()
    holder.cancel()
    await asyncio.gather(holder, waiting, return_exceptions=True)
    with pytest.raises(RuntimeError):
        async with hosts.turn("a.example"):
            raise RuntimeError
    async with asyncio.timeout(1):
        await visits.visit("a.example")


async def test_pages_of_one_host_come_with_a_pause_between_them() -> None:
    hosts = Hosts(at_a_time=5)
    loop = asyncio.get_running_loop()
    spacing = timedelta(seconds=0.1)
    began = loop.time()
    for _ in range(3):
        async with hosts.turn("a.example", spacing):
            pass
    assert 0.19 < loop.time() - began < 0.5, "no pause before the first"
    async with hosts.turn("b.example", spacing):
        pass
    assert loop.time() - began < 0.5, "nor before another host's"


def test_a_host_in_trouble_rests_longer_with_each_failure_until_it_answers() -> None:
    clock = Clock()
    hosts = Hosts(at_a_time=5, clock=clock)
    waits = []
    for _ in range(8):
        hosts.failed("a.example")
        waits.append(hosts.wait("a.example"))
        clock.now += hosts.wait("a.example").total_seconds()
    assert waits[:3] == [SHORTEST_REST, SHORTEST_REST * 2, SHORTEST_REST * 4]
    assert waits[-1] == LONGEST_REST
    assert hosts.wait("b.example") == timedelta(0)

    hosts.answered("a.example")
    hosts.failed("a.example")
    assert hosts.wait("a.example") == SHORTEST_REST


def test_one_trouble_that_many_met_at_once_is_one() -> None:
    hosts = Hosts(at_a_time=5, clock=Clock())
    for _ in range(20):
        hosts.failed("a.example")
    assert hosts.wait("a.example") == SHORTEST_REST


def test_a_host_rests_as_long_as_it_asks_up_to_a_day() -> None:
    hosts = Hosts(at_a_time=5, clock=Clock())
    hosts.failed("a.example", timedelta(hours=2))
    assert hosts.wait("a.example") == timedelta(hours=2)
    hosts.failed("a.example", timedelta(hours=1))
    assert hosts.wait("a.example") == timedelta(hours=2), "a rest is not cut short"
    hosts.failed("b.example", timedelta(days=3650))
    assert hosts.wait("b.example") == MAX_ASKED


@pytest.mark.parametrize("meet", [lambda hosts, host: hosts.failed(host), None])
async def test_what_is_known_of_hosts_is_bounded(
    meet: Callable[[Hosts, str], None] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_KNOWN", 100)
    hosts = Hosts(at_a_time=500)
    hosts.failed("a-tired.example", timedelta(days=1))
    async with hosts.turn("busy.example"):
        for n in range(1000):
            if meet is not None:
                meet(hosts, f"h{n}.example")
            else:
                async with hosts.turn(f"h{n}.example"):
                    pass
        assert len(hosts._known) <= 100
        assert hosts.wait("a-tired.example") > timedelta(hours=23), "the longest rest is forgotten last"
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.02), hosts.turn("busy.example"):
                pass
