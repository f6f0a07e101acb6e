"""The canary through real processes: it arrives, nobody gets it, and people are told when it does not arrive."""

import asyncio
import json
import re
import urllib.request
from collections.abc import Iterator

import pytest

from services.backbone.canary import SCRIPTS
from services.backbone.topics import ALERTS, DELIVERIES
from services.cli.run import LINE, Stage
from tests.cli.command import run, variables_of
from tests.vocabulary import LOOPBACK, Desk, Site, read_records

SECONDS = 3


def hook(name: str, site: Site) -> dict[str, object]:
    secret = {"env": "WEBHOOK_SECRET"}
    return {"id": name, "type": "webhook", "url": f"{site.url}/{name}", "secret": secret, "allow_networks": [LOOPBACK]}


@pytest.fixture
def canary_desk(desk: Desk, site: Site) -> Desk:
    """A desk that watches for all that the canary names, by the default channel, and is told of trouble by another."""
    desk.environment["TOCSIN_CANARY_INTERVAL_SECONDS"] = str(SECONDS)
    channels = [hook("hook", site), hook("trouble", site)]
    desk.writes("tocsin.yaml", {"channels": channels, "default_channels": ["hook"], "trouble_channels": ["trouble"]})
    desk.watches(states={"actors": ["afghanistan", "pakistan"], "severity": "critical"}, words={"phrases": ["阿富汗"]})
    return desk


def metric(desk: Desk, stage: Stage, name: str, of: Stage | str | None = None) -> dict[str, float]:
    """A metric of a stage's process, by script; nothing while it does not listen."""
    ports = re.findall(r'"port": (\d+), "event": "health.listening"', desk.log(stage).read_text(encoding="utf-8"))
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{ports[-1]}/metrics") as answer:
            text = answer.read().decode()
    except (IndexError, OSError):
        return {}
    samples = re.findall(rf'^{name}{{script="(\w+)"(?:,stage="(\w+)")?}} (\S+)$', text, re.MULTILINE)
    return {script: float(value) for script, at, value in samples if not at or at == (of or stage)}


def arrived(desk: Desk) -> dict[str, float]:
    return metric(desk, Stage.NOTIFY, "tocsin_canary_age_seconds_count")


def told(site: Site) -> Iterator[str]:
    """What was said on the trouble channel."""
    for path, _, body in list(site.received):
        if path == "/trouble":
            data = json.loads(body)["data"]
            yield f"{data['channel']} {data['kind']} {data['state']}"


def test_it_arrives_and_nobody_gets_it_and_its_absence_is_told(canary_desk: Desk, site: Site) -> None:
    desk = canary_desk
    raised, resolved = "tocsin-canary dead raised", "tocsin-canary dead resolved"
    with desk.running(*LINE):
        desk.eventually(lambda: set(arrived(desk)) == set(SCRIPTS), "the canary of each script arrives")
        for stage in LINE:
            name = "tocsin_canary_age_seconds_count"
            assert set(metric(desk, stage, name)) == set(SCRIPTS), stage
        assert set(metric(desk, Stage.NOTIFY, "tocsin_canary_age_seconds_count", "route")) == set(SCRIPTS)
        assert metric(desk, Stage.MATCH, "tocsin_canary_tagged") == dict.fromkeys(SCRIPTS, 1)
        assert list(told(site)) == []

        desk.stops(Stage.TAGGING)
        desk.eventually(lambda: list(told(site)) == [raised], "its absence is told", seconds=3 * SECONDS + 15)
        assert metric(desk, Stage.NOTIFY, "tocsin_canary_missing") == dict.fromkeys(SCRIPTS, 1)
        desk.starts(Stage.TAGGING)
        desk.eventually(lambda: list(told(site)) == [raised, resolved], "that it is over is told")

        before = arrived(desk)
        for stage in (Stage.DECIDE, Stage.INGESTION):
            desk.kills(stage)
            desk.starts(stage)
        desk.eventually(lambda: all(arrived(desk)[one] > before[one] + 1 for one in SCRIPTS), "it arrives again")
        desk.stops(*LINE)

    assert [path for path, _, _ in site.received if path != "/trouble"] == []
    kafka = desk.settings.kafka
    assert asyncio.run(read_records(kafka, ALERTS.name)) == []
    deliveries = asyncio.run(read_records(kafka, DELIVERIES.name))
    assert all(b'"channel":"trouble"' in (record.value or b"") for record in deliveries)
    assert not desk.said(Stage.DECIDE, "record.set_aside")
    seen = run("retag", "--since", "1h", **variables_of(desk.settings))
    assert "tagged 0 articles" in seen.stdout, seen
