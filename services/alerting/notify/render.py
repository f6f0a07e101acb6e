"""An alert as people read it, on a terminal or as plain text.

    HIGH  Kabul desk: Tehreek-e-Taliban Pakistan, Kabul
    the title
      a sentence with the watched words highlighted
      what changed, what is remarkable (services/alerting/notify/words.py)
      about: Safe havens, Military cooperation
      Example News · en · 2026-11-24 05:04 UTC, 13 min after publication
      https://news.example/2026/11/agreement

Whatever an article holds stays text: rich never parses it as markup, and a control character (so an ANSI sequence, or
one that turns the direction of the rest of the line) becomes a visible or an empty sign of the same length.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from rich.text import Text

from schemas import Alert, Passage, Severity, TopicSummary
from services.alerting.notify.words import COLLECTIVE, item_line, notes, subject

SEVERITY_STYLES: Final[dict[Severity, str]] = {
    "low": "dim",
    "normal": "bold cyan",
    "high": "bold yellow",
    "critical": "bold white on red",
}
HIGHLIGHT: Final = "bold black on yellow"
MARKS: Final = ("«", "»")
"""Around the watched words where there are no colours."""

MOST_TOPICS: Final = 5
MOST_ITEMS: Final = 20
"""Shown of a collective alert; all that it keeps stand in the record."""

_NEUTRAL: Final[dict[int, int | str]] = {
    **{code: 0x2400 + code for code in range(0x20)},  # control pictures
    **dict.fromkeys(b"\t\n\r", " "),
    0x7F: 0x2421,
    **dict.fromkeys(range(0x80, 0xA0), 0xFFFD),
    **dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)], 0x200B),  # directions of embedded text
    0x2028: " ",
    0x2029: " ",
    **dict.fromkeys(range(0xD800, 0xE000), 0xFFFD),
}


def render(alert: Alert) -> Text:
    """The alert with styles, several lines without a line break at the end."""
    return _layout(alert, _highlighted)


def render_plain(alert: Alert) -> str:
    """The alert without styles; the watched words stand between marks."""
    return _layout(alert, _marked).plain


def neutral(text: str) -> str:
    """The text without a character that steers a terminal; every code point keeps its place."""
    return text.translate(_NEUTRAL)


def _layout(alert: Alert, show: Callable[[Passage], Text]) -> Text:
    watch = alert.watch
    head = Text.assemble(
        (f" {watch.severity.upper()} ", SEVERITY_STYLES[watch.severity]),
        f" {neutral(watch.name)}: {neutral(subject(alert))}",
    )
    body = _collective(alert) if alert.reason in COLLECTIVE else _single(alert, show)
    return Text("\n").join([head, *body])


def _single(alert: Alert, show: Callable[[Passage], Text]) -> list[Text]:
    """Title, sentences and origin of one article."""
    in_title = [show(passage) for passage in alert.passages if passage.field == "title"]
    article = alert.article
    title = in_title[0] if in_title else Text(neutral(article.title if article else "") or "(no title)")
    title.stylize_before("bold")
    below = [show(passage) for passage in alert.passages if passage.field == "text"]
    below += [Text(neutral(note), style="italic") for note in notes(alert)]
    if alert.topics:
        below.append(Text.assemble("about: ", (neutral(_strongest(alert.topics)), "green")))
    if article is not None:
        origin = filter(None, (article.source.name, article.language, _when(alert.rang_at, article.published_at)))
        below.append(Text(neutral(" · ".join(origin)), style="dim"))
        if article.url:
            below.append(Text(neutral(article.url), style="dim"))
    return [title, *_indented(below)]


def _collective(alert: Alert) -> list[Text]:
    """What a collective alert stands for."""
    lines = [Text(neutral(item_line(item))) for item in alert.items[:MOST_ITEMS]]
    hidden = alert.stands_for - len(lines)
    if hidden > 0 and lines:
        lines.append(Text(f"and {hidden} more"))
    lines += [Text(neutral(note), style="italic") for note in notes(alert)]
    lines.append(Text(f"{alert.rang_at:%Y-%m-%d %H:%M} UTC", style="dim"))
    return _indented(lines)


def _indented(lines: Sequence[Text]) -> list[Text]:
    return [Text("  ").append_text(line) for line in lines]


def _strongest(topics: Sequence[TopicSummary]) -> str:
    shown = [topic.name for topic in topics[:MOST_TOPICS]]
    hidden = len(topics) - len(shown)
    return ", ".join(shown) + (f" and {hidden} more" if hidden else "")


def _highlighted(passage: Passage) -> Text:
    text = Text(neutral(passage.sentence))
    for start, end in passage.highlights:
        text.stylize(HIGHLIGHT, start, end)
    return text


def _marked(passage: Passage) -> Text:
    shown, at = "", 0
    for start, end in passage.highlights:
        shown += passage.sentence[at:start] + MARKS[0] + passage.sentence[start:end] + MARKS[1]
        at = end
    return Text(neutral(shown + passage.sentence[at:]))


def _when(rang_at: datetime, published_at: datetime | None) -> str:
    moment = f"{rang_at:%Y-%m-%d %H:%M} UTC"
    if published_at is None:
        return moment
    age = rang_at - published_at
    if age < timedelta(minutes=1):
        return f"{moment}, just published"
    days, hours, minutes = age.days, age.seconds // 3600, age.seconds // 60
    shown = f"{days} days" if days > 1 else f"{days * 24 + hours} h" if days or hours else f"{minutes} min"
    return f"{moment}, {shown} after publication"
