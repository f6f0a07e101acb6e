"""A pack that learns a name while everything runs, and the stored articles tagged once more."""

import asyncio
from collections import Counter

from schemas import TaggedArticle
from services.backbone.record import decode
from services.backbone.topics import ARTICLES_TAGGED
from services.cli.run import Stage
from tests.cli.command import run
from tests.vocabulary import Desk, Item, Site, read_records, rings

STAGES = (Stage.INGESTION, Stage.TAGGING, Stage.MATCH, Stage.DECIDE)
FRONT = {"id": "front", "name": "Example Front", "kind": "armed-group"}
BRIGADE = {"id": "brigade", "name": "Brigade of the Samples", "kind": "armed-group"}
KNOWN = {"actors": [FRONT, BRIGADE]}
LEARNED = {"actors": [FRONT, {**BRIGADE, "aliases": {"en": ["Sample Brigade"]}}]}


def tagged(desk: Desk) -> list[TaggedArticle]:
    records = asyncio.run(read_records(desk.settings.kafka, ARTICLES_TAGGED.name))
    return [decode(ARTICLES_TAGGED, record) for record in records]


def retag(desk: Desk) -> str:
    kafka = desk.settings.kafka.bootstrap_servers
    done = run("retag", "--since", "1h", "--config", desk.settings.config, TOCSIN_KAFKA_BOOTSTRAP_SERVERS=kafka)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_learned_name_is_found_in_new_articles_within_seconds_and_in_stored_ones_by_retag(
    desk: Desk, site: Site
) -> None:
    (desk.settings.config / "pack" / "extra").mkdir()
    desk.writes("pack/extra/known.yaml", KNOWN)
    desk.watches(front={"any": [{"actor": "front"}]}, brigade={"any": [{"actor": "brigade"}]})
    desk.reads(f"{site.url}/feed")
    old = Item("old", "Two groups", "The Example Front met the Sample Brigade.")
    site.publishes("feed", [old])
    with desk.running(*STAGES):
        desk.eventually(lambda: len(rings(desk)) == 1, "the known name rings")

        desk.writes("pack/extra/known.yaml", LEARNED)
        desk.eventually(lambda: desk.said(Stage.TAGGING, "configuration.reloaded"), "the pack is swapped in", seconds=8)
        site.publishes("feed", [old, Item("new", "One group", "The Sample Brigade alone.")])
        desk.eventually(lambda: len(rings(desk)) == 2, "the learned name rings for a new article")

        before = tagged(desk)
        assert "tagged 2 articles with pack" in retag(desk)
        desk.eventually(lambda: len(rings(desk)) == 3, "the learned name rings for the stored article")
        assert "tagged 2 articles with pack" in retag(desk)
        again = tagged(desk)[len(before) :]
        desk.eventually(lambda: len(tagged(desk)) == len(before) + 4, "both runs are written")
        assert set(desk.stops(*STAGES).values()) == {0}

    of_the_stage = {article.event_id for article in before if article.pack_digest == again[0].pack_digest}
    assert of_the_stage < {article.event_id for article in again}, "the stage's own ids"
    assert Counter((ring.watch, ring.article.title) for ring in rings(desk)) == {
        ("front", "Two groups"): 1,
        ("brigade", "One group"): 1,
        ("brigade", "Two groups"): 1,
    }
