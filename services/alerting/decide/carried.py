"""Which sources carried a watch, and what the watch was called then. Pure."""

from datetime import timedelta
from typing import Final

from schemas import Mention
from schemas.remembered import WatchMemory
from services.alerting.decide.memory import Memory

MOST_SOURCES: Final = 1_000
"""The ones that carried it last."""
AGAIN: Final = timedelta(hours=1)
"""When a source last carried a watch is known to this: it is not written with each mention."""


def remember(mention: Mention, memory: Memory) -> None:
    """Take note that the source of a mention carried its watch."""
    watch, source, now = mention.watch, mention.article.source, mention.met_at
    known = memory.watch(watch.id) or WatchMemory(began_at=now)
    changes: dict[str, object] = {}
    if known.summary != watch:
        changes["summary"] = watch
    if known.config_digest != mention.config_digest:
        changes["config_digest"] = mention.config_digest
    last = known.sources.get(source.id)
    if last is None or now - last >= AGAIN or known.names.get(source.id) != source.name:
        carried = {**known.sources, source.id: now}
        kept = sorted(carried, key=lambda one: (carried[one], one), reverse=True)[:MOST_SOURCES]
        names = {**known.names, source.id: source.name}
        changes["sources"] = {one: carried[one] for one in sorted(kept)}
        changes["names"] = {one: names[one] for one in sorted(kept) if one in names}
    if changes:
        memory.put_watch(watch.id, known.model_copy(update=changes), now)
