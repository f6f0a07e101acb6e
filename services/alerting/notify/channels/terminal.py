"""The terminal: each message on standard output, in colours where that is a terminal, or by a template of the desk."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field
from rich.console import Console

from services.alerting.notify.channels.answer import Answer, Verdict
from services.alerting.notify.channels.channel import Send, TextChannelConfig
from services.alerting.notify.message import Message
from services.alerting.notify.render import render, render_plain
from services.alerting.notify.texts import Texts, load_texts, rendered


class TerminalConfig(TextChannelConfig):
    """A terminal in `tocsin.yaml`."""

    type: Literal["terminal"]
    """Which kind of channel."""
    concurrency: Annotated[int, Field(ge=1, le=64)] = 1
    """Lines of two messages do not mix, so more than one at a time gains nothing."""

    def channel(self, folder: Path, environment: Mapping[str, str]) -> "Terminal":
        """The terminal with its templates.

        Raises:
            Unusable: a template cannot be read, or is none.
        """
        return Terminal(self, load_texts(self.templates, folder))


@dataclass(frozen=True, slots=True)
class Terminal:
    """Standard output of the process."""

    config: TerminalConfig
    texts: Texts

    @contextlib.asynccontextmanager
    async def connect(self) -> AsyncIterator[Send]:
        """One message at a time, in the order given."""
        own = self.texts if self.config.templates.text is not None else None
        yield partial(_send, Console(soft_wrap=True, highlight=False), own, asyncio.Lock())


async def _send(console: Console, own: Texts | None, turn: asyncio.Lock, message: Message) -> Answer:
    async with turn:
        try:
            await asyncio.to_thread(
                _print, console, own, message
            )  # a reader that stands still must not stop the process
        except UnicodeEncodeError as error:
            return Answer(
                Verdict.NEVER,
                f"standard output cannot show it ({error.encoding}); set PYTHONIOENCODING=utf-8",
                is_the_channel=False,
            )
        except (OSError, ValueError) as error:
            return Answer(Verdict.LATER, f"standard output is closed: {error}")
    return Answer(Verdict.TAKEN, "printed")


def _print(console: Console, own: Texts | None, message: Message) -> None:
    if own is not None:
        console.file.write(rendered(message, own).text + "\n")
    elif console.is_terminal:
        console.print(render(message))
    else:
        console.file.write(render_plain(message) + "\n")
    console.file.write("\n")
    console.file.flush()
