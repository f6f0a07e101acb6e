"""The topic `watches`, as each process of alerting follows it."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from schemas import DeadLetter, WatchDefinition
from services.alerting.watching.book import BookReader
from services.alerting.watching.sent import SentWatches
from services.backbone.clients import Writer
from services.backbone.record import OutgoingRecord, decode, encode
from services.backbone.settings import Settings
from services.backbone.topics import DEAD_LETTERS, WATCHES
from tests.alerting.examples import PACK, write_folder
from tests.backbone.eventually import eventually
from tests.backbone.on_kafka import put, running, stands_in

AT = datetime(2026, 11, 24, tzinfo=UTC)


def definition(name: str, seconds: int = 0, **watch: Any) -> WatchDefinition:
    changed_at = AT + timedelta(seconds=seconds)
    return WatchDefinition(id=name, watch=watch or {"any": [{"actor": "ttp"}]}, changed_at=changed_at)


def sends(*definitions: WatchDefinition) -> list[OutgoingRecord]:
    return [encode(WATCHES.name, each, "portal") for each in definitions]


def raw(key: bytes, value: bytes | None) -> OutgoingRecord:
    return OutgoingRecord(WATCHES.name, key, value, [])


async def letters(settings: Settings) -> list[DeadLetter]:
    return [decode(DEAD_LETTERS, record) for record in await stands_in(settings, DEAD_LETTERS.name)]


async def test_the_newest_definition_of_each_watch_counts_and_one_without_a_value_removes_it(
    settings: Settings,
) -> None:
    await put(
        settings,
        [*sends(definition("a"), definition("b"), definition("a", 1)), raw(b"b", None), *sends(definition("c"))],
    )
    async with running(settings, "decide") as process:
        sent = SentWatches(process)
        assert dict(sent()) == {}
        await sent.catch_up()
        first = sent()
        assert dict(first) == {"a": definition("a", 1), "c": definition("c")}

        changes: list[set[str]] = []

        async def changed() -> None:
            changes.append(set(sent()))

        following = asyncio.ensure_future(sent.follow(changed))
        await put(settings, [raw(b"a", None), *sends(definition("d"))])
        await eventually(lambda: {"c", "d"} in changes)
        assert set(first) == {"a", "c"}, "what was given out stays as it was: another thread may be reading it"
        process.stopping.set()
        await following


async def test_what_is_no_watch_goes_to_dead_letters_with_its_fix_and_stops_no_other(settings: Settings) -> None:
    write_folder(settings.config, {"pack/small.yaml": PACK})
    await put(
        settings,
        [
            *sends(definition("mended", any=["said"]), definition("mended"), definition("kept")),
            raw(b"kept", b"not JSON"),
            *sends(definition("typo", anyy=[])),
            *sends(definition("stranger", any=[{"actor": "tpp"}])),
            raw(b"other-key", definition("its-id").write()),
            raw(b"gone", b"not JSON"),
            raw(b"gone", None),
        ],
    )
    async with running(settings, "match") as process:
        writer = await Writer.start(process)
        sent = SentWatches(process, sets_aside=True)
        read = BookReader(settings.config, sent)
        await sent.catch_up()
        book = read()
        assert list(book.watches) == ["mended", "kept"]
        for _ in range(2):
            await sent.set_aside_broken(book.messages, writer)

    told = {letter.origin_key: (letter.error, letter.fix) for letter in await letters(settings)}
    assert len(await letters(settings)) == len(told) == 4, "each once"
    assert told[b"typo"] == (
        "typo.anyy: unknown key 'anyy'", "did you mean 'any'?; then send the watch again",
    )  # fmt: skip
    assert told[b"stranger"] == (
        "stranger.any[0]: unknown actor 'tpp'", "did you mean 'ttp'?; then send the watch again",
    )  # fmt: skip
    assert "its key is 'other-key' and its id 'its-id'" in told[b"other-key"][0]
    assert told[b"kept"][0].startswith("not a WatchDefinition")
