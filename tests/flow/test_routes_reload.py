"""The tree of routes is edited while alerts ring: each goes to one of two channels, once, and none to nobody."""

import asyncio
import threading
import time
from collections import Counter

from services.backbone.record import encode
from services.backbone.topics import ALERTS
from services.cli.run import Stage
from tests.alerting.notify.desk import ring
from tests.backbone.on_kafka import put
from tests.vocabulary import LOOPBACK, Desk, Site

ALERTS_EACH_SECOND = 25
SECONDS = 8
EDITS = 6


def route_to(desk: Desk, site: Site, channel: str) -> None:
    """Two channels; the only route leads to one of them."""
    channels = [
        {
            "id": name,
            "type": "webhook",
            "url": f"{site.url}/{name}",
            "secret": {"env": "WEBHOOK_SECRET"},
            "allow_networks": [LOOPBACK],
        }
        for name in ("one", "other")
    ]
    desk.writes("tocsin.yaml", {"channels": channels, "routes": [{"name": "all", "channels": [channel]}]})


def test_no_alert_is_lost_or_sent_both_ways_while_routes_change(desk: Desk, site: Site) -> None:
    rung = [f"story-{number}" for number in range(ALERTS_EACH_SECOND * SECONDS)]

    def rings() -> None:
        for slug in rung:
            alert = ring(slug)
            asyncio.run(put(desk.settings, [encode(ALERTS.name, alert, "decide")]))
            time.sleep(1 / ALERTS_EACH_SECOND)

    route_to(desk, site, "one")
    ringing = threading.Thread(target=rings)
    with desk.running(Stage.NOTIFY):
        ringing.start()
        for edit in range(EDITS):
            time.sleep(SECONDS / EDITS)
            route_to(desk, site, ("other", "one")[edit % 2])
        ringing.join()
        desk.eventually(lambda: len(site.received) >= len(rung), "every alert is told")
        time.sleep(1)

    times = Counter(headers["webhook-id"] for _, headers, _ in site.received)
    assert times == Counter({ring(slug).event_id: 1 for slug in rung})
    assert {path for path, _, _ in site.received} == {"/one", "/other"}, "the edits came to pass"
