"""Processes of the API, killed, stopped, and started on other topics: with a real Kafka and real HTTP."""

import asyncio
import time
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from aiokafka import TopicPartition
from aiokafka.admin.records_to_delete import RecordsToDelete

from services.alerting.api.positions import Position
from services.backbone.provision import provision
from services.backbone.settings import Settings
from services.backbone.topics import ALERTS, declared
from services.cli.run import Stage
from tests.alerting.api.newsdesk import Heard, Instance, hear, lets_in, listed, rings
from tests.alerting.api.records import alert
from tests.backbone.on_kafka import admin_of
from tests.vocabulary import Desk

MANY = 2_000


@pytest.fixture
def token(settings: Settings) -> str:
    return lets_in(settings, desk={"all": True})["desk"]


async def test_whoever_listens_hears_every_alert_once_though_instances_are_killed(
    settings: Settings, tmp_path: Path, token: str
) -> None:
    one, two = (Instance.of(settings, name, tmp_path) for name in ("one", "two"))
    alerts = [alert(number, watch=f"watch-{number % 7}") for number in range(MANY)]
    heard, last = list[Heard](), "0-0-0"
    with one.running(), two.running():
        ringing = asyncio.create_task(rings(settings, alerts, aborts=True))
        async with one.stream(token, last) as events:
            heard += await hear(events, MANY // 3)
            one.desk.kills(Stage.API)
            heard += await hear(events, MANY)
        async with two.stream(token, heard[-1].id) as events:
            heard += await hear(events, MANY // 3)
        await asyncio.to_thread(one.starts)
        async with one.stream(token, heard[-1].id) as events:
            heard += await hear(events, MANY - len(heard))
        await ringing
    times = Counter(event.alert["id"] for event in heard)
    assert times == Counter({each.id: 1 for each in alerts})
    assert all(Position.parse(a.id) <= Position.parse(b.id) for a, b in pairwise(heard))


async def test_streams_end_with_their_token_and_with_the_process(settings: Settings, tmp_path: Path) -> None:
    tokens = lets_in(settings, gone={"all": True}, stays={"all": True})
    one = Instance.of(settings, "one", tmp_path)
    with one.running():
        await _ends(one, tokens)


async def _ends(one: Instance, tokens: dict[str, str]) -> None:
    settings = one.desk.settings
    async with one.stream(tokens["stays"]) as staying, one.stream(tokens["gone"]) as going:
        path = settings.config / "access/test.yaml"
        kept = [each for each in yaml.safe_load(path.read_text())["tokens"] if each["id"] == "stays"]
        Desk(settings).writes("access/test.yaml", {"tokens": kept})
        async with asyncio.timeout(10):
            assert await hear(going, 1) == []
        await rings(settings, [alert("late")])
        assert len(await hear(staying, 1)) == 1
        began = time.monotonic()
        one.desk.processes[Stage.API].terminate()
        assert await hear(staying, 1) == []
        assert time.monotonic() - began < 1
    assert one.desk.processes[Stage.API].wait(5) == 0


async def test_a_store_of_another_topic_is_made_anew_and_what_is_gone_is_said(
    settings: Settings, tmp_path: Path, token: str
) -> None:
    one, two = (Instance.of(settings, name, tmp_path) for name in ("one", "two"))
    await rings(settings, [alert(number) for number in range(200)])
    with one.running():
        old = listed(one, token)["position"]
        one.desk.stops(Stage.API)
        async with admin_of(settings) as admin:
            await admin.delete_topics([ALERTS.name])
            while ALERTS.name in await admin.list_topics():
                pass
        await provision(settings.kafka, declared())
        await rings(settings, [alert("of another time"), alert("of another time", 1)])
        await asyncio.to_thread(one.starts)
        page = listed(one, token)
        assert [each["sequence"] for each in page["alerts"]] == [1, 0]
        assert one.get("/alerts/stream", token, position=old).status_code == 400
        (number,) = [number for number, end in enumerate(Position.parse(page["position"]).offsets) if end]
        async with admin_of(settings) as admin:
            await admin.delete_records({TopicPartition(ALERTS.name, number): RecordsToDelete(1)})
    with two.running():
        assert [each["sequence"] for each in listed(two, token)["alerts"]] == [1]
        gone = two.get("/alerts/stream", token, position="0-0-0")
        assert gone.status_code == 410
        assert "order=oldest" in gone.json()["fix"]
