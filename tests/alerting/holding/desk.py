"""A desk with one watch and a clock of its own: what is rung, updated, silenced, and what people are told of when."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from schemas import Alert, ArticleSummary, Match, Mention, Reason, Source, StorySource, TopicSummary
from schemas.ids import alert_id
from schemas.remembered import ArticleMemory, StoryMemory
from services.alerting.decide.memory import Memory
from services.alerting.holding.coverage import Incidents
from services.alerting.holding.due import due, reschedule
from services.alerting.holding.hold import hold
from services.alerting.holding.silence import Silence
from services.alerting.holding.silences import Silences
from services.alerting.watching.watch import Watch

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
"""A Tuesday."""
SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def watch(**written: Any) -> Watch:
    """A watch as a desk writes it."""
    return Watch.model_validate({"id": "kabul-desk", "any": [{"actor": "ttp"}], **written})


def silence(id_: str = "quiet", hours: float = 6, since: datetime = NOON, **match: Any) -> Silence:
    """A silence of so many hours; of the whole watch where nothing else is said."""
    return Silence.model_validate(
        {
            "id": id_,
            "match": match or {"watch": "kabul-desk"},
            "from": since.isoformat(),
            "until": (since + timedelta(hours=hours)).isoformat(),
            "by": "Sana",
            "why": "planned exercise",
        }
    )


class Desk:
    """What `decide` does with one watch, without the judging."""

    def __init__(self, at: datetime = NOON, silences: Iterable[Silence] = (), **written: Any) -> None:
        self.now = at
        self.watches: dict[str, Watch] = {}
        self.silences = Silences()
        self.incidents = Incidents()
        self.memory = Memory()
        self.held: dict[str, Alert] = {}
        self.told: list[Alert] = []
        self._state: dict[bytes, bytes] = {}
        self.reload(watch(**written), silences)

    def ring(
        self,
        story: str = "one",
        names: Iterable[str] = ("ttp",),
        new: Iterable[str] = (),
        mention: Mapping[str, Any] | None = None,
        **article: Any,
    ) -> Alert:
        """A story is opened, or names someone new. Told at once, or held: see what comes back."""
        known = self.memory.story("kabul-desk", story)
        rings = self._alert(story, names, article)
        labels = tuple(f"actor/{name}" for name in new)
        if labels:
            id_ = alert_id("kabul-desk", f"{story}/{labels}")
            rings = rings.model_copy(update={"id": id_, "new": labels, "reason": Reason.NEW_ENTITY})
        if known is None:
            self.memory.put_article("kabul-desk", story, ArticleMemory(story=story, readings={}), self.now)
            self.memory.put_story("kabul-desk", story, self._story(story, rings), self.now)
        return self._hold(rings, self._mention(rings, mention or {}))

    def update(self, story: str = "one", reason: Reason = Reason.FURTHER_SOURCE, **more: Any) -> Alert:
        """A story has changed."""
        known = self.memory.story("kabul-desk", story)
        assert known is not None
        known = known.model_copy(update={"sequence": known.sequence + 1})
        self.memory.put_story("kabul-desk", story, known, self.now)
        names = more.pop("names", ("ttp",))
        fields = {"action": "update", "reason": reason, "sequence": known.sequence}
        of_alert = {key: more.pop(key) for key in ("sources", "source_count") if key in more}
        return self._hold(self._alert(story, names, more).model_copy(update=fields | of_alert), None)

    def wait(self, span: timedelta) -> list[Alert]:
        """What people are told of by the clock in this time, at its end at the latest."""
        return self.until(self.now + span)

    def until(self, at: datetime, *, tick: timedelta | None = None) -> list[Alert]:
        """What people are told of until then."""
        told: list[Alert] = []
        while self.now < at:
            self.now = min(self.now + (tick or at - self.now), at)
            told += due(self.memory, self.watches, self.silences, self.incidents, self.now)
        self.told += told
        return told

    def reload(self, of: Watch | None, silences: Iterable[Silence] = ()) -> None:
        """Another configuration is in force."""
        self.watches = {of.id: of} if of is not None else {}
        self.silences = Silences(tuple(silences))
        reschedule(self.memory, self.watches, self.silences, self.now)

    def restart(self) -> None:
        """The process is killed and starts anew from its state."""
        for key, value in self.memory.dirty():
            if value is None:
                self._state.pop(key, None)
            else:
                self._state[key] = value
        self.memory = Memory()
        self.memory.restore((key, value, number) for number, (key, value) in enumerate(self._state.items()))
        reschedule(self.memory, self.watches, self.silences, self.now)

    def _hold(self, alert: Alert, mention: Mention | None) -> Alert:
        held = hold(alert, mention, self.watches.get("kabul-desk"), self.silences, self.memory, self.now)
        (self.told.append(held) if held.tells else self.held.update({held.id: held}))
        return held

    def _alert(self, story: str, names: Iterable[str], article: Mapping[str, Any]) -> Alert:
        id_ = alert_id("kabul-desk", story)
        in_force = self.watches.get("kabul-desk") or watch()
        source = Source(
            id=article.get("source", "example-news"), name="Example News", country=article.get("country", "AF")
        )
        return Alert(
            id=id_,
            thread=id_,
            reason=Reason.FIRST_MENTION,
            watch=in_force.summary(),
            article=ArticleSummary(
                id=story,
                revision="r1",
                url=f"https://news.example/{story}",
                title=article.get("title", f"Title {story}"),
                source=source,
                language=article.get("language", "en"),
                published_at=article.get("published_at", self.now),
                seen_at=article.get("seen_at", self.now),
                marks=article.get("marks", ()),
            ),
            matches=tuple(
                Match(id=name, name=name.upper(), kind="armed-group", confidence=1, evidence=()) for name in names
            ),
            topics=tuple(TopicSummary(id=id_, name=id_, confidence=1) for id_ in article.get("topics", ())),
            passages=(),
            sources=(self.outlet(source.id, story),),
            source_count=1,
            rang_at=self.now,
            config_digest="d1ge57",
        )

    def _mention(self, alert: Alert, more: Mapping[str, Any]) -> Mention:
        assert alert.article is not None
        return Mention(
            id="men-" + alert.id,
            watch=alert.watch,
            article=alert.article,
            matches=alert.matches,
            topics=alert.topics,
            passages=(),
            met_at=self.now,
            config_digest="d1ge57",
            **more,
        )

    def outlet(self, source: str, story: str, *, withdrawn: bool = False) -> StorySource:
        """An outlet that has a story."""
        return StorySource(
            source=Source(id=source, name=source),
            article_id=story,
            url="",
            title="",
            origin=f"source:{source}",
            seen_at=self.now,
            withdrawn=withdrawn,
        )

    def _story(self, story: str, rings: Alert) -> StoryMemory:
        labels = tuple(f"actor/{match.id}" for match in rings.matches)
        return StoryMemory(alert_id=rings.thread, opened_at=self.now, last_at=self.now, entities=labels)


def stories_in(alert: Alert) -> list[str]:
    """The stories that an alert tells of, by the ends of their addresses."""
    urls = [item.url for item in alert.items] or [alert.article.url if alert.article is not None else ""]
    return [url.rpartition("/")[2] for url in urls]
