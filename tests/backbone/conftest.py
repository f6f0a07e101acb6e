import asyncio

import pytest

from services.backbone.clients import Writer
from services.backbone.record import OutgoingRecord


@pytest.fixture
def _slow_topic(monkeypatch: pytest.MonkeyPatch) -> None:
    """A topic `slow` whose writes are never acknowledged, as of a partition that has lost its leader."""
    send = Writer.send

    async def send_slowly(writer: Writer, record: OutgoingRecord) -> asyncio.Future[None]:
        if record.topic == "slow":
            return asyncio.get_running_loop().create_future()
        return await send(writer, record)

    monkeypatch.setattr(Writer, "send", send_slowly)
