"""Each kind of bad input gets a clear error with its place and goes to dead letters; the rest goes on."""

import asyncio

from services.backbone.clients import Writer, new_producer, stop_client
from services.backbone.record import OutgoingRecord, decode
from services.backbone.topics import ARTICLES, ARTICLES_TAGGED, DEAD_LETTERS
from services.cli.run import LINE, Stage
from tests.vocabulary import Desk, Item, Site, read_records, rings


def produce(desk: Desk, topic: str, value: bytes | None) -> None:
    async def send() -> None:
        producer = new_producer(desk.settings.kafka)
        await producer.start()
        try:
            await Writer(producer).write([OutgoingRecord(topic, b"a-key", value, [])])
        finally:
            await stop_client(producer)

    asyncio.run(send())


def test_bad_feeds_bad_records_and_a_broken_edit_stop_nothing(desk: Desk, site: Site) -> None:
    site.pages["/html"] = b"<!doctype html><html><body>We have moved.</body></html>"
    site.publishes("good", [Item("one", "The TTP is named", "In the text as well: TTP."), Item("empty", "", "")])
    desk.watches(ttp={"any": [{"actor": "ttp"}]})
    desk.reads(f"{site.url}/html", f"{site.url}/good", f"{site.url}/not-there")

    with desk.running(*LINE):
        desk.eventually(lambda: len(rings(desk)) == 1, "the good article rings")
        assert desk.said(Stage.INGESTION, "an HTML page")
        assert desk.said(Stage.INGESTION, "404")

        produce(desk, ARTICLES.name, b"neither JSON nor an article")
        produce(desk, ARTICLES_TAGGED.name, b"[]")
        produce(desk, ARTICLES.name, b'"' + b"x" * 2_000_000 + b'"')
        produce(desk, ARTICLES_TAGGED.name, None)

        def letters() -> list[tuple[str, str]]:
            records = asyncio.run(read_records(desk.settings.kafka, DEAD_LETTERS.name))
            return [(letter.stage, letter.error) for letter in (decode(DEAD_LETTERS, record) for record in records)]

        desk.eventually(lambda: len(letters()) == 4, "four dead letters stand there")
        by_stage = sorted(letters())
        assert [stage for stage, _ in by_stage] == ["match", "match", "tagging", "tagging"]
        assert "empty: articles.tagged holds TaggedArticle" in by_stage[0][1] + by_stage[1][1]
        assert any("2000002 bytes long" in error for _, error in by_stage)
        assert any("not a Article: Invalid JSON" in error for _, error in by_stage)

        desk.writes("watches/test.yaml", "watches:\n  - id: ttp\n    anyy: [{actor: ttp}]\n")
        desk.eventually(
            lambda: desk.said(Stage.MATCH, "watches/test.yaml:3 watches[0].anyy"), "the broken edit is named"
        )
        site.publishes("good", [Item("two", "The TTP again", "Named once more.")])
        desk.eventually(lambda: len(rings(desk)) == 2, "the last good watches stay in force")

        desk.watches(ttp={"any": [{"actor": "ttp"}]}, harvest={"any": ["harvest festival"]})
        desk.eventually(
            lambda: desk.said(Stage.MATCH, "configuration.reloaded"), "the good edit is taken over", seconds=5
        )
        site.publishes("good", [Item("three", "The harvest festival begins", "With music.")])
        desk.eventually(lambda: len(rings(desk)) == 3, "the new watch rings without a restart")
