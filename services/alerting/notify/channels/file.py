"""A file: each message is appended to it, as a line of JSON or as text (append.py says how)."""

import asyncio
import contextlib
import errno
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field

from services.alerting.notify.channels.answer import Answer, Verdict
from services.alerting.notify.channels.append import append
from services.alerting.notify.channels.channel import Send, TextChannelConfig, Unusable
from services.alerting.notify.channels.said import said
from services.alerting.notify.message import Message
from services.alerting.notify.texts import Texts, load_texts, rendered

TIMEOUT_SECONDS = 15.0
"""For one message: a disk behind a network may never answer."""
_FIXES: Final = {
    errno.ENOSPC: "make room on the disk",
    errno.EDQUOT: "make room within the quota",
    errno.EACCES: "let this user write there",
    errno.EROFS: "mount it for writing",
    errno.ENOENT: "make the folder",
}


class FileConfig(TextChannelConfig):
    """A file in `tocsin.yaml`."""

    type: Literal["file"]
    """Which kind of channel."""
    path: Path
    """The file; relative to the configuration folder. Its folder must be there."""
    format: Literal["json", "text"] = "json"
    """`json`: one line each, what a webhook gets. `text`: as people read it."""
    max_bytes: Annotated[int, Field(ge=1_000)] = 100_000_000
    """How long it may grow before it is renamed; a message that is longer by itself gets a file of its own."""
    keep: Annotated[int, Field(ge=1, le=1_000)] = 5
    """How many renamed files are kept."""
    fsync: bool = False
    """Whether a message counts as taken only once it is on the disk, not with the system alone."""
    concurrency: Annotated[int, Field(ge=1, le=64)] = 1
    """One file is written to by one at a time, so more gains nothing."""

    def channel(self, folder: Path, environment: Mapping[str, str]) -> "File":
        """The file with its place.

        Raises:
            Unusable: it has no folder, is no file, or a template is broken.
        """
        if "\0" in str(self.path):
            raise Unusable("path", "a path with a NUL in it, which no file can have", "remove it")
        path = (folder / self.path).absolute()
        if not path.parent.is_dir():
            raise Unusable("path", f"the folder {path.parent} is not there", "make it, or correct the path")
        if path.exists() and not path.is_file():
            raise Unusable("path", f"{path} is no file", "name a file, which is made when it is missing")
        return File(self, path, load_texts(self.templates, folder))


@dataclass(frozen=True, slots=True)
class File:
    """One file."""

    config: FileConfig
    path: Path
    texts: Texts

    @contextlib.asynccontextmanager
    async def connect(self) -> AsyncIterator[Send]:
        """A thread of its own: a disk that stands still must stop nothing else, nor the end of the process."""
        executor = ThreadPoolExecutor(1, thread_name_prefix=f"file-{self.config.id}")
        try:
            yield partial(self._send, executor)
        finally:
            executor.shutdown(wait=False, cancel_futures=True)

    async def _send(self, executor: ThreadPoolExecutor, message: Message) -> Answer:
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                await asyncio.get_running_loop().run_in_executor(executor, self._write, message)
        except TimeoutError:
            return Answer(Verdict.LATER, f"{self.path.name} took nothing for {TIMEOUT_SECONDS:g} s; is its disk there?")
        except OSError as error:
            reason = error.strerror or str(error)
            fix = _FIXES.get(error.errno or 0)
            return Answer(Verdict.LATER, said(f"{reason}; {fix}" if fix else reason, self.path.name))
        return Answer(Verdict.TAKEN, "written")

    def _write(self, message: Message) -> None:
        config = self.config
        if config.format == "json":
            data = message.body() + b"\n"
        else:
            data = rendered(message, self.texts).text.strip().encode() + b"\n\n"
        append(self.path, data, config.max_bytes, config.keep, fsync=config.fsync)
