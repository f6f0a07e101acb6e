import asyncio

import pytest
from aiokafka.admin import AIOKafkaAdminClient

import tests.conftest
from services.backbone.provision import provision
from services.backbone.settings import KafkaSettings
from services.backbone.topics import declared


async def _empty_topics(kafka: KafkaSettings) -> None:
    admin = AIOKafkaAdminClient(**kafka.aiokafka())
    await admin.start()
    try:
        while ours := [name for name in await admin.list_topics() if not name.startswith("__")]:
            await admin.delete_topics(ours)
            await asyncio.sleep(0.1)
    finally:
        await admin.close()
    await provision(kafka, declared())


@pytest.fixture(autouse=True)
def _patched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tests.conftest, "_empty_topics", _empty_topics)
