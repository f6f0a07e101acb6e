"""One poll of one source, without Kafka: fetch > read, the reading in a worker that may be killed.

A folder is read instead of fetched. A sitemap's index is followed to the sitemaps that it names.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import httpx

from schemas.state import SourceState
from services.backbone.telemetry import logger
from services.ingestion.fetching.ask import ask, host_of
from services.ingestion.fetching.fetch import Fetched, FetchFailed, NotModified
from services.ingestion.fetching.hosts import Hosts
from services.ingestion.polling.asked import Bounds, FeedAsks, bounds
from services.ingestion.polling.moved import address
from services.ingestion.read import Document, Reading, published, read_documents, read_files, without_secrets
from services.ingestion.reading.entry import Asked
from services.ingestion.sources import Source
from services.ingestion.workers import Workers

log = logger()


@dataclass(frozen=True, slots=True)
class Last:
    """What is kept in memory of the last reading that was published whole."""

    digest: bytes = b""
    """Of what was fetched: many hosts know no conditional requests, and send the same again and again."""
    asked: FeedAsks = field(default_factory=Asked)
    """What the feed asks for; an answer that it is unchanged does not say it again."""


NOTHING = Last()


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a poll that was answered."""

    asked: Bounds
    reading: Reading | None = None
    """None: it is what it was."""
    etag: str | None = None
    last_modified: str | None = None
    """Both None where the document was cut off."""
    last: Last = NOTHING
    moved_to: str | None = None
    url: str = ""
    """Where it was found."""
    links: tuple[tuple[str, str], ...] = ()
    wire_bytes: int = 0
    more: bool = False
    """There is more to read at once."""


@dataclass(frozen=True, slots=True)
class Poller:
    """Asks sources, and has their answers read."""

    client: httpx.AsyncClient
    workers: Workers
    hosts: Hosts

    async def poll(self, source: Source, state: SourceState | None, last: Last, now: datetime) -> Answer:
        """Poll a source once.

        Args:
            source: what to poll.
            state: what was reached with it; None reads it as one that was never read.
            last: of the reading before this one.
            now: the time.

        Raises:
            FetchFailed: the host gave no content.
            FeedUnreadable: what it gave is no feed.
            FolderUnreadable: there is no such folder.
            WorkerKilled: to read it would cost too much.
        """
        if source.kind == "folder":
            return await self._read_files(source, state, now)
        url = address(source.url, state)
        fetched = await self._fetch(source, url, state)
        if isinstance(fetched, NotModified):
            known = (state.etag, state.last_modified) if state is not None else (None, None)
            return Answer(_asked(fetched, last.asked, now), None, *known, last, fetched.moved_to, url)
        answer = Answer(
            _asked(fetched, last.asked, now), None, fetched.etag, fetched.last_modified, last,
            fetched.moved_to, fetched.url, fetched.links, fetched.wire_bytes,
        )  # fmt: skip
        digest = _digest([fetched])
        if digest == last.digest:
            return answer
        reading = await self.read([_document(fetched)], source, state, now)
        if reading.follow:
            answer = replace(
                answer, etag=None, last_modified=None
            )  # of the index; what it names may change all the same
            sitemaps, all_there = await self._follow(source, reading.follow)
            digest = _digest(sitemaps)
            if digest == last.digest:
                return answer
            documents = [_document(sitemap) for sitemap in sitemaps]
            reading = await self.read(documents, source, state, now, whole=all_there)
            reading = replace(reading, complete=reading.complete and all_there)
        if not reading.complete:
            return replace(answer, reading=reading, etag=None, last_modified=None, last=Last(asked=reading.asked))
        asked = _asked(fetched, reading.asked, now)
        return replace(answer, reading=reading, asked=asked, last=Last(digest, reading.asked))

    async def _follow(self, source: Source, addresses: Sequence[str]) -> tuple[list[Fetched], bool]:
        """The sitemaps of an index, one after the other, and whether all could be had; none is a failure."""
        answers: list[Fetched] = []
        failure: FetchFailed | None = None
        for found in addresses:
            try:
                answer = await self._fetch(source, found, None)
            except FetchFailed as error:
                failure = error
                log.info("sitemap.failed", source=source.id, url=found, message=str(error))
            else:
                answers += [answer] if isinstance(answer, Fetched) else []
        if not answers and failure is not None:
            raise failure
        return answers, failure is None

    async def _fetch(self, source: Source, url: str, state: SourceState | None) -> Fetched | NotModified:
        async with self.hosts.turn(host_of(url)):
            return await ask(self.client, self.hosts, source, url, state)

    async def read(
        self,
        documents: Sequence[Document],
        source: Source,
        state: SourceState | None,
        now: datetime,
        *,
        whole: bool = True,
    ) -> Reading:
        """Read the documents of a source.

        Args:
            documents: as for `read_documents`, as all the rest.
            source: whose they are.
            state: what was reached with it.
            now: the time.
            whole: they are all that there is.

        Raises:
            FeedUnreadable: one of them is not what the source is to be.
            WorkerKilled: to read it would cost too much.
        """
        return await self.workers.run(read_documents, documents, without_secrets(source), published(state), now, whole)

    async def _read_files(self, source: Source, state: SourceState | None, now: datetime) -> Answer:
        assert source.path is not None, "the model of a source sees to it"  # noqa: S101
        cursor = state.etag if state is not None else None
        found = await self.workers.run(read_files, source.path, cursor, without_secrets(source), published(state), now)
        if found is None:
            return Answer(Bounds())
        for refused in found.refused:
            log.warning("file.refused", source=source.id, message=refused)
        return Answer(Bounds(), found.reading, etag=found.cursor, more=found.more)


def _document(answer: Fetched) -> Document:
    return Document(answer.body, answer.url, answer.content_type, answer.content_location)


def _digest(answers: Sequence[Fetched]) -> bytes:
    digest = hashlib.blake2b(digest_size=16)
    for answer in answers:
        digest.update(answer.body)
    return digest.digest()


def _asked(answer: Fetched | NotModified, feed: FeedAsks, now: datetime) -> Bounds:
    return bounds(
        now, cache_control=answer.cache_control, expires=answer.expires, date=answer.date, age=answer.age, feed=feed
    )
