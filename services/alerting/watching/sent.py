"""Follows the topic `watches`: what was sent last under each id. A record without a value removes the watch.

A record that is no definition, and one whose definition is no watch, go to dead letters, by the process that is asked
to see to it; the last good definition stays.
"""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from schemas import WatchDefinition
from services.alerting.watching.messages import Message
from services.backbone.clients import Writer
from services.backbone.dead_letters import set_aside
from services.backbone.errors import BrokenWatch, RecordError, UnreadableRecord
from services.backbone.follow import Follower
from services.backbone.process import Process
from services.backbone.record import ConsumedRecord, decode
from services.backbone.telemetry import logger
from services.backbone.topics import WATCHES

log = logger()


class SentWatches:
    """The definitions on the topic, by id; call it for those of now."""

    def __init__(self, process: Process, *, sets_aside: bool = False) -> None:
        """Nothing was sent before `catch_up`.

        Args:
            process: while it runs.
            sets_aside: `set_aside_broken` will be called: of all processes that follow the topic, by one.
        """
        self._process = process
        self._sets_aside = sets_aside
        self._follower = Follower(process, WATCHES, self._take)
        self._newest: dict[str, WatchDefinition] = {}
        self._shown: Mapping[str, WatchDefinition] = MappingProxyType({})
        self._fresh: dict[str, ConsumedRecord] = {}
        """The record of each definition that was not looked at yet."""
        self._unreadable: dict[str, tuple[ConsumedRecord, RecordError]] = {}

    def __call__(self) -> Mapping[str, WatchDefinition]:
        """All definitions as of now; it changes no more, so that another thread may read it."""
        return self._shown

    async def catch_up(self) -> None:
        """Read what is on the topic.

        Raises:
            TopicMismatch: the topic does not exist.
        """
        await self._follower.catch_up()
        self._show()

    async def follow(self, changed: Callable[[], Awaitable[None]]) -> None:
        """Take over what comes, until the process stops; `changed` is awaited each time."""

        async def told() -> None:
            self._show()
            await changed()

        await self._follower.follow(told)

    async def set_aside_broken(self, messages: Mapping[str, Message], writer: Writer) -> None:
        """Send to dead letters what came since the last time and is no watch.

        Args:
            messages: the definitions as they were read (`Book.messages`).
            writer: where dead letters go.
        """
        letters = [set_aside(record, error, self._process.stage) for record, error in self._unreadable.values()]
        self._unreadable.clear()
        for name, message in messages.items():
            if name in self._fresh and message.definition is self._newest.get(name):
                record = self._fresh.pop(name)
                if message.defects:
                    letters.append(set_aside(record, BrokenWatch(message.defects), self._process.stage))
        await writer.write(letters)

    def _show(self) -> None:
        self._shown = MappingProxyType(dict(self._newest))

    def _take(self, record: ConsumedRecord) -> None:
        key = (record.key or b"").decode("utf-8", "replace")
        self._unreadable.pop(key, None)
        self._fresh.pop(key, None)
        if record.value is None:
            self._newest.pop(key, None)
            return
        try:
            definition = decode(WATCHES, record)
            if definition.id != key:
                raise UnreadableRecord(f"its key is {key[:100]!r} and its id {definition.id!r}: they must be the same")
        except RecordError as error:
            log.error("watch.unreadable", key=key, offset=record.offset, error=str(error), fix=error.fix)
            if self._sets_aside:
                self._unreadable[key] = record, error
        else:
            self._newest[key] = definition
            if self._sets_aside:
                self._fresh[key] = record
