"""One watch held against stored articles by the engine that decides, with a clock that moves with the articles.

As in the services: match, then decide what is new, then whether people are told; and between two articles each minute
what is due. The memory is a fresh one, as if the watch had been in force from the first article on.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from schemas import Alert, TaggedArticle
from services.alerting.decide.judge import judge, judge_revised
from services.alerting.decide.memory import Memory
from services.alerting.holding.coverage import Incidents
from services.alerting.holding.due import due, reschedule
from services.alerting.holding.hold import hold
from services.alerting.holding.silences import Silences
from services.alerting.match.compiled import Watches
from services.alerting.match.meet import match_watches, revised
from services.alerting.watching.watch import Watch
from services.cli.watch.tally import Tally

TICK: Final = timedelta(minutes=1)
"""How often it is looked at what is due."""


class Trial:
    """A watch on trial."""

    def __init__(self, watch: Watch, watches: Watches, silences: Silences, incidents: Incidents, tally: Tally) -> None:
        """Begin with an empty memory.

        Args:
            watch: the watch.
            watches: it, and those that may hide it by an inhibition.
            silences: as they are now.
            incidents: of the sources, for the coverage of digests.
            tally: what came of it is counted there.
        """
        self.tally: Final = tally
        self._watch = watch
        self._watches = watches
        self._in_force: Mapping[str, Watch] = {watch.id: watch}
        self._silences = silences
        self._incidents = incidents
        self._memory = Memory()
        self._clock: datetime | None = None

    def take(self, tagged: TaggedArticle, at: datetime) -> bool:
        """Hold the watch against an article.

        Args:
            tagged: the article.
            at: when it was tagged. A time before that of the last article is taken for that.

        Returns:
            Whether it meets the watch.
        """
        now = self._until(at)
        self.tally.first_at = self.tally.first_at or now
        self.tally.articles += 1
        mentions = match_watches(tagged, self._watches, now)
        mine = [mention for mention in mentions if mention.watch.id == self._watch.id]
        change = revised(tagged, self._watches, mentions, now)
        verdicts = [(judge(mention, self._memory), mention) for mention in mine]
        for verdict, mention in verdicts:
            if verdict.alert is None:
                self.tally.silent[verdict.reason] += 1
            else:
                self.tally.note(hold(verdict.alert, mention, self._watch, self._silences, self._memory, now))
        for verdict in judge_revised(change, self._memory) if change is not None else ():
            if verdict.alert is not None:
                self.tally.note(hold(verdict.alert, None, self._watch, self._silences, self._memory, now))
        self._memory.dirty()  # what changed is kept small, as after a transaction
        self.tally.met += bool(mine)
        return bool(mine)

    def end(self, at: datetime) -> None:
        """Let the clock run to the end of the time that is tried."""
        self._until(at)

    def _until(self, at: datetime) -> datetime:
        """Move the clock, and tell what is due on the way."""
        if self._clock is None:
            self._clock = at
            reschedule(self._memory, self._in_force, self._silences, at)
        while at - self._clock > TICK:
            self._clock += TICK
            self._tick(self._clock)
        self._clock = max(at, self._clock)
        return self._clock

    def _tick(self, now: datetime) -> None:
        for alert in self._due(now):
            self.tally.note_due(alert, now)
        self._memory.forget(now)

    def _due(self, now: datetime) -> list[Alert]:
        return due(self._memory, self._in_force, self._silences, self._incidents, now)
