"""A command: a program of the desk's own is started for each message and reads it on its standard input.

Standard input holds the JSON that a webhook gets. The environment holds PATH, HOME, LANG, TZ and TMPDIR as they are
here, nothing else of ours, and these facts, none of which comes from an article:

    TOCSIN_MESSAGE_ID  the idempotency key       TOCSIN_TYPE      tocsin.alert.v1, tocsin.alert-group.v1 ...
    TOCSIN_CHANNEL     the channel's id          TOCSIN_SEVERITY  low, normal, high or critical
    TOCSIN_THREAD      what belongs together     TOCSIN_AT        when it happened
    TOCSIN_WATCH, TOCSIN_ALERT_ID, TOCSIN_SEQUENCE, TOCSIN_ACTION, TOCSIN_REASON   of an alert
    TOCSIN_ESCALATED, TOCSIN_TEST   1 where it is so     TRACEPARENT   W3C Trace Context

Exit status 0: taken. 65 (EX_DATAERR of sysexits.h): never; this message is not tried again. All else, a signal and the
deadline too: later. What the program leaves running in its process group is killed.
"""

import asyncio
import contextlib
import os
import shutil
import signal
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Final, Literal, cast

from pydantic import BeforeValidator, Field, StringConstraints

from schemas import Alert
from services.alerting.notify.channels.answer import Answer, Verdict
from services.alerting.notify.channels.channel import ChannelConfig, Send, Unusable
from services.alerting.notify.channels.said import said
from services.alerting.notify.message import Message

MAX_OUTPUT_BYTES: Final = 16 * 1024
LINGER_SECONDS: Final = 0.2
"""How long after its end a program's output is still read, for others may hold it open."""
KILLED_SECONDS: Final = 2.0
"""How long a killed program gets to be gone; one that waits for a dead disk may take for ever."""
NEVER_STATUS: Final = os.EX_DATAERR
HANDED_ON: Final = ("PATH", "HOME", "LANG", "TZ", "TMPDIR")


def _words(written: object) -> object:
    if not isinstance(written, list | tuple) or not written or not all(isinstance(word, str) for word in written):
        raise ValueError('a command that is no list of words; write [/usr/local/bin/on-alert, "--desk", "7"]')
    if any("\0" in word for word in written):
        raise ValueError("a word with a NUL in it, which no program can be given; remove it")
    return tuple(written)


class CommandConfig(ChannelConfig):
    """A command in `tocsin.yaml`."""

    type: Literal["command"]
    """Which kind of channel."""
    command: Annotated[
        tuple[Annotated[str, StringConstraints(max_length=4_000)], ...], BeforeValidator(_words), Field(max_length=100)
    ]
    """The program and its arguments, as they are: no shell reads them. A program with a slash in its name is relative
    to the configuration folder, which is also where it runs; another is looked for on the PATH."""
    timeout_seconds: Annotated[float, Field(ge=1, le=600)] = 30
    """How long it may run."""
    concurrency: Annotated[int, Field(ge=1, le=64)] = 4
    """Processes at a time."""

    def channel(self, folder: Path, environment: Mapping[str, str]) -> "Command":
        """The command with its program found.

        Raises:
            Unusable: there is no such program.
        """
        name = self.command[0]
        program = shutil.which(folder.absolute() / name if "/" in name else name, path=environment.get("PATH"))
        if program is None:
            fix = "write its whole path, and make it executable: chmod +x"
            raise Unusable("command", f"no program {name!r} that can be started", fix)
        handed_on = {key: environment[key] for key in HANDED_ON if key in environment}
        return Command(self, program, folder, tuple(handed_on.items()))


@dataclass(frozen=True, slots=True)
class Command:
    """One program."""

    config: CommandConfig
    program: str
    folder: Path
    environment: tuple[tuple[str, str], ...]

    @contextlib.asynccontextmanager
    async def connect(self) -> AsyncIterator[Send]:
        """Nothing is started before there is a message."""
        yield partial(_send, self)


async def _send(channel: Command, message: Message) -> Answer:
    config = channel.config
    try:
        transport, run = await asyncio.get_running_loop().subprocess_exec(
            _Run,
            channel.program,
            *config.command[1:],
            stderr=asyncio.subprocess.STDOUT,
            cwd=channel.folder,
            env=dict(channel.environment) | facts(message),
            start_new_session=True,
        )
    except OSError as error:
        return Answer(Verdict.LATER, said(error.strerror or "no reason given", f"{config.command[0]} did not start"))
    try:
        _give(transport, message.body())
        await asyncio.wait({run.exited}, timeout=config.timeout_seconds)
        if not run.exited.done():
            detail = f"not done within {config.timeout_seconds:g} s, and killed"
            return Answer(Verdict.LATER, said(bytes(run.output), detail))
        await asyncio.wait({run.silent}, timeout=LINGER_SECONDS)
        return answer_of(transport.get_returncode() or 0, bytes(run.output))
    finally:
        if not (run.exited.done() and run.silent.done()):  # else nobody is left, and the number may be another's
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(transport.get_pid(), signal.SIGKILL)
            await asyncio.wait({run.exited}, timeout=KILLED_SECONDS)
        transport.close()


class _Run(asyncio.SubprocessProtocol):
    """What is seen of one process."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.exited = loop.create_future()
        self.silent = loop.create_future()
        """Nobody can write any more: neither the program nor what it started."""
        self.output = bytearray()
        """Its beginning; the rest is dropped, so that it never waits for us."""

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        self.output += data[: MAX_OUTPUT_BYTES - len(self.output)]

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        if fd == 1 and not self.silent.done():
            self.silent.set_result(None)

    def process_exited(self) -> None:
        if not self.exited.done():
            self.exited.set_result(None)


def _give(transport: asyncio.SubprocessTransport, body: bytes) -> None:
    """Write the message to its standard input; a program need not read it."""
    given = cast(asyncio.WriteTransport, transport.get_pipe_transport(0))  # uvloop's has another base
    given.write(body)
    given.write_eof()


def answer_of(status: int, output: bytes) -> Answer:
    """What an exit status means.

    Args:
        status: as the process has it; negative: the signal that ended it.
        output: the beginning of what it wrote, for people.
    """
    if status == 0:
        return Answer(Verdict.TAKEN, "exit status 0")
    detail = said(output, f"exit status {status}" if status > 0 else f"ended by {signal.Signals(-status).name}")
    if status == NEVER_STATUS:
        return Answer(Verdict.NEVER, detail, is_the_channel=False)
    return Answer(Verdict.LATER, detail)


def facts(message: Message) -> dict[str, str]:
    """What a program is told in its environment: ids, words of ours and times, never what an article says."""
    told = {
        "TOCSIN_MESSAGE_ID": message.id,
        "TOCSIN_TYPE": message.event.ce_type,
        "TOCSIN_CHANNEL": message.channel,
        "TOCSIN_SEVERITY": message.severity,
        "TOCSIN_THREAD": message.thread,
        "TOCSIN_AT": message.at.isoformat().replace("+00:00", "Z"),
        "TRACEPARENT": message.trace,
        "TOCSIN_ESCALATED": "1" if message.escalated else "",
        "TOCSIN_TEST": "1" if message.is_test else "",
    }
    if isinstance(message.event, Alert):
        told |= {
            "TOCSIN_WATCH": message.event.watch.id,
            "TOCSIN_ALERT_ID": message.event.id,
            "TOCSIN_SEQUENCE": str(message.event.sequence),
            "TOCSIN_ACTION": message.event.action,
            "TOCSIN_REASON": message.event.reason.value,
        }
    return {name: value for name, value in told.items() if value}
