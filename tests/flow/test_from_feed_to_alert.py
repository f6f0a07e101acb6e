"""The main job on real Kafka: the seed article, in a feed, ends as one alert; everything again gives no second one."""

from collections import Counter

import pytest
from standardwebhooks import Webhook

from schemas import Reason
from services.cli.run import LINE, Stage
from tests.broker.conftest import unavailable
from tests.conftest import SHARED
from tests.vocabulary import Desk, Item, Site, alerts, rings

SEED = SHARED / "seed.txt"


@pytest.fixture
def seed() -> Item:
    if not SEED.exists():
        unavailable(f"the seed article is no part of the project, and {SEED} is not there")
    return Item("seed", "The Russia-Taliban agreement leaves the main question open", SEED.read_text(encoding="utf-8"))


def test_the_seed_article_rings_once_for_a_watch_on_the_ttp(desk: Desk, site: Site, seed: Item) -> None:
    desk.watches(ttp={"name": "TTP", "any": [{"actor": "ttp"}], "topic": "kabul-desk"})
    desk.reads(f"{site.url}/feed")
    site.publishes("feed", [seed, Item("tip", "The tip of the spear", "A tip for gardeners: water early.")])

    with desk.running(*LINE):
        desk.eventually(lambda: bool(site.received), "the webhook is called")
        ((_, article, alert),) = rings(desk)

        assert alert.watch.id == "ttp"
        assert alert.reason is Reason.FIRST_MENTION
        assert article.url == seed.url
        (match,) = alert.matches
        text = " ".join(seed.text.split())
        for evidence in match.evidence:
            assert evidence.field == "text"
            assert evidence.words in ("Tehreek-e-Taliban Pakistan", "TTP")
            assert evidence.words in text
        assert {"safe-havens", "military-cooperation"} <= {topic.id for topic in alert.topics}
        highlighted = {passage.sentence[start:end] for passage in alert.passages for start, end in passage.highlights}
        assert highlighted >= {"Tehreek-e-Taliban Pakistan", "TTP"}
        assert alerts(desk, "alerts.kabul-desk") == [alert]

        path, headers, body = site.received[0]
        assert path == "/hook"
        Webhook(desk.environment["WEBHOOK_SECRET"]).verify(body, headers)
        assert headers["webhook-id"] == alert.id
        desk.eventually(lambda: desk.said(Stage.NOTIFY, "Tehreek-e-Taliban Pakistan"), "the terminal shows the name")


def test_everything_twice_over_gives_no_second_alert(desk: Desk, site: Site, seed: Item) -> None:
    desk.watches(ttp={"any": [{"actor": "ttp"}]}, moscow={"all": [{"actor": "russia"}, {"actor": "taliban"}]})
    desk.reads(f"{site.url}/feed")
    site.publishes("feed", [seed])

    for life in range(2):
        with desk.running(*LINE):
            polls = site.requests["/feed"]
            desk.eventually(lambda polls=polls: site.requests["/feed"] >= polls + 3, "the feed is polled again")  # type: ignore[misc]
            desk.eventually(lambda: len(rings(desk)) == 2, "both watches have rung")
            if life == 1:
                site.publishes("feed", [Item(seed.slug, seed.title, seed.text + " An earlier version was shorter.")])
                desk.eventually(lambda: desk.said(Stage.DECIDE, "nothing-new"), "the edited article was decided")
            desk.eventually(lambda: len(site.received) >= 2, "both are delivered")
            assert set(desk.stops(*LINE).values()) == {0}, "each drains and ends within 10 s"

    assert Counter(ring.watch for ring in rings(desk)) == {"ttp": 1, "moscow": 1}
    assert Counter(headers["webhook-id"] for _, headers, _ in site.received) == Counter(
        alert.id for alert in alerts(desk)
    )
