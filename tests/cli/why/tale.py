"""A watch, what was published, and what is said of one article's way: by what the engine really wrote."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from schemas import Alert, Article
from services.alerting.holding.silences import load_silences
from services.alerting.watching.book import read_book
from services.cli.why.deciding import Known, decided, ring_of
from services.cli.why.step import Step
from services.cli.why.telling import told
from tests.cli.past import TTP, Past, desk

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
STORY = (
    "Officials said on Tuesday that the TTP had claimed an attack on a police post near the border, in which three "
    "policemen were killed and five others were injured before the attackers fled towards the hills in the north."
)


class Tale:
    """A desk, what was published, and the steps of one article."""

    def __init__(self, folder: Path, watch: Mapping[str, Any] | None = None, **files: object) -> None:
        watches = [{**TTP, **(watch or {})}, *files.pop("others", [])]  # type: ignore[misc]
        self.folder = desk(folder / "config", *watches, **files)
        self.past = Past(self.folder)

    def decided(self, of: Article) -> Step:
        memory = self.past.memory
        found = memory.story_of("ttp", of.id)
        known = Known(memory.article("ttp", of.id), found[1] if found is not None else None, self.alerts)
        mention = next(each for each in reversed(self.past.mentions) if each.article.id == of.id)
        return decided(of.id, mention, known, [], is_read=True)

    def told(self, of: Article) -> Step:
        ring = ring_of(of.id, self.alerts)
        assert ring is not None
        memory, watch = self.past.memory, read_book(self.folder).watches["ttp"]
        silences = {silence.id: silence for silence in load_silences(self.folder).listed}
        queues = [queue for key in memory.queues() if (queue := memory.queue(*key)) is not None]
        found = memory.story_of("ttp", of.id)
        is_told = found is not None and found[1].told
        return told(ring, self.alerts, watch, silences, queues, self.past.written, is_told=is_told).step

    @property
    def alerts(self) -> list[Alert]:
        return [alert for alert in self.past.alerts if alert.watch.id == "ttp"]
