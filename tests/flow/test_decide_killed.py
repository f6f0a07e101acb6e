"""`match` and `decide`, two of each, killed in turn while articles flow: each alert and update comes once, in order.

What must come is what the pure engine makes of the same articles in one go.
"""

import asyncio
import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from confluent_kafka import Producer

from schemas import Article, Evidence, Source, Tag, TaggedArticle
from schemas.ids import article_id, revision
from services.alerting.decide.judge import judge
from services.alerting.decide.memory import Memory
from services.alerting.match.load import load_watches
from services.alerting.match.meet import match_watches
from services.backbone.keyed_state import partition_of
from services.backbone.record import decode, encode
from services.backbone.topics import ALERTS, ARTICLES_TAGGED, MENTIONS
from services.cli.run import Stage
from tests.backbone.on_kafka import committed
from tests.bench.kafka import end_of
from tests.faults.checks import Findings, findings
from tests.faults.killing import kill_while_it_flows
from tests.vocabulary import Desk, read_records

SEED = 20261124
ARTICLES = 600
KILLS = 3
REVISED_OF = 10
"""One article of so many is revised once: an update of its alerts."""
WATCHES = {name: {"any": [{"actor": name}]} for name in ("ttp", "iskp")}
"""Each article meets both, so it makes two mentions."""


def reports(count: int, begin: datetime) -> list[TaggedArticle]:
    """Articles that name both, each in words of its own; some are corrected right afterwards."""
    made = []
    for number in range(count):
        made.append(_report(number, f"Report {number}", begin))
        if number % REVISED_OF == 0:
            made.append(_report(number, f"Report {number}, corrected", begin + timedelta(seconds=30)))
    return made


def _report(number: int, title: str, seen_at: datetime) -> TaggedArticle:
    text, url = f"The TTP and ISKP are named by source {number}.", f"https://news.example/reports/{number}"
    article = Article(
        id=article_id(url),
        revision=revision(title, text),
        url=url,
        source=Source(id="reports", name="Reports"),
        title=title,
        text=text,
        language="en",
        published_at=seen_at,
        seen_at=seen_at,
    )
    actors = tuple(_named(name, words, text) for name, words in (("ttp", "TTP"), ("iskp", "ISKP")))
    return TaggedArticle(article=article, actors=actors, topics=(), pack_digest="0")


def _named(name: str, words: str, text: str) -> Tag:
    at = text.index(words)
    evidence = Evidence(field="text", start=at, end=at + len(words), words=words, fired=words)
    return Tag(id=name, name=words, kind="armed-group", confidence=1, salience=0.5, evidence=(evidence,))


def expected(desk: Desk, given: Sequence[TaggedArticle]) -> Mapping[str, list[str]]:
    """What the engine makes of them: alert and sequence, by watch and by the partition that the article came from.

    Articles of two partitions may overtake each other on their way to the watch's one.
    """
    watches, memory = load_watches(desk.settings.config), Memory()
    words: dict[str, list[str]] = defaultdict(list)
    for tagged in given:
        for mention in match_watches(tagged, watches, tagged.article.seen_at):
            if (alert := judge(mention, memory).alert) is not None:
                words[_line(mention.watch.id, tagged.article.id)].append(alert.event_id)
    return words


def seen(desk: Desk) -> list[tuple[str, str]]:
    """The alerts as a `read_committed` reader sees them."""
    alerts = [decode(ALERTS, one) for one in asyncio.run(read_records(desk.settings.kafka, ALERTS.name))]
    return [(_line(one.watch.id, one.article.id), one.event_id) for one in alerts if one.article is not None]


def _line(watch: str, article: str) -> str:
    return f"{watch}/{partition_of(article, ARTICLES_TAGGED.partitions)}"


def victims(desk: Desk) -> tuple[Desk, Iterator[tuple[Desk, Stage]]]:
    """A second instance, and whom to kill: decide and match, of one and of two, in turn and without end."""
    other = Desk(desk.settings.model_copy(update={"instance": "two"}), desk.environment)

    def turns() -> Iterator[tuple[Desk, Stage]]:
        while True:
            yield from ((one, stage) for one in (desk, other) for stage in (Stage.DECIDE, Stage.MATCH))

    return other, turns()


def killed_in_turn(
    desk: Desk, count: int, kills: int, seed: int, midway: Callable[[], object] = lambda: None, seconds: float = 120
) -> tuple[Findings, int]:
    """Kill and start anew, so often, while so many articles come; `midway` is called once.

    Returns:
        What is wrong with the alerts, and how many had to come.
    """
    desk.watches(**WATCHES)
    given = reports(count, datetime.now(UTC) - timedelta(hours=1))
    other, turns = victims(desk)
    producer = Producer(desk.settings.kafka.librdkafka() | {"partitioner": "murmur2_random"})

    def feed(some: Sequence[TaggedArticle]) -> None:
        for record in (encode(ARTICLES_TAGGED.name, one, "flow") for one in some):
            producer.produce(record.topic, record.value, record.key, headers=list(record.headers))
        assert producer.flush(60) == 0

    def kill() -> None:
        one, stage = next(turns)
        one.kills(stage)
        one.starts(stage)

    def moved() -> int:
        return asyncio.run(end_of(desk.settings.kafka, ALERTS.name))

    with desk.running(Stage.MATCH, Stage.DECIDE), other.running(Stage.MATCH, Stage.DECIDE):
        kill_while_it_flows(given, kills, random.Random(seed), feed=feed, moved=moved, kill=kill, midway=midway)
        desk.eventually(lambda: _is_through(desk), "everything is matched and decided", seconds)
        for one in (desk, other):
            one.stops(Stage.MATCH, Stage.DECIDE, seconds=20)
    words = expected(desk, given)
    return findings(words, seen(desk)), sum(map(len, words.values()))


def _is_through(desk: Desk) -> bool:
    return all(
        sum(asyncio.run(committed(desk.settings, stage.value, topic)).values())
        == asyncio.run(end_of(desk.settings.kafka, topic))
        for stage, topic in ((Stage.MATCH, ARTICLES_TAGGED.name), (Stage.DECIDE, MENTIONS.name))
    )


def test_killed_in_turn_they_lose_and_repeat_no_alert(desk: Desk) -> None:
    found, count = killed_in_turn(desk, ARTICLES, KILLS, SEED)
    assert count == (ARTICLES + ARTICLES // REVISED_OF) * len(WATCHES)
    assert found.good, str(found)
