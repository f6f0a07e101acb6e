"""A message as people read it on a terminal, in colours or as plain text.

    HIGH  Kabul desk: Tehreek-e-Taliban Pakistan, Kabul
    the title
      a sentence with the watched words highlighted
      what changed, what is remarkable (services/alerting/notify/words.py)
      about: Safe havens, Military cooperation
      Example News · English · 2026-11-24 05:04 UTC, 13 min after publication
      https://news.example/2026/11/agreement

Whatever an article holds stays text: rich never parses it as markup, and a control character (so an ANSI sequence, or
one that turns the direction of the rest of the line) becomes a visible or an empty sign.
"""

from collections.abc import Callable, Iterator
from typing import Final

from rich.text import Text

from schemas import Alert, Severity
from services.alerting.notify.message import Message
from services.alerting.notify.view import view_of
from services.alerting.notify.view_names import Care, Covered, Item, Sentence, Trouble, View

SEVERITY_STYLES: Final[dict[Severity, str]] = {
    "low": "dim",
    "normal": "bold cyan",
    "high": "bold yellow",
    "critical": "bold white on red",
}
HIGHLIGHT: Final = "bold black on yellow"
_GRAVE: Final = "bold red"
MARKS: Final = ("«", "»")
"""Around the watched words where there are no colours."""

_Show = Callable[[Sentence], Text]


def render(told: Message | Alert) -> Text:
    """The message with styles, several lines without a line break at the end."""
    return _layout(told, _highlighted)


def render_plain(told: Message | Alert) -> str:
    """The message without styles; the watched words stand between marks."""
    return _layout(told, _marked).plain


def _layout(told: Message | Alert, show: _Show) -> Text:
    view = view_of(told if isinstance(told, Message) else Message.of(told, channel=""))
    body = _single(view, show) if view["kind"] == "alert" else _several(view, show)
    return Text("\n").join([*_banners(view), _head(view), *body])


def _banners(view: View) -> Iterator[Text]:
    if view["is_test"]:
        yield Text(f"This is a test of the channel {view['channel']}. Nothing has happened.", _GRAVE)
    if view["is_escalated"]:
        yield Text("Nobody has acknowledged this in time, so it comes here too.", _GRAVE)


def _head(view: View) -> Text:
    severity = view["severity"]
    about = ", ".join(filter(None, ("update" if view["is_update"] else "", view["about"])))
    return Text.assemble(
        (f" {severity.upper()} ", SEVERITY_STYLES[severity]), " " + ": ".join(filter(None, (view["watch"], about)))
    )


def _single(view: View, show: _Show) -> list[Text]:
    """Title, sentences and origin of one article."""
    title = show(view["title"]) if view["title"]["text"] else Text("(no title)")
    title.stylize_before("bold")
    below = [show(sentence) for sentence in view["sentences"]]
    below += [Text(line, style="italic") for line in _notes(view)]
    if view["topics"]:
        more = f" and {view['more_topics']} more" if view["more_topics"] else ""
        below.append(Text.assemble("about: ", (", ".join(view["topics"]) + more, "green")))
    origin = [view["outlet"], view["language"], ", ".join(filter(None, (view["at"], view["age"])))]
    below.append(Text(" · ".join(filter(None, origin)), style="dim"))
    below += [Text(view["url"], style="dim")] if view["url"] else []
    return [title, *_indented(below)]


def _several(view: View, show: _Show) -> list[Text]:
    """What a message stands for that is not of one article."""
    lines = [_item(item, show) for item in view["items"]]
    if view["more_items"]:
        lines.append(Text(f"and {view['more_items']} more"))
    lines += [Text(line, style="italic") for line in _notes(view)]
    lines.append(Text(view["at"], style="dim"))
    return _indented(lines)


def _item(item: Item, show: _Show) -> Text:
    watch = f"{item['severity'].upper()} {item['watch']}: " if item["watch"] else ""
    update = "update, " if item["is_update"] else ""
    outlets = f", {item['outlets']} outlets" if item["outlets"] > 1 else ""
    title = show(item["title"]) if item["title"]["text"] else Text("(no title)")
    return Text.assemble(watch, update, title, f" ({item['outlet']}{outlets}): {item['names']}")


def _notes(view: View) -> Iterator[str]:
    """What there is to say beside the article, a line each."""
    yield from filter(None, (view["note"], view["held"]))
    yield from view["changes"]
    yield from view["figures"]
    yield from filter(None, (view["outlets_text"],))
    yield from view["remarks"]
    if view["coverage"]:
        yield from _coverage(view["coverage"])
    if view["trouble"]:
        yield from _trouble(view["trouble"])
    if view["handling"]:
        yield from _handling(view["handling"])


def _coverage(coverage: Covered) -> Iterator[str]:
    yield f"{coverage['text']}, {coverage['since']} to {coverage['until']}"
    for blind in coverage["blind"]:
        yield f"not heard: {blind['name']} ({blind['trouble']} since {blind['since']})"
    if coverage["more"]:
        yield f"not heard: {coverage['more']} more"


def _trouble(trouble: Trouble) -> Iterator[str]:
    yield from filter(None, (trouble["reason"],))
    yield f"since {trouble['since']}" + (f", {trouble['waiting']} alerts wait for it" if trouble["waiting"] else "")
    if trouble["fix"]:
        yield f"fix: {trouble['fix']}"


def _handling(handling: Care) -> Iterator[str]:
    yield from filter(None, (handling["text"],))
    for note in handling["notes"]:
        yield f"{note['by']}, {note['at']}: {note['text']}"


def _indented(lines: list[Text]) -> list[Text]:
    return [Text("  ").append_text(line) for line in lines]


def _highlighted(sentence: Sentence) -> Text:
    return Text.assemble(*((part["text"], HIGHLIGHT if part["is_watched"] else "") for part in sentence["parts"]))


def _marked(sentence: Sentence) -> Text:
    opened, closed = MARKS
    parts = (f"{opened}{part['text']}{closed}" if part["is_watched"] else part["text"] for part in sentence["parts"])
    return Text("".join(parts))
