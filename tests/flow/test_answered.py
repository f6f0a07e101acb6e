"""What people do about an alert: from its ring to the pager that is not called, and to its later updates."""

import asyncio
import json

import httpx

from schemas import Outcome, Reason
from services.alerting.api.tokens import new_token
from services.backbone.record import decode
from services.backbone.topics import DELIVERIES
from services.broker import free_port
from services.cli.run import LINE, Stage
from tests.flow.test_what_is_new import FIRST, HIGHER, TITLE, WATCH
from tests.vocabulary import LOOPBACK, Desk, Item, Site, alerts, read_records


def test_who_acknowledges_is_on_later_updates_and_the_pager_stays_silent(desk: Desk, site: Site) -> None:
    desk.writes(
        "tocsin.yaml",
        {
            "channels": [hook(site, name) for name in ("desk", "pager")],
            "default_channels": ["desk"],
            "routes": [{"name": "urgent", "escalate": {"after": "10s", "channels": ["pager"]}}],
        },
    )
    token, sha256 = new_token("analyst")
    access = {"id": "analyst", "sha256": sha256, "scopes": ["read", "respond"], "all": True}
    desk.writes("access/test.yaml", {"tokens": [access]})
    port = free_port()
    desk.environment |= {"TOCSIN_API_PORT": str(port), "TOCSIN_DATA": str(desk.settings.config.parent / "data")}
    desk.watches(groups=WATCH)
    desk.reads(f"{site.url}/one")
    site.publishes("one", [Item("blast", TITLE, FIRST)])

    with (
        desk.running(*LINE, Stage.API),
        httpx.Client(base_url=f"http://127.0.0.1:{port}", headers={"authorization": f"Bearer {token}"}) as client,
    ):
        desk.eventually(lambda: len(site.received) == 1, "the desk is told")
        [rang] = client.get("/alerts").json()["alerts"]
        answered = client.post(f"/alerts/{rang['id']}/acknowledgement", json={"action": "acknowledge", "by": "Zarmina"})
        assert answered.status_code == 202
        site.publishes("one", [Item("blast", TITLE, HIGHER)])
        desk.eventually(lambda: len(site.received) == 2, "another figure is told")
        desk.eventually(lambda: len(outcomes(desk, "pager")) == 2, "the pager's time has come")

        assert outcomes(desk, "pager") == [Outcome.NOT_NEEDED] * 2
        assert [path for path, _, _ in site.received] == ["/desk", "/desk"]
        update = alerts(desk)[-1]
        assert (update.id, update.reason) == (rang["id"], Reason.FIGURE_CHANGED)
        assert update.handling is not None
        assert update.handling.acknowledged_by == "Zarmina"
        assert json.loads(site.received[1][2])["data"]["handling"]["acknowledged_by"] == "Zarmina"
        assert client.get(f"/alerts/{rang['id']}").json()["handling"]["acknowledged_by"] == "Zarmina"


def hook(site: Site, name: str) -> dict[str, object]:
    """A webhook to the site."""
    return {
        "id": name,
        "type": "webhook",
        "url": f"{site.url}/{name}",
        "secret": {"env": "WEBHOOK_SECRET"},
        "allow_networks": [LOOPBACK],
    }


def outcomes(desk: Desk, channel: str) -> list[Outcome]:
    """How what was to be told at a channel has ended."""
    written = [decode(DELIVERIES, record) for record in asyncio.run(read_records(desk.settings.kafka, DELIVERIES.name))]
    return [delivery.outcome for delivery in written if delivery.channel == channel and delivery.outcome.ends]
