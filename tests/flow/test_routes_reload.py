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
    rung: list[str] = []
    edited = threading.Event()

    def rings() -> None:
        while not edited.wait(1 / ALERTS_EACH_SECOND):
            rung.append(f"story-{len(rung)}")
            asyncio.run(put(desk.settings, [encode(ALERTS.name, ring(rung[-1]), "decide")]))

    route_to(desk, site, "one")
    ringing = threading.Thread(target=rings)
    with desk.running(Stage.NOTIFY):
        ringing.start()
        try:
            for edit in range(EDITS):
                desk.eventually(lambda: len(site.received) > 0, "alerts are told")
                route_to(desk, site, ("other", "one")[edit % 2])
                desk.eventually(lambda edits=edit + 1: reloads(desk) == edits, "the edit is in force")  # type: ignore[misc]
                time.sleep(0.3)
        finally:
            edited.set()
            ringing.join()
        desk.eventually(lambda: len(site.received) >= len(rung), "every alert is told")
        time.sleep(1)

    times = Counter(headers["webhook-id"] for _, headers, _ in site.received)
    assert times == Counter({ring(slug).event_id: 1 for slug in rung})
    assert {path for path, _, _ in site.received} == {"/one", "/other"}, "the edits came to pass"


def reloads(desk: Desk) -> int:
    """How many edits came in force."""
    return desk.log(Stage.NOTIFY).read_text(encoding="utf-8").count('"configuration.reloaded"')
