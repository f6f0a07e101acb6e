"""The life of one process: start, serve health, work, drain on SIGTERM, undo in reverse order.

/healthz   200 while the event loop turns
/readyz    200 while the stage makes progress, 503 otherwise; the body says what it waits for, which configuration is in
           force, and what was refused of it
/metrics   Prometheus text format
"""

import asyncio
import contextlib
import os
import platform
import signal
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

import uvloop
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from services.backbone import tracing
from services.backbone.broker_watch import watch_broker
from services.backbone.errors import BrokerUnavailable, Stalled, TocsinError, Unwritable
from services.backbone.http_server import listen, serving
from services.backbone.progress import GIVE_UP_AFTER_SECONDS, Progress
from services.backbone.settings import Settings
from services.backbone.telemetry import BUILD_INFO, READY, configure_logging, count_from_zero, logger
from services.backbone.tracing_settings import read_trace_settings

DRAIN_SECONDS = 6.0
"""What a stage gets to finish what it has begun."""
CLOSE_SECONDS = 2.5
"""What it gets to close what it opened. Clients wait for an absent broker without end: this process does not."""
FLUSH_SECONDS = 1.0
"""What the traces get of that to be sent."""

log = logger()

T = TypeVar("T")


@dataclass(slots=True)
class Process:
    """A process at work. A stage registers on `stack` how each thing that it makes is undone, where it makes it."""

    stage: str
    settings: Settings
    stack: AsyncExitStack
    progress: Progress
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    async def sleep(self, seconds: float) -> None:
        """Wait, but not beyond the moment when the process is told to stop."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.stopping.wait()


async def unless(event: asyncio.Event, work: Coroutine[Any, Any, T]) -> T | None:
    """What the work gives, or None where the event comes first: a consumer waits for its partitions without end."""
    working, told = asyncio.ensure_future(work), asyncio.ensure_future(event.wait())
    try:
        await asyncio.wait({working, told}, return_when=asyncio.FIRST_COMPLETED)
        return working.result() if working.done() else None
    finally:
        working.cancel()
        told.cancel()


Body = Callable[[Process], Awaitable[None]]


def run_process(stage: str, settings: Settings, body: Body) -> int:
    """Run one stage until it ends or is told to stop.

    Returns:
        The exit status: 0 after SIGTERM or SIGINT, 1 after an error, which has been logged with its fix.
    """
    configure_logging(settings.log_format, settings.log_level)
    count_from_zero(stage)
    BUILD_INFO.labels(version("tocsin"), platform.python_version()).set(1)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_live(stage, settings, body))


async def _live(stage: str, settings: Settings, body: Body) -> int:
    async with AsyncExitStack() as last, AsyncExitStack() as stack:
        process = Process(stage, settings, stack, Progress(stage))
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, process.stopping.set)
        end = _End(process, await _failure(process, body))
        loop.call_later(CLOSE_SECONDS, end.cut)
        last.callback(end.tell)  # what is closed speaks before: the reason is the last line
    return end.status


async def _failure(process: Process, body: Body) -> Exception | None:
    """Work to the end, whichever it is; what went wrong."""
    try:
        _record_traces(process)
        await _serve_health(process)
        log.info("process.started", stage=process.stage, pid=os.getpid())
        await _work(process, body)
    except BrokerUnavailable as error:
        return None if process.stopping.is_set() else error
    except OSError as error:
        return Unwritable.of(error) or error
    except Exception as error:
        return error
    return None


class _End:
    """How a process ended, told once."""

    def __init__(self, process: Process, failure: Exception | None) -> None:
        self.status = 0 if failure is None else 1
        self._process = process
        self._failure = failure
        self._told = False

    def tell(self) -> None:
        """Log it, with the reason and the fix."""
        if self._told:
            return
        self._told = True
        stage, failure = self._process.stage, self._failure
        if failure is None:
            log.info("process.stopped", stage=stage)
            return
        name, message = type(failure).__name__, str(failure)
        if isinstance(failure, TocsinError):
            log.error("process.failed", stage=stage, error=name, message=message)
        else:
            log.error("process.failed", stage=stage, error=name, message=message, exc_info=failure)
        _leave_word(self._process.settings.reason_file, f"{name}: {message}")

    def cut(self) -> None:
        """End without what is not closed yet."""
        self.tell()
        os._exit(self.status)


def _leave_word(file: Path | None, reason: str) -> None:
    if file is not None:
        with contextlib.suppress(OSError):  # nobody can be told of that
            file.write_text(reason, encoding="utf-8")


def _record_traces(process: Process) -> None:
    """If the environment asks for it; what waits at the end gets a moment to be sent.

    Raises:
        SettingsError: it asks for what cannot be.
    """
    asked = read_trace_settings(os.environ)
    if asked is None:
        return
    from services.backbone.tracing_sdk import start_recording  # here: it takes a while, and memory

    recorder = start_recording(process.stage, process.settings, asked)
    tracing.use(recorder)

    async def flush() -> None:
        tracing.use(None)
        await asyncio.to_thread(recorder.close().join, FLUSH_SECONDS)

    process.stack.push_async_callback(flush)


async def _work(process: Process, body: Body) -> None:
    """Run the body; end it a bounded time after a stop was asked for, or at once when it stalls."""
    work = asyncio.ensure_future(body(process))
    stop = asyncio.ensure_future(process.stopping.wait())
    watch = asyncio.ensure_future(_watch(process))
    broker = asyncio.ensure_future(watch_broker(process.settings.kafka, process.progress))
    try:
        await asyncio.wait({work, stop, watch}, return_when=asyncio.FIRST_COMPLETED)
        if stop.done() and not work.done():
            process.progress.waiting("end")
            await asyncio.wait({work}, timeout=DRAIN_SECONDS)
            if not work.done():
                log.warning("process.drain_cut", stage=process.stage, seconds=DRAIN_SECONDS)
        if watch.done():
            watch.result()
        if work.done():
            work.result()
    finally:
        for task in (work, stop, watch, broker):
            task.cancel()
        await asyncio.wait({work, stop, watch, broker}, timeout=1)


async def _watch(process: Process) -> None:
    while True:
        await asyncio.sleep(2)
        READY.labels(process.stage).set(1 if process.progress.report()["ready"] else 0)
        if stalled := process.progress.stalled(GIVE_UP_AFTER_SECONDS):
            raise Stalled(
                f"{', '.join(stalled)} did not move for {GIVE_UP_AFTER_SECONDS:.0f} s; the process ends so that its "
                "supervisor starts it anew"
            )


async def _serve_health(process: Process) -> None:
    listener = listen(process.settings.host, process.settings.port, "choose another by --port")
    await process.stack.enter_async_context(serving(_health_app(process.progress), listener))
    log.info("health.listening", stage=process.stage, port=listener.getsockname()[1])


def _health_app(progress: Progress) -> Starlette:
    async def healthz(_: Request) -> PlainTextResponse:
        return PlainTextResponse("ok\n")

    async def readyz(_: Request) -> JSONResponse:
        report = progress.report()
        return JSONResponse(report, status_code=200 if report["ready"] else 503)

    async def metrics(_: Request) -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return Starlette(routes=[Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics)])
