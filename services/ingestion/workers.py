"""Call a function on bytes of strangers in a process that may be killed: endless loops, bombs, crashes of a C library.

Each worker is an interpreter of its own (no thread, socket or secret of the parent is in it), started when it is first
needed, with the limits of `worker.py`. What breaks a limit ends that worker and that call; the next call gets a new
one. Callers wait while all workers are busy, so nothing queues up here.

A ready-made pool was weighed and left: concurrent.futures fails every call when one worker dies, and pebble shares one
pipe among its workers, asks the clock every 0.2 s and has no limit on memory.
"""

import asyncio
import os
import pickle
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType
from typing import Final, ParamSpec, Self, TypeVar, cast

from services.backbone.errors import TocsinError
from services.ingestion.worker import LENGTH, OUT_OF_MEMORY

P = ParamSpec("P")
T = TypeVar("T")

MAX_REPLY_BYTES: Final = 64 << 20
_ENVIRONMENT: Final = {"PYTHONUTF8": "1", "OPENBLAS_NUM_THREADS": "1"}
"""NumPy's threads, one a core, would take the address space that the limit allows."""


class Breach(StrEnum):
    """Why a worker was ended in the middle of a call."""

    CPU = "cpu"
    TIME = "time"
    MEMORY = "memory"
    REPLY = "reply"
    CRASH = "crash"
    CLOSED = "closed"


class WorkerKilled(TocsinError):
    """A call went over its limits, or took its process down: it has no result, and would have none the next time."""

    def __init__(self, reason: Breach, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.detail}; it was given up"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one call may cost, and after how many calls a worker is replaced (libraries never give all memory back)."""

    cpu_seconds: float = 5.0
    wall_seconds: float = 20.0
    memory_bytes: int = 512 << 20
    """Address space of the worker, its libraries included."""
    calls: int = 500


class Workers:
    """`async with Workers(2) as workers: page = await workers.run(extract_page, body, url, None)`."""

    def __init__(self, processes: int = 1, limits: Limits | None = None) -> None:
        self._workers = [_Worker(limits or Limits()) for _ in range(processes)]
        self._idle: asyncio.LifoQueue[_Worker] = asyncio.LifoQueue()  # the warm one first
        self._closed = False
        for worker in self._workers:
            self._idle.put_nowait(worker)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closed = True
        for worker in self._workers:
            worker.kill()
        idle = [await self._idle.get() for _ in self._workers]
        for worker in idle:
            await worker.end()
            self._idle.put_nowait(worker)

    async def run(self, function: Callable[P, T], /, *args: P.args, **named: P.kwargs) -> T:
        """Call it in a worker; wait for a free one first. What it raises is raised here.

        Args:
            function: stands at the top of a module that a worker can import. It, its arguments and its result are
                pickled.

        Raises:
            WorkerKilled: it cost too much, or its process died. Cancelling the call ends the worker too.
        """
        call = pickle.dumps((function, args, named))
        worker = await self._idle.get()
        try:
            if self._closed:
                raise WorkerKilled(Breach.CLOSED, "the workers are closed")
            return cast(T, await worker.call(call))
        except WorkerKilled as error:
            if self._closed:
                raise WorkerKilled(Breach.CLOSED, "the workers were closed meanwhile") from error
            raise
        finally:
            self._idle.put_nowait(worker)


class _Worker:
    """One process at a time, and the calls it answered."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._process: Process | None = None
        self._calls = 0

    async def call(self, call: bytes) -> object:
        """Send the call, await its reply; on anything else the process is ended."""
        answered = False
        try:
            async with asyncio.timeout(self._limits.wall_seconds):
                process = await self._running()
                assert process.stdin is not None  # noqa: S101 - it was asked for
                assert process.stdout is not None  # noqa: S101
                try:
                    process.stdin.write(LENGTH.pack(len(call)) + call)
                    await process.stdin.drain()
                    length = LENGTH.unpack(await process.stdout.readexactly(LENGTH.size))[0]
                    if length > MAX_REPLY_BYTES:
                        raise WorkerKilled(Breach.REPLY, f"the result takes over {MAX_REPLY_BYTES:,} bytes")
                    reply = await process.stdout.readexactly(length)
                except (asyncio.IncompleteReadError, ConnectionError):
                    raise self._death(await process.wait()) from None
            answered = True
        except TimeoutError:
            raise WorkerKilled(Breach.TIME, f"it took more than {self._limits.wall_seconds:g} s") from None
        finally:
            self._calls += 1
            if not answered or self._calls >= self._limits.calls:
                await self.end()
        returned, value = pickle.loads(reply)  # noqa: S301 - from our own process
        if returned:
            return value
        raise value

    def kill(self) -> None:
        """Make the process go, whatever it does; a call that waits for it is told."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()

    async def end(self) -> None:
        """Kill the process, wait until it and its pipes are gone. A worker that is called again starts another."""
        self.kill()
        process, self._process = self._process, None
        if process is not None:
            assert process.stdin is not None  # noqa: S101 - it was asked for
            process.stdin.close()
            await process.communicate()

    async def _running(self) -> Process:
        if self._process is not None and self._process.returncode is not None:
            await self.end()
        if self._process is None:
            self._calls = 0
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "services.ingestion.worker"),
                *(str(self._limits.cpu_seconds), str(self._limits.memory_bytes)),
                stdin=PIPE,
                stdout=PIPE,
                env=_ENVIRONMENT | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            )
        return self._process

    def _death(self, status: int) -> WorkerKilled:
        if status == -signal.SIGPROF:
            return WorkerKilled(Breach.CPU, f"it took more than {self._limits.cpu_seconds:g} s of CPU time")
        if status == OUT_OF_MEMORY:
            return WorkerKilled(Breach.MEMORY, f"it took more than {self._limits.memory_bytes >> 20:,} MiB of memory")
        how = signal.Signals(-status).name if status < 0 else f"exit status {status}"
        return WorkerKilled(Breach.CRASH, f"its process died ({how})")
