"""The last release's processes give way to this one's, one after the other, and back: no alert is lost or repeated."""

import asyncio
import json
from collections import Counter

import pytest

from schemas import Alert
from services.backbone.provision import provision
from services.backbone.record import decode
from services.backbone.topics import DEAD_LETTERS, NOTIFICATIONS, declared
from services.cli.run import LINE, Stage
from tests.alerting.api.newsdesk import lets_in
from tests.upgrade.last_release import Release
from tests.upgrade.two_releases import FEEDS, Client, Newsroom, TwoReleases
from tests.vocabulary import Desk, Site, alerts, read_records, rings

READERS_FIRST = (Stage.NOTIFY, Stage.DECIDE, Stage.MATCH, Stage.TAGGING, Stage.INGESTION)
"""Who reads a topic goes before who writes it."""


def rung(desk: Desk) -> Counter[str]:
    """How often each article rang."""
    return Counter(ring.article.url for ring in rings(desk))


def told(desk: Desk) -> list[Alert]:
    """The alerts that people are told of."""
    return [alert for alert in alerts(desk) if alert.tells]


def complaints(desk: Desk) -> list[str]:
    """What its processes logged as an error; libraries call a rebalance one."""
    lines = (line for stage in Stage if desk.log(stage).exists() for line in desk.log(stage).read_text().splitlines())
    said = (json.loads(line) for line in lines)
    return [str(each) for each in said if each["level"] in ("error", "critical") and "logger" not in each]


def notified(desk: Desk) -> Counter[str]:
    """How many notifications there are of each alert; one that stands there twice is one."""
    read = asyncio.run(read_records(desk.settings.kafka, NOTIFICATIONS.name))
    by_id = {each.event_id: each for each in (decode(NOTIFICATIONS, record) for record in read)}
    return Counter(each.alert.event_id for each in by_id.values() if each.alert is not None)


def settles(desk: Desk, site: Site, newsroom: Newsroom) -> None:
    """Wait until every article that was published has rung, and was told."""
    desk.eventually(lambda: rung(desk).keys() >= (+newsroom.expected).keys(), "every article rings", 60)
    ids = {alert.event_id for alert in told(desk)}
    desk.eventually(lambda: ids <= {headers["webhook-id"] for _, headers, _ in list(site.received)}, "each is told")


@pytest.mark.timeout(400)
def test_the_processes_of_the_last_release_give_way_one_by_one_and_back(
    last_release: Release, installation: TwoReleases, site: Site
) -> None:
    old, new = installation.old, installation.new
    where = last_release.runs("-c", "import services, schemas; print(services.__file__, schemas.__file__)")
    assert where.split() == [f"{last_release.folder}/{name}/__init__.py" for name in ("services", "schemas")]
    old.watches(ttp={"any": [{"actor": "ttp"}]})
    token = lets_in(old.settings, reader={"all": True})["reader"]
    client = Client(f"http://127.0.0.1:{old.environment['TOCSIN_API_PORT']}", token)
    newsroom = Newsroom(site)
    old.reads(*(f"{site.url}/feed-{number}" for number in range(FEEDS)))
    old.starts(*LINE, Stage.API)
    with newsroom:
        old.eventually(lambda: bool(site.received), "the last release tells of the first article")
        client.reads_on()
        asyncio.run(provision(new.settings.kafka, declared()))
        for stage in READERS_FIRST:
            installation.hands_over(stage, old, new, kills=stage is Stage.DECIDE)
        installation.hands_over_api(old, new)
        assert not old.processes, "all of it is of this release now"
    settles(new, site, newsroom)
    client.reads_on()

    with newsroom:
        old.starts(Stage.INGESTION, Stage.TAGGING, Stage.MATCH)  # at once: for a while both are at work side by side
        for stage in reversed(READERS_FIRST):
            installation.hands_over(stage, new, old, kills=stage is Stage.TAGGING)
        installation.hands_over_api(new, old)
        assert not new.processes, "and all of it of the last release"
    settles(old, site, newsroom)

    assert rung(old) == +newsroom.expected
    ids = Counter(alert.event_id for alert in told(old))
    assert set(ids.values()) == {1}, "none is written twice"
    assert {headers["webhook-id"] for _, headers, _ in site.received} == ids.keys(), "and no other is told"
    assert notified(old) == ids, "each is routed once, whoever decides where to"
    client.reads_on()
    assert Counter(client.heard) == ids, "who reads over HTTP goes on where it was"
    assert asyncio.run(read_records(old.settings.kafka, DEAD_LETTERS.name)) == []
    assert complaints(old) == complaints(new) == []
