"""What is known of the sources of one share: in memory all of it, on `ingestion.state` what is worth a record."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from schemas import Article
from schemas.state import SourceState, WebSubLease
from services.ingestion.identity.known import Known, first_reading, in_first_reading, pack, unpack
from services.ingestion.poll import NOTHING, Last
from services.ingestion.polling.incidents import close
from services.ingestion.polling.step import Step
from services.ingestion.polling.worth_writing import worth_writing
from services.ingestion.publish import Publisher
from services.ingestion.shares import Share


@dataclass(slots=True)
class Cost:
    """What a source takes."""

    seconds: float = 0.0
    """The last poll, from its beginning to its end."""
    wire_bytes: int = 0
    """All that was fetched of it in this turn."""


class Book:
    """The states of one share, for one turn of holding it."""

    def __init__(self, share: Share, publisher: Publisher, states: dict[str, SourceState]) -> None:
        self.states = states
        self._share = share
        self._publisher = publisher
        self._written = {source_id: _compared(state) for source_id, state in states.items()}
        self._last: dict[str, Last] = {}
        self._costs: dict[str, Cost] = {}

    def state(self, source_id: str) -> SourceState | None:
        """What was reached with this source; None where it was never polled."""
        return self.states.get(source_id)

    def last(self, source_id: str) -> Last:
        """What is known of its last reading."""
        return self._last.get(source_id, NOTHING)

    def keep_last(self, source_id: str, last: Last) -> None:
        """Know this of its last reading."""
        self._last[source_id] = last

    def forget_last(self, source_id: str) -> None:
        """Read it anew, even if it is what it was."""
        self._last.pop(source_id, None)

    def cost(self, source_id: str) -> Cost:
        """What it takes, to be added to."""
        return self._costs.setdefault(source_id, Cost())

    async def keep(self, result: Step) -> None:
        """Tell the incidents, then write the state where that is worth it.

        Raises:
            ShareLost: it was not ours any more.
        """
        state = result.state
        lease = self.lease(state.source_id)  # a hub may have answered while the source was polled
        if state.websub != lease:
            state = state.model_copy(update={"websub": lease})
        self._share.check()
        await self._publisher.incidents(result.incidents)
        self.states[state.source_id] = state
        if result.incidents or worth_writing(self._written.get(state.source_id), state):
            await self._write(state)

    async def close(self, read: Collection[str], now: datetime) -> None:
        """End the incidents of sources that are not among those that are read."""
        for state in [state for state in self.states.values() if state.incidents and state.source_id not in read]:
            closed, incidents = close(state.source_id, state.source_id, state, now)
            self._share.check()
            await self._publisher.incidents(incidents)
            self.states[state.source_id] = closed
            await self._write(closed)

    def lease(self, source_id: str) -> WebSubLease | None:
        """What is known of a source's hub."""
        state = self.states.get(source_id)
        return state.websub if state is not None else None

    async def keep_lease(self, source_id: str, lease: WebSubLease | None) -> None:
        """Remember this of a source's hub.

        Raises:
            ShareLost: it was not ours any more.
        """
        state = self.states.get(source_id)
        if state is not None:
            self.states[source_id] = state = state.model_copy(update={"websub": lease})
            await self._write(state)

    async def keep_withdrawn(self, source_id: str, article: Article) -> None:
        """Remember that an article was published as withdrawn; standing in the feed as it stood, it stays so.

        Raises:
            ShareLost: it was not ours any more.
        """
        state = self.states.get(source_id)
        if state is None:
            return
        rows = {row.id: row for row in unpack(state.known)}
        row = rows.get(article.id, Known(article.id, article.revision, article.revision))
        rows[article.id] = row._replace(revision=article.revision)
        known = in_first_reading(pack(rows.values()), first_reading(state.known))
        self.states[source_id] = state = state.model_copy(update={"known": known})
        await self._write(state)

    async def _write(self, state: SourceState) -> None:
        self._share.check()
        await self._publisher.state(state)
        self._written[state.source_id] = _compared(state)


def _compared(state: SourceState) -> SourceState:
    """As much of it as `worth_writing` looks at: the habits of thousands of sources, twice, are tens of megabytes."""
    return state.model_copy(update={"habit": None})
