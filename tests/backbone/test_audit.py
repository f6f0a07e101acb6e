"""Every change of the configuration stands on `configuration.changes`."""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime

import pytest
from aiokafka.errors import TopicAuthorizationFailedError
from structlog.testing import capture_logs

from schemas import ConfigurationChange
from services.backbone.audit import Audit
from services.backbone.clients import Writer
from services.backbone.difference import Difference
from services.backbone.errors import Defect, Location
from services.backbone.live import Live
from services.backbone.record import OutgoingRecord, decode
from services.backbone.settings import Settings
from services.backbone.topics import CONFIGURATION_CHANGES
from tests.backbone.on_kafka import running, stands_in
from tests.backbone.test_live import builder, save

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
DEFECT = Defect(Location("watches/desk.yaml", 14, "watches[2]"), "no term", "list terms")


async def written(settings: Settings) -> list[ConfigurationChange]:
    records = await stands_in(settings, CONFIGURATION_CHANGES.name)
    return [decode(CONFIGURATION_CHANGES, record) for record in records]


async def test_a_start_an_edit_and_a_broken_edit_are_written_with_digest_time_and_defects(settings: Settings) -> None:
    file = settings.config / "watches" / "desk.yaml"
    file.parent.mkdir()
    save(file, "words: [first, second]")
    live = Live("words", builder(file), contents=lambda version: {word: word for word in version.words})
    first = live.current.digest
    async with running(settings, "match") as process:
        writer = await Writer.start(process)
        watching = asyncio.ensure_future(live.watch(process, Audit.of(process, writer)))
        await asyncio.sleep(0)
        save(file, "words: [second, third]")
        await live.reload()
        second = live.current.digest
        save(file, "wrods: []")
        await live.reload()
        await live.reload()
        save(file, "words: [second, third]")
        await live.reload()
        process.stopping.set()
        await watching

    changes = await written(settings)
    assert [(each.outcome, each.before, each.digest) for each in changes] == [
        ("started", None, first),
        ("accepted", first, second),
        ("refused", second, second),
        ("accepted", second, second),
    ]
    assert {(each.part, each.stage, each.key) for each in changes} == {("words", "match", "match/words")}
    assert (changes[1].added, changes[1].removed, changes[1].changed) == (("third",), ("first",), ())
    assert [len(each.defects) for each in changes] == [0, 0, 1, 0]
    assert changes[2].defects[0].startswith("watches/desk.yaml:1 wrods: unknown key")
    assert changes == sorted(changes, key=lambda each: each.at)
    assert (datetime.now(UTC) - changes[-1].at).total_seconds() < 60


async def test_what_cannot_be_written_is_logged_and_written_with_the_next(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_write, write = False, Writer.write

    async def write_if_allowed(writer: Writer, records: Iterable[OutgoingRecord]) -> None:
        if not may_write:
            raise TopicAuthorizationFailedError(CONFIGURATION_CHANGES.name)
        await write(writer, records)

    monkeypatch.setattr(Writer, "write", write_if_allowed)
    async with running(settings, "match") as process:
        audit = Audit.of(process, await Writer.start(process))
        with capture_logs() as logs:
            for digest in ("one", "two"):
                audit.tell("watches", "accepted", None, digest, Difference(), (), NOON)
                await audit.close()
        assert [(log["event"], log["waiting"]) for log in logs] == [("audit.not_written", 1), ("audit.not_written", 2)]
        may_write = True
        audit.tell("watches", "accepted", "two", "three", Difference(), (), NOON)
    assert [each.digest for each in await written(settings)] == ["one", "two", "three"]


async def test_a_change_of_a_hundred_thousand_watches_is_a_small_record(settings: Settings) -> None:
    many = tuple(f"w-{number:06}" for number in range(100_000))
    async with running(settings, "match") as process:
        audit = Audit.of(process, await Writer.start(process))
        audit.tell("watches", "refused", "a", "b", Difference(many, many, many), (DEFECT,) * 100_000, NOON)
    [change] = await written(settings)
    assert (change.added, len(change.changed), change.defects) == (many[:100], 100, (str(DEFECT),) * 20)
