"""The terminal: each alert on standard output, in colours where that is a terminal."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from rich.console import Console

from schemas import Alert
from services.alerting.notify.channels.answer import Answer, Verdict
from services.alerting.notify.channels.channel import ChannelConfig, Send
from services.alerting.notify.render import render, render_plain


class TerminalConfig(ChannelConfig):
    """A terminal in `tocsin.yaml`."""

    type: Literal["terminal"]
    """Which kind of channel."""

    def channel(self, folder: Path, environment: Mapping[str, str]) -> "Terminal":
        """The terminal; it needs nothing."""
        return Terminal(self)


@dataclass(frozen=True, slots=True)
class Terminal:
    """Standard output of the process."""

    config: TerminalConfig

    @contextlib.asynccontextmanager
    async def connect(self) -> AsyncIterator[Send]:
        """One alert at a time, in the order given."""
        yield partial(_send, Console(soft_wrap=True, highlight=False), asyncio.Lock())


async def _send(console: Console, turn: asyncio.Lock, alert: Alert) -> Answer:
    async with turn:
        try:
            await asyncio.to_thread(_print, console, alert)  # a reader that stands still must not stop the process
        except UnicodeEncodeError as error:
            return Answer(
                Verdict.NEVER, f"standard output cannot show it ({error.encoding}); set PYTHONIOENCODING=utf-8"
            )
        except (OSError, ValueError) as error:
            return Answer(Verdict.LATER, f"standard output is closed: {error}")
    return Answer(Verdict.TAKEN, "printed")


def _print(console: Console, alert: Alert) -> None:
    if console.is_terminal:
        console.print(render(alert))
    else:
        console.file.write(render_plain(alert) + "\n")
    console.file.write("\n")
    console.file.flush()
