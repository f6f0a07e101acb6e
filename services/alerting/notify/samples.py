"""One message of every kind, in words of our own: to try templates and channels with."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final

from schemas import (
    Alert,
    AlertGroup,
    AlertItem,
    ArticleSummary,
    BlindSource,
    Burst,
    ChannelIncident,
    Coverage,
    Evidence,
    Figure,
    FigureChange,
    GroupItem,
    Handling,
    Held,
    Match,
    Note,
    Passage,
    Reason,
    Remark,
    Source,
    StorySource,
    TopicSummary,
    WatchSummary,
)
from services.alerting.handling.links import Links
from services.alerting.notify.message import Message
from services.backbone.canary import CANARY

AT: Final = datetime(2026, 11, 24, 5, 4, 12, tzinfo=UTC)
_CHANNEL: Final = "desk-mail"
_LINKS: Final = Links("https://tocsin.example/a/acknowledge", "https://tocsin.example/a/alert")
_WATCH: Final = WatchSummary(id="border-desk", name="Border desk", severity="high", owner="kabul")
_HOUR: Final = timedelta(hours=1)

_OUTLETS: Final = (
    Source(id="example-news", name="Example News", tier=1, country="GB"),
    Source(id="misal-akhbar", name="مثال اخبار", tier=2, country="PK"),
    Source(id="bilga-wraz", name="بېلګه ورځپاڼه", tier=2, country="AF"),
)
_ENGLISH: Final = (
    "en",
    "Two groups are named after talks in «Kabul»",
    ("Officials said that the «Tehreek-e-Taliban Pakistan» was named twice, and that 12 people were injured.",),
    "https://news.example/2026/11/talks",
)
_URDU: Final = (
    "ur",
    "کابل میں مذاکرات کے بعد «تحریک طالبان پاکستان» کا نام لیا گیا",
    (
        "حکام کے مطابق بات چیت میں «تحریک طالبان پاکستان» (TTP) کا ذکر دو بار آیا اور 12 افراد زخمی ہوئے۔",
        "«ٹی ٹی پی» نے بیان پر کوئی تبصرہ نہیں کیا۔",
    ),
    "https://akhbar.example/2026/11/24/مذاکرات",
)
_PASHTO: Final = (
    "ps",
    "په کابل کې له خبرو وروسته د «تحریک طالبان پاکستان» نوم واخیستل شو",
    ("چارواکو وویل چې په خبرو کې د «تحریک طالبان پاکستان» (TTP) یادونه دوه ځله وشوه.",),
    "https://wrazpana.example/24/khabare",
)
_Written = tuple[str, str, Sequence[str], str]
"""Language, title and sentences with the watched words between « », address."""


@cache
def samples() -> Mapping[str, Message]:
    """A message of every kind by its name."""
    ring, urdu, pashto = _alert(_ENGLISH), _alert(_URDU), _alert(_PASHTO)
    messages = {
        "ring": Message.of(ring, _CHANNEL, links=_LINKS),
        "ring in Urdu": Message.of(urdu, _CHANNEL, links=_LINKS),
        "ring in Pashto": Message.of(pashto, _CHANNEL),
        "ring that says little": Message.of(_bare(ring), _CHANNEL),
        "escalated": Message.of(ring, _CHANNEL, escalated=True, links=_LINKS),
        "escalated in Urdu": Message.of(urdu, _CHANNEL, escalated=True, links=_LINKS),
        "test": replace(Message.of(ring, _CHANNEL), is_test=True),
        "held": Message.of(ring.model_copy(update={"held": Held.SILENCED, "held_by": "talks"}), _CHANNEL),
        "group of a channel's hours": Message.of(_group("hours"), _CHANNEL),
        "group of a channel's ceiling": Message.of(_group("ceiling"), _CHANNEL),
        "digest": Message.of(_digest(stands_for=3), _CHANNEL, links=_LINKS),
        "empty digest": Message.of(_digest(stands_for=0), _CHANNEL),
        "channel is dead": Message.of(_incident(), _CHANNEL),
        "channel works again": Message.of(_incident(state="resolved", reason="", fix=""), _CHANNEL),
        "channel is disabled": Message.of(_incident(kind="disabled", reason="HTTP 410"), _CHANNEL),
        "canary is missing": Message.of(_incident(channel=CANARY, reason="latin: nothing arrived"), _CHANNEL),
    }
    for language, written in (("", _ENGLISH), (" in Urdu", _URDU)):
        for reason, update in _updates().items():
            alert = _alert(written).model_copy(update={"reason": reason, "remark": None, "action": "update", **update})
            messages[f"{reason.value}{language}"] = Message.of(alert, _CHANNEL, links=_LINKS)
    for reason in (Reason.GROUP, Reason.COOLDOWN_OVER, Reason.FLOOD, Reason.HOURS_BEGIN, Reason.SILENCE_OVER):
        note = "talks are under way (Zarmina)" if reason is Reason.SILENCE_OVER else ""
        collective = _digest(stands_for=40).model_copy(update={"reason": reason, "coverage": None, "note": note})
        messages[reason.value] = Message.of(collective, _CHANNEL)
    return messages


def _updates() -> dict[Reason, dict[str, object]]:
    changes = (FigureChange(kind="injured", before=8, after=12), FigureChange(kind="killed", before=None, after=3))
    note = Note(by="Zarmina", at=AT + _HOUR, text="ترجمان کو فون کر رہی ہوں")
    handling = Handling(acknowledged_by="Zarmina", acknowledged_at=AT + _HOUR, assigned_to="Farid", notes=(note,))
    return {
        Reason.NEW_STORY: {
            "action": "ring",
            "remark": Remark(quiet_days={"actor/ttp": 12}, first_together=(("actor/ttp", "actor/kabul"),)),
        },
        Reason.NEW_ENTITY: {"action": "ring", "new": ("actor/kabul",)},
        Reason.FURTHER_SOURCE: {"handling": handling},
        Reason.COPY: {},
        Reason.FIGURE_CHANGED: {"figure_changes": changes, "handling": handling},
        Reason.CORRECTED: {},
        Reason.WITHDRAWN: {"passages": ()},
    }


def _alert(written: _Written) -> Alert:
    language, title, sentences, url = written
    outlet = {"en": _OUTLETS[0], "ur": _OUTLETS[1], "ps": _OUTLETS[2]}[language]
    article = ArticleSummary(
        id=f"art-{language}",
        revision="r1",
        url=url,
        title=_unmarked(title)[0],
        source=outlet,
        language=language,
        published_at=AT - timedelta(minutes=13),
        seen_at=AT,
    )
    shown = [("title", title), *(("text", sentence) for sentence in sentences)]
    number = Evidence(field="text", start=0, end=2, words="12", fired="12")
    return Alert(
        id=f"alr-{language}",
        thread=f"alr-{language}",
        reason=Reason.FIRST_MENTION,
        watch=_WATCH,
        article=article,
        matches=(_match("ttp", "Tehreek-e-Taliban Pakistan", "armed-group"), _match("kabul", "Kabul", "place")),
        topics=(TopicSummary(id="talks", name="Peace talks", confidence=0.9),),
        passages=tuple(_passage(field, text) for field, text in shown),
        figures=(Figure(kind="injured", least=12, most=12, evidence=number),),
        sources=tuple(_story_source(*one) for one in zip(_OUTLETS, (_ENGLISH, _URDU, _PASHTO), strict=True)),
        source_count=3,
        origin_count=2,
        remark=Remark(
            first_ever=("actor/ttp",),
            bursts=(Burst(entity="actor/kabul", seen=9, expected=0.4, chance=0.00001),),
        ),
        rang_at=AT,
        config_digest="9c1b2f7a60de",
    )


def _bare(alert: Alert) -> Alert:
    """What is known at least of an article."""
    assert alert.article is not None  # noqa: S101 - it was given one
    article = alert.article.model_copy(update={"title": "", "url": "", "language": None, "published_at": None})
    empty: dict[str, Any] = dict.fromkeys(("passages", "topics", "sources", "figures"), ())
    return alert.model_copy(update={"article": article, "remark": None, "source_count": 1, **empty})


def _digest(stands_for: int) -> Alert:
    blind = (BlindSource(source_id="third-source", name="مثال اخبار", trouble="failing", since=AT - 9 * _HOUR),)
    coverage = Coverage(since=AT - 24 * _HOUR, until=AT, carried=14, heard=12, blind=blind)
    items = tuple(_item(number) for number in range(min(stands_for, 25)))
    empty: dict[str, Any] = dict.fromkeys(("matches", "topics", "passages"), ())
    return Alert(
        id=f"alr-digest-{stands_for}",
        reason=Reason.DIGEST,
        watch=_WATCH,
        article=None,
        items=items,
        stands_for=stands_for,
        coverage=coverage,
        rang_at=AT,
        config_digest="9c1b2f7a60de",
        **empty,
    )


def _group(reason: str) -> AlertGroup:
    severities = ("low", "normal", "high", "critical")
    items = tuple(
        GroupItem.model_validate(
            {
                "watch": "border-desk",
                "watch_name": "Border desk",
                "severity": severities[number % 4],
                "message_id": f"alr-{number}",
                "action": "update" if number == 2 else "ring",
                "item": _item(number),
            }
        )
        for number in range(5)
    )
    return AlertGroup.model_validate(
        {
            "id": f"grp-{reason}",
            "channel": _CHANNEL,
            "reason": reason,
            "severity": "critical",
            "items": items,
            "stands_for": 7,
            "since": AT - 8 * _HOUR,
            "at": AT,
        }
    )


def _incident(**changes: Any) -> ChannelIncident:
    raised = {"kind": "dead", "state": "raised", "reason": "HTTP 503: the service is away", "waiting": 37}
    fix = "see what the endpoint says: tocsin channel test desk-webhook"
    channel = {"id": "inc-6c75", "channel": "desk-webhook", "since": AT - _HOUR, "at": AT, "fix": fix}
    return ChannelIncident.model_validate({**channel, **raised, **changes})


def _item(number: int) -> AlertItem:
    place = number % 3
    language, title, _, url = (_ENGLISH, _URDU, _PASHTO)[place]
    return AlertItem(
        alert_id=f"alr-{number}",
        reason=(Reason.FIRST_MENTION, Reason.NEW_STORY, Reason.NEW_ENTITY)[place],
        title=_unmarked(title)[0],
        url=url,
        source=_OUTLETS[place],
        language=language,
        names=("Tehreek-e-Taliban Pakistan", "Kabul"),
        rang_at=AT - number * _HOUR,
        source_count=1 + number,
    )


def _story_source(outlet: Source, written: _Written) -> StorySource:
    language, title, _, url = written
    return StorySource(
        source=outlet,
        article_id=f"art-{language}",
        url=url,
        title=_unmarked(title)[0],
        language=language,
        origin=f"origin-{language}",
        seen_at=AT,
        withdrawn=language == "ps",
    )


def _match(name: str, shown: str, kind: str) -> Match:
    return Match.model_validate({"id": name, "name": shown, "kind": kind, "confidence": 1.0, "evidence": ()})


def _passage(field: str, marked: str) -> Passage:
    sentence, watched = _unmarked(marked)
    return Passage.model_validate({"field": field, "start": 0, "sentence": sentence, "highlights": watched})


def _unmarked(marked: str) -> tuple[str, list[tuple[int, int]]]:
    """The text without « », and where the words between them stand."""
    text, watched = "", []
    for number, part in enumerate(marked.replace("»", "«").split("«")):
        if number % 2:
            watched.append((len(text), len(text) + len(part)))
        text += part
    return text, watched
