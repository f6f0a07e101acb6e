"""Real functions that hang, eat memory and die, in real processes."""

import asyncio
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from services.ingestion.workers import Breach, Limits, WorkerKilled, Workers

ROOT = Path(__file__).resolve().parents[2]
HASTY = Limits(cpu_seconds=0.3, wall_seconds=5)


def loop_for_ever() -> None:
    while True:
        pass


def sleep_long() -> None:
    time.sleep(30)


def leave() -> None:
    os._exit(0)


def eat_memory() -> int:
    return len(b"x" * (1 << 30))


def crash() -> None:
    ctypes.string_at(0)


def answer_too_much() -> bytes:
    return bytes(65 << 20)


def print_and_return(word: str) -> str:
    print(word)
    os.write(1, b"more\n")
    return word


def pid_and_environment() -> tuple[int, dict[str, str]]:
    return os.getpid(), dict(os.environ)


class Odd(Exception):
    """Cannot be made again from its arguments."""

    def __init__(self, one: int, two: int) -> None:
        super().__init__(f"{one} and {two}")


def raise_odd() -> None:
    raise Odd(1, 2)


@pytest.fixture(autouse=True)
def none_is_left() -> Iterator[None]:
    """No worker outlives its test."""
    before = {child.pid for child in psutil.Process().children()}
    yield
    left = [child for child in psutil.Process().children() if child.pid not in before]
    assert left == []


@pytest.mark.parametrize(
    ("function", "limits", "reason"),
    [
        (loop_for_ever, HASTY, Breach.CPU),
        (sleep_long, Limits(wall_seconds=0.5), Breach.TIME),
        (eat_memory, HASTY, Breach.MEMORY),
        (crash, HASTY, Breach.CRASH),
        (os.abort, HASTY, Breach.CRASH),
        (leave, HASTY, Breach.CRASH),
        (answer_too_much, HASTY, Breach.REPLY),
    ],
    ids=["endless loop", "sleeps", "eats memory", "reads address 0", "aborts", "leaves", "huge result"],
)
async def test_a_call_that_breaks_its_limits_is_ended_and_the_next_is_answered(
    function: Callable[..., object], limits: Limits, reason: Breach
) -> None:
    async with Workers(1, limits) as workers:
        began = time.monotonic()
        with pytest.raises(WorkerKilled) as killed:
            await workers.run(function)
        assert killed.value.reason is reason
        assert time.monotonic() - began < 5
        assert await workers.run(divmod, 7, 2) == (3, 1)


async def test_a_hung_call_holds_up_nobody_but_itself() -> None:
    async with Workers(2, Limits(cpu_seconds=1)) as workers:
        await asyncio.gather(*(workers.run(time.sleep, 0.1) for _ in range(2)))
        hung = asyncio.create_task(workers.run(loop_for_ever))
        assert await asyncio.gather(*(workers.run(divmod, n, 2) for n in range(50))) == [
            divmod(n, 2) for n in range(50)
        ]
        assert not hung.done()
        with pytest.raises(WorkerKilled):
            await hung


async def test_what_the_function_raises_is_raised_here_and_its_worker_goes_on() -> None:
    async with Workers(1) as workers:
        pid, _ = await workers.run(pid_and_environment)
        with pytest.raises(ZeroDivisionError):
            await workers.run(divmod, 1, 0)
        with pytest.raises(RuntimeError, match="Odd: 1 and 2"):
            await workers.run(raise_odd)
        assert (await workers.run(pid_and_environment))[0] == pid


async def test_a_worker_has_none_of_the_parents_secrets_and_may_print(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOCSIN_KAFKA_SASL_PASSWORD", "secret")
    async with Workers(1) as workers:
        _, environment = await workers.run(pid_and_environment)
        assert "TOCSIN_KAFKA_SASL_PASSWORD" not in environment
        assert await workers.run(print_and_return, "word") == "word"


async def test_a_worker_is_replaced_after_its_calls_and_after_its_death() -> None:
    async with Workers(1, Limits(calls=2)) as workers:
        pids = [(await workers.run(pid_and_environment))[0] for _ in range(5)]
        assert pids[0] == pids[1] != pids[2] == pids[3] != pids[4]
        os.kill(pids[4], signal.SIGKILL)
        await asyncio.sleep(0.2)  # it is gone by then; the parent has been told
        assert (await workers.run(pid_and_environment))[0] != pids[4]


async def test_a_cancelled_call_ends_its_worker_and_frees_its_place() -> None:
    async with Workers(1) as workers:
        pid, _ = await workers.run(pid_and_environment)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(workers.run(loop_for_ever), 0.2)
        assert not psutil.pid_exists(pid)
        assert await workers.run(divmod, 7, 2) == (3, 1)


async def test_closing_ends_what_runs_and_what_waits() -> None:
    async with Workers(1) as workers:
        calls = [asyncio.create_task(workers.run(time.sleep, 30)) for _ in range(3)]
        await asyncio.sleep(0.2)
    ended = await asyncio.gather(*calls, return_exceptions=True)
    assert [error.reason for error in ended if isinstance(error, WorkerKilled)] == [Breach.CLOSED] * 3
    with pytest.raises(WorkerKilled):
        await workers.run(divmod, 7, 2)


PARENT = """
import asyncio, os, time
from services.ingestion.workers import Workers
async def main():
    async with Workers(2) as workers:
        busy = asyncio.create_task(workers.run(time.sleep, 0.5))
        print(await workers.run(os.getpid), flush=True)
        await busy
        await asyncio.sleep(30)
asyncio.run(main())
"""


def test_workers_end_with_their_parent() -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT], cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        assert int(parent.stdout.readline())
        children = psutil.Process(parent.pid).children()
        assert len(children) == 2
        parent.kill()
    _, alive = psutil.wait_procs(children, timeout=5)
    assert alive == []
