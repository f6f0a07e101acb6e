"""Which sources were blind, and so how much it means that a watch was silent.

Incidents come from the topic `sources.incidents`: one is raised and later resolved, under one id.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

from schemas import BlindSource, Coverage, SourceIncident
from schemas.remembered import WatchMemory

BLINDING: Final = frozenset(["silent", "failing", "unreadable", "blocked", "gone", "network"])
"""The kinds in which nothing of a source is read. Of `trickle`, `flood` and `moved` something is."""
NOT_READ: Final = "not-read"
"""The trouble of a source that is in the configuration no more; since it carried the watch last."""
KEPT: Final = timedelta(days=90)
"""How long an incident that is over is remembered: as long as its topic keeps it."""
MOST_SHOWN: Final = 50


class Incidents:
    """What makes or made sources blind, folded from their incidents in the order of the topic."""

    def __init__(self, incidents: Iterable[SourceIncident] = ()) -> None:
        self._by_source: dict[str | None, dict[str, tuple[SourceIncident, datetime | None]]] = {}
        for incident in incidents:
            self.fold(incident)

    def fold(self, incident: SourceIncident) -> None:
        """Take note of an incident that is raised, or over. A repeat changes nothing."""
        if incident.kind not in BLINDING:
            return
        of_source = self._by_source.setdefault(incident.source_id, {})
        known, over_at = of_source.get(incident.id, (incident, None))
        if incident.state == "resolved":
            over_at = incident.at
        of_source[incident.id] = (known, over_at)
        for id_ in [id_ for id_, (_, over) in of_source.items() if over is not None and over < incident.at - KEPT]:
            del of_source[id_]

    def blinding(self, source_id: str, since: datetime, until: datetime) -> SourceIncident | None:
        """What made this source blind in the period, the first; its own before one of all sources."""
        return next(self._between(source_id, since, until), None) or next(self._between(None, since, until), None)

    def _between(self, source_id: str | None, since: datetime, until: datetime) -> Iterator[SourceIncident]:
        for incident, over_at in self._by_source.get(source_id, {}).values():
            if incident.since < until and (over_at is None or over_at > since):
                yield incident


def coverage(
    watch: WatchMemory, incidents: Incidents, since: datetime, until: datetime, read: Collection[str] | None = None
) -> Coverage:
    """Of the sources that ever carried a watch: which were heard all through a period, and which were not.

    Args:
        watch: what is remembered of the watch.
        incidents: of all sources.
        since: where the period begins.
        until: where it ends.
        read: ids of the sources that are in the configuration; None where that is not known.
    """
    blind = []
    for id_, last_at in sorted(watch.sources.items()):
        found = incidents.blinding(id_, since, until)
        name = watch.names.get(id_, id_)
        if read is not None and id_ not in read:
            blind.append(BlindSource(source_id=id_, name=name, trouble=NOT_READ, since=last_at))
        elif found is not None:
            blind.append(BlindSource(source_id=id_, name=name, trouble=found.kind, since=found.since))
    return Coverage(
        since=since,
        until=until,
        carried=len(watch.sources),
        heard=len(watch.sources) - len(blind),
        blind=tuple(blind[:MOST_SHOWN]),
    )
