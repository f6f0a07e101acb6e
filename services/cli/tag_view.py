"""Tags on a terminal: the text with its words highlighted, and why each tag is there.

Whatever an article holds stays text (services/alerting/notify/render.py).
"""

from collections.abc import Iterable, Sequence
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from schemas import Tag, TaggedArticle
from services.alerting.notify.neutral import neutral
from services.tagging.explain import Explanation, Fallen, Weighed
from services.tagging.learned import FILED_FROM

STYLES: Final = {"state": "cyan", "armed-group": "red", "organisation": "blue", "person": "magenta", "place": "green"}
_OF_TOPICS: Final = "underline"
_MOST_WORDS: Final = 200
_MOST_PASSED_OVER: Final = 5


def show(console: Console, identifier: str, tagged: TaggedArticle) -> None:
    """Print an article with its tags."""
    _show_text(console, identifier, tagged, ())
    table = _table("what", "kind", "confidence", "the words it rests on")
    for found in (*tagged.actors, *tagged.topics):
        table.add_row(_plain(found.name), found.kind, f"{found.confidence:.2f}", _words(found))
    console.print(table)


def show_explained(console: Console, identifier: str, explained: Explanation) -> None:
    """Print an article with its tags and the reasons for them and for no others."""
    _show_text(console, identifier, explained.tagged, explained.tagged.topics)
    _show_actors(console, explained)
    _show_topics(console, explained.topics)
    _show_fallen(console, explained)


def _show_text(console: Console, identifier: str, tagged: TaggedArticle, underlined: Sequence[Tag]) -> None:
    title, text = _plain(tagged.article.title, "bold"), _plain(tagged.article.text)
    for tag in (*underlined, *tagged.actors):
        style = _OF_TOPICS if tag.kind == "topic" else f"bold {STYLES[tag.kind]}"
        for evidence in tag.evidence:
            (title if evidence.field == "title" else text).stylize(style, evidence.start, evidence.end)
    console.rule(_plain(identifier))
    console.print(Text("\n").join([part for part in (title, text) if part.plain.strip()]))


def _show_actors(console: Console, explained: Explanation) -> None:
    for tag in explained.tagged.actors:
        hits = explained.mentions[tag.id]
        names = dict.fromkeys(f"{hit.name.text} ({_doubt(hit.name.doubt)})" for hit in hits)
        flags = sorted({flag for evidence in tag.evidence for flag in evidence.flags})
        of_it = [f"{tag.kind}, confidence {tag.confidence:.2f}", f"{len(hits)} time{'s' if len(hits) > 1 else ''}"]
        if tag.salience is not None:
            of_it.insert(1, f"salience {tag.salience:.2f}")
        name = neutral(tag.name), f"bold {STYLES[tag.kind]}"
        console.print(Text.assemble("\n", name, f"  {', '.join((*of_it, *flags))}"))
        console.print(_plain(f"  {', '.join(names)}"[:_MOST_WORDS]))


def _doubt(doubt: float) -> str:
    return f"doubt {doubt:g}" if doubt else "sure"


def _show_topics(console: Console, topics: Sequence[Weighed]) -> None:
    filed = [topic for topic in topics if topic.scored.filed]
    others = [topic for topic in topics if not topic.scored.filed][:_MOST_PASSED_OVER]
    for topic in (*filed, *others):
        scored = topic.scored
        limit = f", filed from {FILED_FROM:g}" if scored.topic.learned is not None else ""
        head = f"score {scored.score:g} of {scored.topic.threshold:g}, confidence {scored.confidence:.2f}{limit}"
        style = "bold" if scored.filed else "dim"
        mark = "filed" if scored.filed else "not filed"
        console.print(Text.assemble("\n", (neutral(scored.topic.name), style), f"  {mark}: {head}"))
        for fired in sorted(topic.fired, key=lambda fired: -abs(fired.worth)):
            sentences = f"{fired.sentences} sentence{'s' if fired.sentences > 1 else ''}"
            words = neutral(", ".join(fired.words))[:_MOST_WORDS]
            console.print(Text(f"  {fired.worth:+g}  {fired.rule}  in {sentences}: {words}", style=style))
    if len(topics) > len(filed) + len(others):
        console.print(Text(f"\n{len(topics) - len(filed) - len(others)} more topics are still less sure", style="dim"))


def _show_fallen(console: Console, explained: Explanation) -> None:
    if explained.fallen:
        console.print(Text("\nFound, and no mention", style="bold"))
        for words, name, why, times in _together(explained.document.joined, explained.fallen):
            console.print(Text(neutral(f"  {words!r} as {name}: {why}" + (f" ({times} times)" if times > 1 else ""))))


def _together(text: str, fallen: Iterable[Fallen]) -> list[tuple[str, str, str, int]]:
    """What fell for the same reason, once, with how often."""
    times = dict[tuple[str, str, str], int]()
    for one in fallen:
        words = text[one.occurrence.start : one.occurrence.end]
        key = words, one.name.actor.name if one.name.actor else "", one.why
        times[key] = times.get(key, 0) + 1
    return [(*key, number) for key, number in times.items()]


def _words(found: Tag) -> Text:
    return _plain(", ".join(dict.fromkeys(evidence.words for evidence in found.evidence))[:_MOST_WORDS])


def _plain(text: str, style: str = "") -> Text:
    """The text as it is, its lines kept; every code point keeps its place."""
    return Text("\n".join(map(neutral, text.split("\n"))), style=style)


def _table(*columns: str) -> Table:
    return Table(*columns, box=None, pad_edge=False)
