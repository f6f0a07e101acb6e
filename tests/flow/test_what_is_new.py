"""The life of one story, from feeds to a desk's webhook, on real processes and a real Kafka."""

import json
from datetime import UTC, datetime
from typing import Any

from schemas import Alert, Held, Reason
from services.cli.run import LINE
from tests.vocabulary import Desk, Item, Site, alerts

WATCH = {"name": "Armed groups", "any": [{"actor": "ttp"}, {"actor": "iskp"}]}
TITLE = "Blast in a market of the border district"
FIRST = (
    "A blast went off in a market of the border district on Monday morning, the police said. "
    "At least 12 people were killed. Rescue workers brought the wounded to two hospitals of the provincial capital. "
    "The TTP denied that it had a part in it. Shops in the district stayed closed for the rest of the day."
)
HIGHER = FIRST.replace("At least 12 people", "At least 15 people")
NAMED = HIGHER + " Daesh-Khorasan claimed the blast in a statement late in the evening."
GONE = NAMED.replace("The TTP denied that it had a part in it. ", "").replace(
    " Daesh-Khorasan claimed the blast in a statement late in the evening.", ""
)


def told(site: Site) -> list[Alert]:
    """What the desk's webhook received, in order."""
    return [Alert.model_validate(json.loads(body)["data"]) for _, _, body in list(site.received)]


def said(alert: Alert) -> tuple[str, Reason, int]:
    """What kind of record it is."""
    return alert.action, alert.reason, alert.source_count


def test_one_story_rings_once_grows_by_updates_and_tells_when_it_is_taken_back(desk: Desk, site: Site) -> None:
    desk.watches(groups=WATCH)
    desk.reads(f"{site.url}/one", f"{site.url}/two")
    site.publishes("one", [Item("blast", TITLE, FIRST)])
    site.publishes("two", [])

    with desk.running(*LINE):
        desk.eventually(lambda: len(told(site)) == 1, "the first article rings")
        site.publishes("two", [Item("copy", TITLE, FIRST)])
        desk.eventually(lambda: len(alerts(desk)) == 2, "the copy joins")
        site.publishes("one", [Item("blast", TITLE, HIGHER)])
        desk.eventually(lambda: len(told(site)) == 2, "another figure is told")
        site.publishes("one", [Item("blast", TITLE, NAMED)])
        desk.eventually(lambda: len(told(site)) == 3, "another name rings")
        site.publishes("one", [Item("blast", TITLE, GONE)])
        desk.eventually(lambda: len(told(site)) == 4, "the passage is gone")

        rang, higher, named, gone = told(site)
        copy = alerts(desk)[1]
        assert said(rang) == ("ring", Reason.FIRST_MENTION, 1)
        assert said(copy) == ("update", Reason.COPY, 2)
        assert (copy.id, copy.sequence, copy.origin_count) == (rang.id, 1, 1)
        assert said(higher) == ("update", Reason.FIGURE_CHANGED, 2)
        assert [(change.kind, change.before, change.after) for change in higher.figure_changes] == [("killed", 12, 15)]
        assert (said(named)[:2], named.new) == (("ring", Reason.NEW_ENTITY), ("actor/iskp",))
        assert said(gone)[:2] == ("update", Reason.WITHDRAWN)
        assert {alert.thread for alert in (rang, copy, higher, named, gone)} == {rang.id}
        assert {alert.id for alert in (rang, copy, higher, gone)} == {rang.id} != {named.id}
        assert len({headers["webhook-id"] for _, headers, _ in site.received}) == 4


def test_who_was_told_is_told_that_an_outlet_took_its_article_back(desk: Desk, site: Site) -> None:
    desk.watches(groups=WATCH)
    desk.reads(f"{site.url}/atom")
    atom = '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:at="http://purl.org/atompub/tombstones/1.0">{}</feed>'
    now = datetime.now(UTC).isoformat()
    entry = (
        f"<entry><id>tag:news.example,2026:blast</id><title>{TITLE}</title><published>{now}</published>"
        f"<content>{FIRST}</content></entry>"
    )
    site.pages["/atom"] = atom.format(entry).encode()

    with desk.running(*LINE):
        desk.eventually(lambda: len(told(site)) == 1, "it rings")
        tombstone = f'<at:deleted-entry ref="tag:news.example,2026:blast" when="{datetime.now(UTC).isoformat()}"/>'
        site.pages["/atom"] = atom.format(tombstone).encode()
        desk.eventually(lambda: len(told(site)) == 2, "that it was taken back is told")

        rang, gone = told(site)
        assert (gone.id, gone.sequence, gone.action, gone.reason) == (rang.id, 1, "update", Reason.WITHDRAWN)
        assert [source.withdrawn for source in gone.sources] == [True]
        assert gone.article is not None
        assert gone.article.title == TITLE, "people are told which one"


def test_what_is_there_when_a_source_is_new_is_on_the_topic_and_rings_for_nobody(desk: Desk, site: Site) -> None:
    desk.watches(groups=WATCH)
    desk.reads(f"{site.url}/one", ring_last="0s")
    old = Item("old", "Talks in the capital", "The TTP was named in the talks.")
    site.publishes("one", [old])

    with desk.running(*LINE):
        desk.eventually(lambda: len(alerts(desk)) == 1, "the first pass is on the topic")
        site.publishes("one", [Item("new", "A statement", "The TTP was named in a statement of the army."), old])
        desk.eventually(lambda: len(told(site)) == 1, "what comes next rings")

        quiet, loud = alerts(desk)
        assert (quiet.held, loud.held) == (Held.FIRST_PASS, None)
        assert [alert.id for alert in told(site)] == [loud.id]


def test_a_silence_holds_and_tells_at_its_end_what_it_held(desk: Desk, site: Site) -> None:
    desk.watches(groups=WATCH)
    desk.reads(f"{site.url}/one")
    site.publishes("one", [])
    silence: dict[str, Any] = {"id": "talks", "match": {"entity": "actor/ttp"}, "why": "talks are on", "by": "desk"}
    desk.writes(
        "silences/a.yaml", {"silences": [silence | {"from": "2026-11-01T00:00Z", "until": "2027-03-01T00:00Z"}]}
    )

    with desk.running(*LINE):
        site.publishes("one", [Item("a", "Talks go on", "The TTP was named."), Item("b", "More talks", "TTP again.")])
        desk.eventually(lambda: len(alerts(desk)) == 2, "both are on the topic")
        assert {(alert.held, alert.held_by) for alert in alerts(desk)} == {(Held.SILENCED, "talks")}
        desk.writes("silences/a.yaml", {"silences": []})
        desk.eventually(lambda: len(told(site)) == 1, "the end of the silence tells what it held")

        (summary,) = told(site)
        assert (summary.reason, summary.stands_for) == (Reason.SILENCE_OVER, 2)
        assert {item.title for item in summary.items} == {"Talks go on", "More talks"}
        assert json.loads(summary.write())["action"] == "ring"
