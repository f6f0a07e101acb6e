"""One trace from the poll of a source to the webhook, in real processes, at a real collector. Off unless asked for."""

import pytest

from services.cli.run import LINE, Stage
from tests.otlp_collector import Collector, SeenSpan
from tests.vocabulary import Desk, Item, Site, rings

WAY = (
    ("tocsin-ingestion", "source poll", "internal"),
    ("tocsin-ingestion", "articles send", "producer"),
    ("tocsin-tagging", "articles process", "consumer"),
    ("tocsin-tagging", "articles.tagged send", "producer"),
    ("tocsin-match", "articles.tagged process", "consumer"),
    ("tocsin-match", "mentions send", "producer"),
    ("tocsin-decide", "mentions process", "consumer"),
    ("tocsin-decide", "alerts send", "producer"),
    ("tocsin-notify", "alerts process", "consumer"),
    ("tocsin-notify", "notifications send", "producer"),
    ("tocsin-notify", "notifications deliver", "consumer"),
    ("tocsin-notify", "POST", "client"),
)
"""From the root to the leaf: who, what, and what it is to the next."""


@pytest.fixture
def attack() -> Item:
    return Item("attack", "Attack claimed", "The TTP said that it attacked a post near the border.")


def tree(spans: list[SeenSpan]) -> tuple[list[SeenSpan], list[SeenSpan]]:
    """The roots of these spans, and those whose parent is not among them."""
    ids = {span.span_id for span in spans}
    roots = [span for span in spans if not span.parent_id]
    return roots, [span for span in spans if span.parent_id and span.parent_id not in ids]


def way_to(leaf: SeenSpan, spans: list[SeenSpan]) -> list[SeenSpan]:
    """The spans from the root to this one."""
    by_id = {span.span_id: span for span in spans}
    way = [leaf]
    while way[0].parent_id:
        way.insert(0, by_id[way[0].parent_id])
    return way


def test_the_way_of_an_article_is_one_tree_of_one_trace(desk: Desk, site: Site, attack: Item) -> None:
    desk.watches(ttp={"any": [{"actor": "ttp"}]})
    desk.reads(f"{site.url}/feed")
    site.publishes("feed", [attack])
    with Collector().open() as collector:
        desk.environment |= {
            "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
            "OTEL_EXPORTER_OTLP_HEADERS": "x-scope-orgid=desk%20one",
            "OTEL_BSP_SCHEDULE_DELAY": "200",
        }
        with desk.running(*LINE):
            desk.eventually(lambda: bool(site.received), "the webhook is called")
            desk.eventually(lambda: bool(collector.named("POST")), "its span has come")
            desk.eventually(lambda: bool(collector.named("source poll")), "the poll's span has come")
            assert set(desk.stops(*LINE).values()) == {0}

        ((_, headers, _),) = site.received
        (post,) = collector.named("POST")
        spans = collector.trace(post.trace_id)
        roots, orphans = tree(spans)
        assert headers["traceparent"] == f"00-{post.trace_id}-{post.span_id}-{headers['traceparent'][-2:]}"
        assert [span.name for span in roots] == ["source poll"]
        assert orphans == []
        assert tuple((span.service, span.name, span.kind) for span in way_to(post, spans)) == WAY
        assert not [span.name for span in spans if span.failed]
        assert {each["x-scope-orgid"] for each in collector.headers} == {"desk one"}

        by_name = {span.name: span for span in spans}
        ((_, article, alert),) = rings(desk)
        assert by_name["source poll"].attributes["tocsin.source.id"] == "source-0"
        assert by_name["GET"].parent_id == by_name["source poll"].span_id
        assert by_name["GET"].attributes["url.full"] == f"{site.url}/feed"
        process = by_name["articles process"].attributes
        assert process["messaging.system"] == "kafka"
        assert process["messaging.destination.name"] == "articles"
        assert process["messaging.consumer.group.name"] == desk.settings.group("tagging")
        assert (process["messaging.kafka.offset"], process["tocsin.article.id"]) == (0, article.id)
        assert by_name["alerts send"].attributes["tocsin.watch.id"] == "ttp"
        deliveries = {span.attributes["tocsin.channel.id"]: span for span in collector.named("notifications deliver")}
        assert set(deliveries) == {"hook", "screen"}
        assert deliveries["hook"].attributes["tocsin.alert.id"] == alert.id
        assert by_name["deliveries send"].trace_id == post.trace_id


def test_a_collector_that_is_away_neither_slows_nor_stops_the_line(desk: Desk, site: Site, attack: Item) -> None:
    desk.watches(ttp={"any": [{"actor": "ttp"}]})
    desk.reads(f"{site.url}/feed")
    site.publishes("feed", [attack])
    with Collector().open() as gone:
        endpoint = gone.url
    desk.environment |= {"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "OTEL_BSP_SCHEDULE_DELAY": "100"}
    with desk.running(*LINE):
        desk.eventually(lambda: bool(site.received), "the webhook is called")
        desk.eventually(lambda: desk.said(Stage.NOTIFY, "traces.lost"), "it is said that traces are lost")
        site.publishes("feed", [attack, Item("school", "A school opens", "The TTP let a school in Khost open again.")])
        desk.eventually(lambda: len(site.received) == 2, "the next one is told as quickly as ever", seconds=20)
        assert set(desk.stops(*LINE, seconds=10).values()) == {0}
    lost = [line for line in desk.log(Stage.INGESTION).read_text().splitlines() if '"traces.lost"' in line]
    assert len(lost) == 1, "once a minute"
    assert endpoint in lost[0]


def test_what_the_environment_asks_for_in_vain_ends_the_process_with_the_fix(desk: Desk) -> None:
    desk.environment |= {"OTEL_EXPORTER_OTLP_ENDPOINT": "collector:4318", "OTEL_TRACES_SAMPLER": "sometimes"}
    desk.starts(Stage.TAGGING)
    assert desk.processes[Stage.TAGGING].wait(20) == 1
    assert desk.said(Stage.TAGGING, "OTEL_EXPORTER_OTLP_ENDPOINT: not an address; write it like http://collector:4318")
    assert desk.said(Stage.TAGGING, "OTEL_TRACES_SAMPLER: write one of always_on")
