"""A process to be tried: `python -m tests.backbone.a_process PORT BODY`."""

import asyncio
import sys
import time

from services.backbone.errors import TopicMismatch
from services.backbone.process import Process, run_process
from services.backbone.settings import load_settings


async def obey(process: Process) -> None:
    """Become ready after a moment, and end when told to."""
    process.stack.callback(print, "undone: first", flush=True)
    process.stack.callback(print, "undone: second", flush=True)
    await process.sleep(1.0)
    process.progress.started()
    await process.stopping.wait()


async def ignore(process: Process) -> None:
    """Go on, told to stop or not."""
    process.progress.started()
    await asyncio.Event().wait()


async def hang_in_closing(process: Process) -> None:
    """Open what cannot be closed, as a client whose broker is gone."""
    process.stack.push_async_callback(asyncio.sleep, 3600)
    process.progress.started()
    await process.stopping.wait()


async def hang_in_a_thread(process: Process) -> None:
    """Wait in a library that does not look up."""
    process.progress.started()
    await asyncio.to_thread(time.sleep, 3600)


async def refuse(process: Process) -> None:
    """End with an error of ours."""
    raise TopicMismatch("topic articles does not exist; create it: tocsin topics provision")


async def crash(process: Process) -> None:
    """End with an error that nobody foresaw."""
    raise ZeroDivisionError("nobody foresaw it")


if __name__ == "__main__":
    sys.exit(run_process("tried", load_settings(port=int(sys.argv[1])), globals()[sys.argv[2]]))
