"""`tocsin dead-letters` lists what was set aside, and sends it to its topic again."""

import asyncio
import json
import subprocess

from aiokafka.structs import ConsumerRecord

from schemas import DeadLetter
from schemas.dead_letter import MAX_KEPT_BYTES
from services.backbone.dead_letters import set_aside
from services.backbone.errors import UnreadableRecord
from services.backbone.librdkafka import ReadRecord
from services.backbone.record import OutgoingRecord
from services.backbone.settings import Settings
from services.backbone.topics import ARTICLES, ARTICLES_TAGGED, DEAD_LETTERS
from tests.alerting.examples import PACK, write_folder
from tests.backbone.on_kafka import put, stands_in
from tests.cli.command import TOCSIN, eventually, run, variables_of, variables_with


def stands(settings: Settings, topic: str) -> list[ConsumerRecord]:
    return asyncio.run(stands_in(settings, topic))


def bad_record(settings: Settings, topic: str, value: bytes, key: bytes = b"a-key") -> ConsumerRecord:
    """A record on a topic, and its dead letter; the record as it stands there."""
    asyncio.run(put(settings, [OutgoingRecord(topic, key, value, [])]))
    record = stands(settings, topic)[-1]
    asyncio.run(put(settings, [set_aside(record, UnreadableRecord("not what it should be"), "tagging")]))
    return record


def listed(settings: Settings) -> list[DeadLetter]:
    told = run("dead-letters", "list", "--json", **variables_of(settings))
    assert (told.returncode, told.stderr) == (0, "")
    return [DeadLetter.read(line.encode()) for line in told.stdout.splitlines()]


def replay(settings: Settings, *arguments: str) -> list[str]:
    told = run("dead-letters", "replay", *arguments, **variables_of(settings))
    assert (told.returncode, told.stderr) == (0, "")
    return told.stdout.splitlines()


def place(record: ConsumerRecord) -> str:
    return f"{record.topic}[{record.partition}]@{record.offset}"


def test_each_is_listed_with_its_origin_the_reason_and_the_fix(settings: Settings) -> None:
    record = bad_record(settings, ARTICLES.name, b"[bold]")
    asyncio.run(put(settings, [OutgoingRecord(DEAD_LETTERS.name, b"k", b"no dead letter", [])]))

    told = run("dead-letters", "list", **variables_of(settings))

    assert told.returncode == 0
    [line] = told.stdout.splitlines()
    assert f"{place(record)} tagging: not what it should be; {UnreadableRecord.fix}" in line
    assert json.loads(told.stderr)["unreadable"] == 1


def test_a_replayed_record_arrives_on_its_topic_once_and_stands_no_longer_in_the_list(settings: Settings) -> None:
    article = bad_record(settings, ARTICLES.name, b"\xff\x00", key=b"\xfe")
    tagged = [bad_record(settings, ARTICLES_TAGGED.name, value, key=b"k") for value in (b"one", b"two")]

    assert replay(settings, "--topic", ARTICLES.name) == [f"sent    {place(article)}"]
    assert replay(settings, "--origin", f"{tagged[1].topic}.{tagged[1].partition}.{tagged[1].offset}") == [
        f"sent    {place(tagged[1])}"
    ]

    first, again = stands(settings, ARTICLES.name)
    assert (again.key, again.value, again.partition) == (first.key, first.value, first.partition)
    assert again.headers == (("tocsin_replays", b"1"),)
    assert [record.value for record in stands(settings, ARTICLES_TAGGED.name)] == [b"one", b"two", b"two"]
    assert [letter.origin_value for letter in listed(settings)] == [b"one"]
    assert replay(settings) == [f"sent    {place(tagged[0])}"]
    assert replay(settings) == []


def test_what_is_kept_by_reference_is_sent_whole_from_where_it_stands(settings: Settings) -> None:
    key, value = b"k" * (MAX_KEPT_BYTES + 1), b"v" * (3 * MAX_KEPT_BYTES)
    record = bad_record(settings, ARTICLES.name, value, key)
    gone = ReadRecord(ARTICLES.name, 0, 10_000, b"k", value, None)
    nowhere = ReadRecord("no-topic", 0, 0, b"k", value, None)
    for lost in (gone, nowhere):
        asyncio.run(put(settings, [set_aside(lost, UnreadableRecord("bad"), "tagging")]))

    assert replay(settings) == [
        f"sent    {place(record)}",
        "left    articles[0]@10000: the original is no longer on its topic",
        "left    no-topic[0]@0: the original is no longer on its topic",
    ]
    assert [(again.key, again.value) for again in stands(settings, ARTICLES.name)] == [(key, value)] * 2
    assert [letter.origin_topic for letter in listed(settings)] == [ARTICLES.name, "no-topic"]


def test_what_fails_again_and_again_is_replayed_three_times_at_most(settings: Settings) -> None:
    write_folder(settings.config, {"pack/small.yaml": PACK})
    asyncio.run(put(settings, [OutgoingRecord(ARTICLES.name, b"k", b"no article", [])]))
    command = [*TOCSIN, "run", "tagging", "--port", "0"]
    with subprocess.Popen(command, env=variables_with(**variables_of(settings)), stderr=subprocess.DEVNULL) as tagging:
        try:
            for replays in range(3):
                await_letter(settings, replays)
                [sent] = replay(settings)
                assert sent.startswith("sent    articles[")
            await_letter(settings, 3)
            [left] = replay(settings)
            assert left.startswith("left    articles[")
            assert "it failed 3 times again; mend what writes this record" in left
        finally:
            tagging.terminate()
    assert tagging.returncode == 0
    assert [record.value for record in stands(settings, ARTICLES.name)] == [b"no article"] * 4


def letters(settings: Settings) -> list[DeadLetter]:
    """Those that were not sent again, without a process for it."""
    standing: dict[bytes | None, DeadLetter] = {}
    for record in stands(settings, DEAD_LETTERS.name):
        standing.pop(record.key, None)
        if record.value is not None:
            standing[record.key] = DeadLetter.read(record.value)
    return list(standing.values())


def await_letter(settings: Settings, replays: int) -> None:
    """Wait until the one record that was not sent again has failed after so many replays."""
    eventually(lambda: [letter.replays for letter in letters(settings)] == [replays], f"it fails after {replays}")
