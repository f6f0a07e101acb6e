"""`tocsin run api` as a whole: real processes, a real Kafka, real HTTP."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from aiokafka import TopicPartition
from aiokafka.admin.records_to_delete import RecordsToDelete

from services.alerting.api.positions import Position
from services.backbone.provision import provision
from services.backbone.settings import Settings
from services.backbone.topics import ALERTS, declared
from services.cli.run import Stage
from tests.alerting.api.newsdesk import Heard, Instance, hear, lets_in, rings, unreadable
from tests.alerting.api.records import alert
from tests.backbone.on_kafka import admin_of, put
from tests.vocabulary import Desk

MANY = 10_000


@pytest.fixture
def token(settings: Settings) -> str:
    return lets_in(settings, desk={"all": True})["desk"]


@pytest.fixture
def one(settings: Settings, tmp_path: Path, token: str) -> Iterator[Instance]:
    with Instance.of(settings, "one", tmp_path).running() as instance:
        yield instance


async def test_whoever_listens_hears_every_alert_once_though_instances_are_killed(
    settings: Settings, tmp_path: Path, token: str
) -> None:
    one, two = (Instance.of(settings, name, tmp_path) for name in ("one", "two"))
    alerts = [alert(number, watch=f"watch-{number % 7}") for number in range(MANY)]
    heard, last = list[Heard](), "0-0-0"
    with one.running(), two.running():
        ringing = asyncio.create_task(rings(settings, alerts, aborts=True))
        async with one.stream(token, last) as events:
            heard += await hear(events, 3_000)
            one.desk.kills(Stage.API)
            heard += await hear(events, MANY)
        async with two.stream(token, heard[-1].id) as events:
            heard += await hear(events, 3_000)
        await asyncio.to_thread(one.starts)
        async with one.stream(token, heard[-1].id) as events:
            heard += await hear(events, MANY - len(heard))
        await ringing
    times = Counter(event.alert["id"] for event in heard)
    assert times == Counter({each.id: 1 for each in alerts})
    assert all(Position.parse(a.id) <= Position.parse(b.id) for a, b in pairwise(heard))


async def test_a_list_and_the_stream_behind_it_have_every_alert_once(one: Instance, token: str) -> None:
    settings = one.desk.settings
    await rings(settings, [alert(number) for number in range(120)], at_once=50)
    await put(settings, [unreadable()])
    one.desk.eventually(lambda: len(listed(one, token, limit=500)["alerts"]) == 120, "all are listed")
    oldest, cursor = list[str](), None
    while True:
        page = listed(one, token, order="oldest", limit=50, **({"cursor": cursor} if cursor else {}))
        oldest += [each["id"] for each in page["alerts"]]
        cursor = page["next"]
        if cursor is None:
            break
    newest = listed(one, token, limit=500)
    assert sorted(oldest) == sorted(each["id"] for each in newest["alerts"])
    assert len(set(oldest)) == 120
    assert newest["position"] == page["position"]
    later = [alert(f"later {number}") for number in range(5)]
    async with one.stream(token, position=newest["position"]) as events:
        await rings(settings, later, at_once=1)
        assert sorted(event.alert["id"] for event in await hear(events, 5)) == sorted(each.id for each in later)


async def test_a_token_sees_its_own_watches_in_lists_streams_and_one_by_one(one: Instance) -> None:
    settings = one.desk.settings
    tokens = lets_in(settings, desk={"watches": ["ours"]}, team={"owners": ["kabul"]}, all={"all": True})
    ours, theirs = alert(1, watch="ours"), alert(2, watch="theirs", owner="kabul")
    await rings(settings, [theirs, ours])
    one.desk.eventually(lambda: one.get("/alerts", tokens["all"]).json().get("alerts", ())[1:], "both are there")
    for token, seen, hidden in [(tokens["desk"], ours, theirs), (tokens["team"], theirs, ours)]:
        assert [each["id"] for each in listed(one, token)["alerts"]] == [seen.id]
        assert listed(one, token, watch=hidden.watch.id)["alerts"] == []
        assert one.get(f"/alerts/{seen.id}", token).json()["alert"]["id"] == seen.id
        unseen, absent = one.get(f"/alerts/{hidden.id}", token), one.get("/alerts/alr-0", token)
        assert (unseen.status_code, unseen.json()) == (absent.status_code, absent.json())
        assert unseen.status_code == 404
        async with one.stream(token, "0-0-0") as events:
            assert [event.alert["id"] for event in await hear(events, 1)] == [seen.id]


WRONG = [
    ("/alerts", {"sevrity": "high"}, 422, "sevrity"),
    ("/alerts/stream", {"acknowledged": "true"}, 422, "acknowledged"),
    ("/alerts", {"limit": "501"}, 422, "limit"),
    ("/alerts", {"since": "2026-11-24T05:00:00"}, 422, "2026-11-24T05:00:00Z"),
    ("/alerts", {"cursor": "0-0-0"}, 400, "0-0-0"),
    ("/alerts", {"cursor": "1.2.3", "order": "oldest"}, 400, "1.2.3"),
    ("/alerts/stream", {"position": "0-0"}, 400, "3 of these alerts"),
    ("/alerts/stream", {"position": "0-0-999"}, 400, "behind the end"),
    ("/alerts/stream", {"position": "yesterday"}, 400, "yesterday"),
    ("/nowhere", {}, 404, "Not Found"),
]


async def test_what_is_wrong_is_said_with_what_to_do(one: Instance, token: str) -> None:
    for path, query, status, names in WRONG:
        answer = one.get(path, token, **query)
        assert answer.status_code == status, answer.text
        assert set(answer.json()) == {"error", "fix"}
        assert names in answer.text
        assert "access-control-allow-origin" not in answer.headers
    assert one.get("/alerts", "tcs_desk_wrong").status_code == 401


async def test_streams_end_with_their_token_and_with_the_process(one: Instance) -> None:
    settings = one.desk.settings
    tokens = lets_in(settings, gone={"all": True}, stays={"all": True})
    one.desk.eventually(lambda: one.get("/alerts", tokens["stays"]).status_code == 200, "the tokens are in force")
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
    with one.running(), two.running():
        old = listed(one, token)["position"]
        one.desk.stops(Stage.API)
        two.desk.stops(Stage.API)
        async with admin_of(settings) as admin:
            await admin.delete_topics([ALERTS.name])
            two.desk.eventually(lambda: True, "it is gone")
        await provision(settings.kafka, declared())
        await rings(settings, [alert("of another time"), alert("of another time", 1)])
        await asyncio.to_thread(one.starts)
        page = listed(one, token)
        assert [each["sequence"] for each in page["alerts"]] == [1, 0]
        assert one.get("/alerts/stream", token, position=old).status_code == 400
        (number,) = [number for number, end in enumerate(Position.parse(page["position"]).offsets) if end]
        async with admin_of(settings) as admin:
            await admin.delete_records({TopicPartition(ALERTS.name, number): RecordsToDelete(1)})
        await asyncio.to_thread(two.starts)
        assert [each["sequence"] for each in listed(two, token)["alerts"]] == [1]
        gone = two.get("/alerts/stream", token, position="0-0-0")
        assert gone.status_code == 410
        assert "order=oldest" in gone.json()["fix"]


def listed(instance: Instance, token: str, **query: Any) -> dict[str, Any]:
    """A page of the list."""
    answer = instance.get("/alerts", token, **query)
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page
