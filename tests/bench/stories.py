"""How many alerts a story gives: near-duplicates of real articles, and real coverage of one event by its outlets."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random
from typing import Final

from schemas import ArticleSummary, Match, Mention, Source, WatchSummary
from schemas.ids import article_id, mention_id, revision
from services.alerting.decide.judge import judge
from services.alerting.decide.memory import STORY_WINDOW, Memory
from services.matching.sketch import sketch
from tests.bench.corpus import Sample, samples
from tests.bench.report import Cell, Table
from tests.bench.rewritten import Rewriter

_WATCH: Final = WatchSummary(id="everything", name="Everything")
_NAMED: Final = Match(id="anyone", name="Anyone", kind="person", confidence=1, evidence=())
_NOW: Final = datetime(2026, 11, 24, 12, tzinfo=UTC)
_ORDERS: Final = 3

EVENTS: Final[Mapping[str, tuple[str, ...]]] = {
    "attack on a consulate, 2016": ("en-5w1h-058", "en-5w1h-020", "en-5w1h-060"),
    "tram accident, 2016": ("en-5w1h-051", "en-5w1h-038", "en-5w1h-012"),
    "truck attack, 2016": ("en-5w1h-029", "en-5w1h-031"),
    "plane crash, 2017": ("en-5w1h-021", "en-5w1h-027"),
    "ship hits a bridge, 2017": ("en-5w1h-048", "en-5w1h-019"),
    "indictment, 2018": ("en-5w1h-026", "en-5w1h-017"),
    "fireworks at a beach, 2018": ("en-5w1h-045", "en-5w1h-044"),
    "protests after a verdict, 2018": (
        "ru-slavicner-001",
        "ru-slavicner-002",
        "ru-slavicner-006",
        "ru-slavicner-007",
        "ru-slavicner-009",
        "ru-slavicner-012",
    ),
    "release from prison, 2018": ("ru-slavicner-003", "ru-slavicner-005", "ru-slavicner-008"),
}
"""Articles that tell of one event, as read by us; each outlet in words of its own, or of its agency."""


@dataclass(frozen=True, slots=True)
class Print:
    """One outlet's article."""

    story: str
    """What it is a print of: the id of the article as it came."""
    outlet: str
    title: str
    text: str


def stories() -> list[Table]:
    """The tables; none where the articles are not there."""
    given = samples()
    if not given:
        return []
    by_id = {one.id: one for one in given}
    originals = [Print(one.id, one.outlet, one.title, one.text) for one in given]
    copies = {
        kind: [Print(one.id, f"{one.outlet} copied", one.title, rewrite(one)) for one in given]
        for kind, rewrite in Rewriter(given).kinds.items()
    }
    every = [*originals, *(copy for kind in copies.values() for copy in kind)]
    columns = (
        "what",
        "articles",
        "stories",
        "one alert each",
        "rings",
        "rings a story",
        "wrong splits",
        "wrong merges",
        "never rang",
    )
    rows = [_row(kind, [*originals, *of_kind]) for kind, of_kind in copies.items()]
    rows.append(_row("all of these", every))
    rows.append(
        _row(f"all, {_ORDERS} random orders", *(Random(seed).sample(every, len(every)) for seed in range(_ORDERS)))
    )
    return [
        Table(
            "stories",
            f"Alerts a story: {len(given)} real articles and a rewriting of each, all met by one watch",
            columns,
            rows,
            """A split is an article that opened a story though another print of its own had; a merge is one that joined
            another's. What is left of a text by less than half is not known as its print. In random orders a part may
            come first, two parts that have nothing in common are two stories, and a short article that stands in the
            padding of another is a part of that: then it never rings.""",
        ),
        Table(
            "stories_of_an_event",
            "Alerts an event: real coverage by several outlets, each article also copied in all of these ways",
            (
                "event",
                "articles",
                "in their own words",
                "one alert each",
                "rings",
                "rings an event's text",
                "wrong splits",
                "wrong merges",
                "never rang",
            ),
            [_row(event, _coverage(ids, by_id, copies)) for event, ids in EVENTS.items()],
            """Outlets that write in words of their own are further stories on the same entity, and ring: what they add
            is not known to be nothing. A desk that wants one alert an event groups by entity.""",
        ),
    ]


def _coverage(ids: Iterable[str], by_id: Mapping[str, Sample], copies: Mapping[str, Sequence[Print]]) -> list[Print]:
    chosen = [by_id[one] for one in ids if one in by_id]
    originals = [Print(one.id, one.outlet + one.id, one.title, one.text) for one in chosen]
    wanted = {one.id for one in chosen}
    return [*originals, *(copy for kind in copies.values() for copy in kind if copy.story in wanted)]


def _row(what: str, *orders: Sequence[Print]) -> tuple[Cell, ...]:
    """The means over the orders."""
    counts = [_counts(order) for order in orders]
    rings, splits, merges, silent = (sum(each) / len(counts) for each in zip(*counts, strict=True))
    articles, in_all = len(orders[0]), len({one.story for one in orders[0]})
    return what, articles, in_all, articles, rings, rings / in_all, splits, merges, silent


def _counts(prints: Sequence[Print]) -> tuple[int, int, int, int]:
    """Rings, wrong splits, wrong merges, and stories of which no print rang."""
    memory, opened = Memory(), dict[str, str]()
    rings = splits = merges = 0
    step = STORY_WINDOW / (len(prints) + 1)
    for number, one in enumerate(prints):
        mention = _mention(one, number, number * step)
        verdict = judge(mention, memory)
        found = memory.story_of(_WATCH.id, mention.article.id)
        assert found is not None
        is_opened = verdict.alert is not None and verdict.alert.action == "ring"
        rings += is_opened
        splits += is_opened and one.story in opened.values()
        merges += not is_opened and opened[found[0]] != one.story
        if is_opened:
            opened[found[0]] = one.story
    return rings, splits, merges, len({one.story for one in prints} - set(opened.values()))


@cache
def _sketch(text: str) -> str | None:
    return sketch(text)


def _mention(one: Print, number: int, after: timedelta) -> Mention:
    address = f"https://{number}.example/"
    article = ArticleSummary(
        id=article_id(address),
        revision=revision(one.title, one.text),
        url=address,
        title=one.title,
        source=Source(id=f"source-{number}", name=one.outlet),
        seen_at=_NOW + after,
        sketch=_sketch(one.text),
    )
    return Mention(
        id=mention_id(_WATCH.id, article.id, article.revision, ["actor/anyone"]),
        watch=_WATCH,
        article=article,
        matches=(_NAMED,),
        topics=(),
        passages=(),
        met_at=_NOW + after,
        config_digest="bench",
    )
