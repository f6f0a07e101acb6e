"""A message as templates see it: plain values, whatever it is of (services/alerting/notify/view_names.py).

Everything foreign is neutral and short (services/alerting/notify/neutral.py), each list has at most `MOST` elements,
and an address is one that a browser opens as a page, or empty. Words are English (services/alerting/notify/words.py);
what was published stands as it was, with its language and direction.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final
from urllib.parse import quote, urlsplit

from schemas import (
    Alert,
    AlertGroup,
    AlertItem,
    ChannelIncident,
    Coverage,
    GroupItem,
    Handling,
    Passage,
    StorySource,
)
from services.alerting.notify import words
from services.alerting.notify.message import Message
from services.alerting.notify.neutral import cut, direction, neutral, shortened
from services.alerting.notify.view_names import (
    Blind,
    Care,
    Covered,
    Item,
    NoteLine,
    Outlet,
    Part,
    Sentence,
    Trouble,
    View,
)

MOST: Final = 100
"""Elements of any list."""
MOST_SENTENCE: Final = 700
"""Code points of a sentence or a title."""
_MOST_NAME, _MOST_LINE, _MOST_ADDRESS = 120, 400, 2_000
_MOST_TOPICS, _MOST_SENTENCES, _MOST_ITEMS, _MOST_OUTLETS, _MOST_BLIND = 5, 10, 20, 8, 5


def view_of(message: Message) -> View:
    """The message as plain values."""
    event = message.event
    view: View = {
        "kind": "group",
        "channel": message.channel,
        "is_test": message.is_test,
        "is_update": False,
        "is_withdrawn": False,
        "is_escalated": message.escalated,
        "severity": message.severity,
        "watch": "",
        "about": shortened(words.subject(event), _MOST_LINE),
        "reason": "",
        "why": "",
        "title": _sentence("", (), None),
        "sentences": [],
        "outlet": "",
        "language": "",
        "url": "",
        "at": words.minute(message.at),
        "age": "",
        "note": "",
        "held": "",
        "changes": [],
        "figures": [],
        "remarks": [],
        "topics": [],
        "more_topics": 0,
        "outlets_text": "",
        "outlets": [],
        "items": [],
        "stands_for": 1,
        "more_items": 0,
        "coverage": None,
        "trouble": None,
        "handling": None,
        "acknowledge_url": _address(message.links.acknowledge) if message.links else "",
        "alert_url": _address(message.links.alert) if message.links else "",
    }
    match event:
        case Alert():
            _tell_alert(view, event)
        case AlertGroup():
            items = [_group_item(item) for item in event.items[:_MOST_ITEMS]]
            view |= {"reason": event.reason, "items": items, "stands_for": event.stands_for}
            view["more_items"] = max(0, event.stands_for - len(items))
        case ChannelIncident():
            view |= {"kind": "channel", "reason": event.kind, "trouble": _trouble(event)}
    return view


def _tell_alert(view: View, alert: Alert) -> None:
    items = [_item(item) for item in alert.items[:_MOST_ITEMS]]
    view |= {
        "kind": "collective" if alert.reason in words.COLLECTIVE else "alert",
        "is_update": alert.action == "update",
        "is_withdrawn": alert.reason.value == "withdrawn",
        "watch": shortened(alert.watch.name, _MOST_NAME),
        "reason": alert.reason.value,
        "why": words.why(alert.reason),
        "note": shortened(alert.note, _MOST_LINE),
        "held": shortened(words.held(alert), _MOST_LINE),
        "changes": _lines(words.changes(alert)),
        "figures": _lines(_figures(alert)),
        "remarks": _lines(words.remarks(alert)),
        "topics": [shortened(topic.name, _MOST_NAME) for topic in alert.topics[:_MOST_TOPICS]],
        "more_topics": max(0, len(alert.topics) - _MOST_TOPICS),
        "outlets_text": words.outlets(alert.source_count, alert.origin_count),
        "outlets": [_outlet(source) for source in alert.sources[:_MOST_OUTLETS]],
        "items": items,
        "stands_for": alert.stands_for,
        "more_items": max(0, alert.stands_for - len(items)) if items else 0,
        "coverage": _covered(alert.coverage) if alert.coverage is not None else None,
        "handling": _care(alert.handling) if alert.handling is not None else None,
    }
    if alert.article is not None:
        article, language = alert.article, alert.article.language
        in_title = [passage for passage in alert.passages if passage.field == "title"]
        in_text = [passage for passage in alert.passages if passage.field == "text"]
        view |= {
            "title": _passage(in_title[0], language) if in_title else _sentence(article.title, (), language),
            "sentences": [_passage(passage, language) for passage in in_text[:_MOST_SENTENCES]],
            "outlet": shortened(article.source.name, _MOST_NAME),
            "language": _language(language),
            "url": _address(article.url),
            "age": words.age(alert.rang_at, article.published_at),
        }


def _figures(alert: Alert) -> Iterator[str]:
    if alert.figure_changes:
        return map(words.figure_change, alert.figure_changes)
    return map(words.figure, alert.figures)


def _passage(passage: Passage, language: str | None) -> Sentence:
    return _sentence(passage.sentence, passage.highlights, language)


def _sentence(text: str, watched: Sequence[tuple[int, int]], language: str | None) -> Sentence:
    """A sentence in parts. Of one that is too long, what stands around the first watched words."""
    begin, end = 0, len(text)
    if end > MOST_SENTENCE:
        first = watched[0] if watched else (0, 0)
        begin = cut(text, first[0] - MOST_SENTENCE // 3) if first[1] > MOST_SENTENCE else 0
        end = cut(text, begin + MOST_SENTENCE) if begin + MOST_SENTENCE < end else end
    parts, at = [Part(text="…", is_watched=False)] if begin else [], begin
    for start, stop in watched[: MOST // 2 - 1]:
        if at <= start < stop <= end:
            parts += [_part(text[at:start]), _part(text[start:stop], is_watched=True)]
            at = stop
    parts += [_part(text[at:end]), Part(text="…" if end < len(text) else "", is_watched=False)]
    parts = [part for part in parts if part["text"]]
    shown = "".join(part["text"] for part in parts)
    return Sentence(parts=parts, text=shown, dir=direction(shown, language), lang=_tag(language))


def _part(text: str, *, is_watched: bool = False) -> Part:
    return Part(text=neutral(text), is_watched=is_watched)


def _outlet(source: StorySource) -> Outlet:
    return Outlet(
        name=shortened(source.source.name, _MOST_NAME),
        title=_sentence(source.title, (), source.language),
        language=_language(source.language),
        url=_address(source.url),
        is_withdrawn=source.withdrawn,
    )


def _item(item: AlertItem) -> Item:
    return Item(
        watch="",
        severity="",
        is_update=False,
        title=_sentence(item.title, (), item.language),
        outlet=shortened(item.source.name, _MOST_NAME),
        language=_language(item.language),
        url=_address(item.url),
        names=shortened(", ".join(item.names), _MOST_LINE),
        why=words.why(item.reason),
        at=words.minute(item.rang_at),
        outlets=item.source_count,
    )


def _group_item(told: GroupItem) -> Item:
    return Item(
        {
            **_item(told.item),
            "watch": shortened(told.watch_name, _MOST_NAME),
            "severity": told.severity,
            "is_update": told.action == "update",
        }
    )


def _covered(coverage: Coverage) -> Covered:
    blind = [
        Blind(name=shortened(one.name, _MOST_NAME), trouble=one.trouble, since=words.minute(one.since))
        for one in coverage.blind[:_MOST_BLIND]
    ]
    return Covered(
        text=words.heard(coverage),
        heard=coverage.heard,
        carried=coverage.carried,
        since=words.minute(coverage.since),
        until=words.minute(coverage.until),
        blind=blind,
        more=max(0, coverage.carried - coverage.heard - len(blind)),
    )


def _trouble(incident: ChannelIncident) -> Trouble:
    return Trouble(
        channel=incident.channel,
        is_over=incident.state == "resolved",
        since=words.minute(incident.since),
        reason=shortened(incident.reason, _MOST_LINE),
        fix=shortened(incident.fix, _MOST_LINE),
        waiting=incident.waiting,
    )


def _care(handling: Handling) -> Care:
    return Care(
        text=shortened(words.cares(handling), _MOST_LINE),
        acknowledged_by=shortened(handling.acknowledged_by or "", _MOST_NAME),
        assigned_to=shortened(handling.assigned_to or "", _MOST_NAME),
        notes=[
            NoteLine(
                by=shortened(note.by, _MOST_NAME),
                at=words.minute(note.at),
                text=shortened(note.text, MOST_SENTENCE),
            )
            for note in handling.notes
        ],
    )


def _lines(lines: Iterator[str]) -> list[str]:
    return [shortened(line, _MOST_LINE) for _, line in zip(range(MOST), lines, strict=False)]


def _language(tag: str | None) -> str:
    return shortened(words.language_name(tag[:50]), _MOST_NAME) if tag else ""


def _tag(language: str | None) -> str:
    return language if language and re.fullmatch("[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,5}", language) else ""


def _address(url: str) -> str:
    """The address with everything quoted that could end it in HTML, Markdown or a line of text; empty if no page."""
    try:
        parts = urlsplit(url) if len(url) <= _MOST_ADDRESS else urlsplit("")
        is_page = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return ""
    return quote(url, safe="/:?#@!$&+,;=%~", errors="replace") if is_page else ""
