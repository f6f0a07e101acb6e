"""broker_watch: a broker that goes away under a working process is told, and its return, each once."""

import asyncio

import pytest
from structlog.testing import capture_logs

from services.backbone import broker_watch
from services.backbone.broker_watch import watch_broker
from services.backbone.progress import Progress
from services.backbone.settings import KafkaSettings
from tests.backbone.eventually import eventually
from tests.backbone.kafka_dialect import broker_that_knows

NEW = {3: (0, 12), 9: (0, 8), 18: (0, 3), 28: (0, 3)}


async def test_it_is_told_once_with_the_fix_and_taken_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker_watch, "LOOK_SECONDS", 0.05)
    progress = Progress("tried")
    progress.started()
    async with broker_that_knows(NEW) as address:
        port = int(address.rpartition(":")[2])
        with capture_logs() as logs:
            watch = asyncio.ensure_future(watch_broker(KafkaSettings(bootstrap_servers=address), progress))
            await asyncio.sleep(0.3)
            assert "broker" not in progress.report()
    with capture_logs() as away:
        await eventually(lambda: "broker" in progress.report())
        assert "nothing listens" in str(progress.report()["broker"])
        assert progress.report()["ready"], "work that is at hand goes on"
        await asyncio.sleep(0.3)
    with capture_logs() as back:
        async with broker_that_knows(NEW, port):
            await eventually(lambda: "broker" not in progress.report())
    watch.cancel()
    assert [log["event"] for log in [*logs, *away, *back]] == ["broker.away", "broker.back"]
    assert "start the broker" in away[0]["fix"]
