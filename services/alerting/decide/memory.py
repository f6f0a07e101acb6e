"""What `decide` remembers of the watches of one partition of the mentions: parts of `schemas.remembered`.

Parts are frozen: read one, make another with `model_copy`, put it back. Nothing here reads a clock; the same calls give
the same memory again. What was not used for 90 days is forgotten, a few things at a time; queues stay until they are
dropped.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from typing import Final, NamedTuple, TypeVar

from schemas.reason import Held
from schemas.remembered import ArticleMemory, EntityMemory, QueueMemory, StoryMemory, WatchMemory
from services.alerting.decide.alike import Alike
from services.alerting.decide.carriers import Carriers
from services.alerting.decide.store import Part, Row, Store

KEPT: Final = timedelta(days=90)
"""As long as the alerts themselves."""
STORY_WINDOW: Final = timedelta(hours=72)
"""A story that nothing joined for so long is over: a near-duplicate of later opens another."""

P = TypeVar("P", ArticleMemory, StoryMemory, EntityMemory, QueueMemory, WatchMemory)


class QueueKey(NamedTuple):
    """Which queue."""

    watch: str
    kind: Held
    group: str


class OpenStory(NamedTuple):
    """A story that a text may join."""

    id: str
    likeness: float
    """Of the text and the most similar one of the story, 0 to 1."""
    story: StoryMemory


class Memory:
    """All parts of the watches of one partition.

    `article`, `story`, `entity`, `queue`, `watch` give a part, or None where nothing is remembered. `put_*` takes
    `now`, the time of what is being decided (`mention.met_at`): the part is kept for 90 days from then.
    """

    def __init__(self) -> None:
        self._store = Store()
        self._alike = Alike()
        self._carriers = Carriers()
        self._due: dict[QueueKey, datetime] = {}
        self._soonest: list[tuple[datetime, QueueKey]] = []

    def __len__(self) -> int:
        return len(self._store)

    # What is remembered

    def article(self, watch: str, article_id: str) -> ArticleMemory | None:
        """An article that met the watch."""
        return self._get(_key(watch, "article", article_id), ArticleMemory)

    def story(self, watch: str, story: str) -> StoryMemory | None:
        """A story, by the id of its first article (`ArticleMemory.story`)."""
        return self._get(_key(watch, "story", story), StoryMemory)

    def story_of(self, watch: str, article_id: str) -> tuple[str, StoryMemory] | None:
        """The story that an article of the watch belongs to, with its id."""
        article = self.article(watch, article_id)
        story = None if article is None else self.story(watch, article.story)
        return None if article is None or story is None else (article.story, story)

    def entity(self, watch: str, label: str) -> EntityMemory | None:
        """Someone or something that the watch met, by its label: `actor/ttp`."""
        return self._get(_key(watch, "entity", label), EntityMemory)

    def watch(self, watch: str) -> WatchMemory | None:
        """The watch itself."""
        return self._get(_key(watch, "watch"), WatchMemory)

    def queue(self, watch: str, kind: Held, group: str = "") -> QueueMemory | None:
        """What is held of a watch for this reason, and by this group."""
        return self._get(_key(watch, "queue", kind.value, group), QueueMemory)

    def put_article(self, watch: str, article_id: str, article: ArticleMemory, now: datetime) -> None:
        """Remember an article."""
        self._put(_key(watch, "article", article_id), article, now + KEPT)
        self._carriers.add(article_id.encode(), watch.encode())

    def put_story(self, watch: str, story: str, memory: StoryMemory, now: datetime) -> None:
        """Remember a story; while it is open, its texts are looked up by likeness."""
        self._put(_key(watch, "story", story), memory, max(now, memory.last_at) + KEPT)
        self._alike.add(memory.sketches, watch, story, memory.last_at)

    def put_entities(self, watch: str, entities: Mapping[str, EntityMemory], now: datetime) -> None:
        """Remember these entities, by their labels."""
        for label, entity in entities.items():
            self._put(_key(watch, "entity", label), entity, max(now, entity.last_at) + KEPT)

    def put_watch(self, watch: str, memory: WatchMemory, now: datetime) -> None:
        """Remember the watch itself."""
        self._put(_key(watch, "watch"), memory, now + KEPT)

    def put_queue(self, watch: str, queue: QueueMemory) -> None:
        """Remember a queue under its own kind and group. It is never forgotten by time: drop it once it is told."""
        self._put(_key(watch, "queue", queue.kind.value, queue.group), queue, _NEVER)
        self._is_due(QueueKey(watch, queue.kind, queue.group), queue.due_at)

    def drop_queue(self, watch: str, kind: Held, group: str = "") -> None:
        """Forget a queue."""
        self._store.drop(_key(watch, "queue", kind.value, group))
        self._due.pop(QueueKey(watch, kind, group), None)

    # What is looked up otherwise

    def open_stories(self, watch: str, fingerprint: str, now: datetime) -> list[OpenStory]:
        """The watch's stories that are open at `now` and have a near-duplicate of this text, the most similar first.

        Args:
            watch: the watch's id.
            fingerprint: of the text, by `alike.fingerprint`.
            now: the time of what is being decided.
        """
        found: dict[str, OpenStory] = {}
        for near in self._alike.near(fingerprint, watch):
            story = self.story(watch, near.story)
            if story is not None and near.fingerprint in story.sketches and now - story.last_at <= STORY_WINDOW:
                found.setdefault(near.story, OpenStory(near.story, near.likeness, story))
        return list(found.values())

    def watches_of(self, article_id: str) -> list[str]:
        """Ids of the watches that remember this article, in order."""
        carriers = sorted(watch.decode() for watch in self._carriers.of(article_id.encode()))
        return [watch for watch in carriers if self.article(watch, article_id) is not None]

    def queues(self) -> list[QueueKey]:
        """Every queue, in order; a silence that changed looks for its own here."""
        return sorted(self._due)

    def queues_due(self, now: datetime) -> list[QueueKey]:
        """The queues whose time has come, the one that was due first in front. They stay until they are dropped."""
        due: dict[QueueKey, datetime] = {}
        while self._soonest and self._soonest[0][0] <= now:
            at, key = heappop(self._soonest)
            if self._due.get(key) == at:
                due[key] = at
        for key, at in due.items():
            heappush(self._soonest, (at, key))
        return list(due)

    # What becomes of it

    def begin(self) -> None:
        """Begin to decide on a record: `undo` goes back to here."""
        self._store.begin()

    def undo(self) -> None:
        """Take back all that was put and dropped since `begin`, because the record could not be decided after all."""
        for key in self._store.undo():
            watch, kind, *name = key.decode().split("/", 2)
            if kind == "queue" and self._store.get(key) is None:
                held, _, group = name[0].partition("/")
                self._due.pop(QueueKey(watch, Held(held), group), None)
            else:
                self._index(key)

    def dirty(self) -> list[tuple[bytes, bytes | None]]:
        """Key and value of what changed since the last call, each key once; None where it is forgotten: write them in
        the transaction of what was decided."""
        return self._store.changes()

    def unreadable(self) -> list[tuple[str, str]]:
        """State records that turned out not to be ours since the last call: their keys, and what is wrong with them.
        Nothing is remembered under these."""
        return self._store.unreadable()

    def has_old(self, now: datetime) -> bool:
        """Whether `forget` would find something."""
        return self._store.has_old(now)

    def forget(self, now: datetime) -> None:
        """Forget a part of what is older than its time; more at the next call. They stand in `dirty` as tombstones."""
        for key in self._store.expire(now):
            watch, kind, *name = key.split(b"/", 2)
            if kind == b"article":
                self._carriers.remove(name[0], watch)
        self._alike.expire(now - STORY_WINDOW)

    def restore(self, rows: Iterable[Row]) -> list[tuple[int, str]]:
        """Take state records in, the oldest first.

        Returns:
            Those that are not ours and are passed over: offset, and what is wrong. A record is decoded when it is used;
            what is wrong inside is told by `unreadable`.
        """
        strangers = self._store.restore(self._noted(rows))
        first_open = b""
        for day, keys in self._store.by_day():
            if day < first_open:
                break
            found = [key for key in keys if _is(_STORY, key)]
            if found and not first_open:
                first_open = _days_before(day, STORY_WINDOW + _DAY)
            for key in (*found, *(key for key in keys if _is(_QUEUE, key))):
                self._index(key)
        return strangers

    def _noted(self, rows: Iterable[Row]) -> Iterator[Row]:
        """The rows as they are, once it is noted which articles they are of."""
        for row in rows:
            key, value, _ = row
            if key is not None and value is not None:
                watch, _, name = key.partition(b"/")
                if name.startswith(_ARTICLE):
                    self._carriers.add(name[len(_ARTICLE) :], watch)
            yield row

    def _index(self, key: bytes) -> None:
        """Note where a story or a queue is to be found otherwise."""
        part = self._store.get(key)
        watch, _, *name = key.decode().split("/", 2)
        if isinstance(part, StoryMemory):
            self._alike.add(part.sketches, watch, name[0], part.last_at)
        elif isinstance(part, QueueMemory):
            self._is_due(QueueKey(watch, part.kind, part.group), part.due_at)

    def _is_due(self, key: QueueKey, at: datetime) -> None:
        if self._due.get(key) != at:
            self._due[key] = at
            heappush(self._soonest, (at, key))

    def _get(self, key: bytes, kind: type[P]) -> P | None:
        part = self._store.get(key)
        return part if isinstance(part, kind) else None

    def _put(self, key: bytes, part: Part, forget_at: datetime) -> None:
        self._store.put(key, part, forget_at)


_ARTICLE: Final = b"article/"
_STORY: Final = b"story/"
_QUEUE: Final = b"queue/"
_DAY: Final = timedelta(days=1)
"""Days are looked at as a whole."""
_NEVER: Final = datetime(9999, 1, 1, tzinfo=UTC)


def _key(*parts: str) -> bytes:
    return "/".join(parts).encode()


def _is(kind: bytes, key: bytes) -> bool:
    return key.startswith(kind, key.index(b"/") + 1)


def _days_before(day: bytes, by: timedelta) -> bytes:
    return (datetime.fromisoformat(day.decode()) - by).date().isoformat().encode()
