"""What a restore gives back, and when it refuses."""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import pytest
from aiokafka.structs import ConsumerRecord
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient

from schemas import DeadLetter
from services.backbone.backup.archive import CUT, MANIFEST, Archive, new_archive
from services.backbone.backup.broker import Broker
from services.backbone.backup.contents import Cut, Manifest, Place, TopicTaken
from services.backbone.backup.errors import CannotTake, NotABackup, NotRestorable
from services.backbone.backup.restoring import restore_backup
from services.backbone.backup.taking import Moved, take_backup
from services.backbone.dead_letters import dead_letter
from services.backbone.librdkafka import ReadRecord
from services.backbone.provision import provision
from services.backbone.record import decode, encode
from services.backbone.settings import Settings
from services.backbone.topics import (
    ALERTING_STATE,
    ALERTS,
    ARTICLES,
    DEAD_LETTERS,
    FEEDBACK,
    INGESTION_STATE,
    MENTIONS,
    alert_topic,
)
from tests.alerting.examples import write_folder
from tests.backbone.on_kafka import put, stands_in
from tests.cli.command import eventually, invoke
from tests.conftest import empty_topics

NAMED = alert_topic("kabul-desk")
SINCE = int(time.time() - 3_600) * 1_000
"""Records keep their time, and older ones than a topic keeps would be deleted at any moment."""
LARGE = b"x" * 300_000


def nobody_looks(done: int, total: int) -> None:
    """The progress is for people."""


def fill(settings: Settings) -> None:
    """Records with gaps between their offsets: what was deleted, aborted, and the marks of transactions."""
    kafka = settings.kafka.librdkafka()
    plain = Producer(kafka)
    for topic in (ARTICLES, MENTIONS, FEEDBACK, INGESTION_STATE):
        for number in range(30):
            plain.produce(
                topic.name, b"%d" % number, b"key-%d" % (number % 7), number % 3,
                timestamp=SINCE + 1_000 * number, headers=[("ce_id", b"%d" % number), ("none", None)],
            )  # fmt: skip
    plain.produce(ARTICLES.name, LARGE, b"large", 0)
    plain.produce(INGESTION_STATE.name, None, b"key-3", 0)
    plain.flush()
    writer = Producer(kafka | {"transactional.id": settings.deployment})
    writer.init_transactions()
    for number in range(20):
        writer.begin_transaction()
        for name in (ALERTS.name, NAMED.name, ALERTING_STATE.name):
            writer.produce(name, b"%d" % number, b"watch", 1, timestamp=SINCE + number)
        (writer.abort_transaction if number % 4 == 0 else writer.commit_transaction)()
    admin = AdminClient(kafka)
    for done in admin.delete_records([TopicPartition(MENTIONS.name, 0, 4)]).values():
        done.result()
    broker = Broker(settings.kafka)
    broker.commit(settings.group("tagging"), {ARTICLES.name: {0: 9, 1: 4}})
    broker.commit(settings.group("decide"), {MENTIONS.name: {0: 6, 1: 10, 2: 0}})
    broker.commit("my-desk", {NAMED.name: {1: 11}, ALERTS.name: {1: 0}})


def letters_of(settings: Settings) -> list[DeadLetter]:
    """Of a record that was handled long ago, of a large one of which the letter holds the head, and of a lost one."""
    return [
        dead_letter(record, ValueError("bad"), "tagging", datetime(2026, 11, 24, tzinfo=UTC))
        for record in (
            ReadRecord(ARTICLES.name, 0, 9, b"key-6", b"27", None),
            ReadRecord(ARTICLES.name, 0, 10, b"large", LARGE, None),
            ReadRecord(MENTIONS.name, 0, 1, b"lost", LARGE, None),
        )
    ]


def next_of(settings: Settings, group: str, topic: str, number: int) -> bytes | None:
    """The value of the record with which a group goes on; None at the end."""
    consumer = Consumer(
        settings.kafka.librdkafka()
        | {"group.id": group, "enable.auto.commit": False, "enable.partition.eof": True, "fetch.wait.max.ms": 10}
    )
    try:
        place = TopicPartition(topic, number)
        consumer.assign(consumer.committed([place], 10))
        message = consumer.poll(10)
        assert message is not None
        value = message.value()
        return None if message.error() else value if isinstance(value, bytes | None) else value.encode()
    finally:
        consumer.close()


def as_written(records: Sequence[ConsumerRecord]) -> list[tuple[object, ...]]:
    return [(each.partition, each.key, each.value, tuple(each.headers), each.timestamp) for each in records]


def test_all_comes_back_and_everybody_goes_on_where_they_were(settings: Settings, tmp_path: Path) -> None:
    write_folder(settings.config, {"tocsin.yaml": {"channels": []}, "pack/small.yaml": {"actors": []}})
    asyncio.run(provision(settings.kafka, [NAMED]))
    fill(settings)
    asyncio.run(put(settings, [encode(DEAD_LETTERS.name, letter, "tagging") for letter in letters_of(settings)]))
    kept = (ALERTS, NAMED, ALERTING_STATE, FEEDBACK, INGESTION_STATE)
    before = {topic.name: as_written(asyncio.run(stands_in(settings, topic.name))) for topic in kept}
    going_on = [
        (settings.group("tagging"), ARTICLES.name, 0),
        (settings.group("tagging"), ARTICLES.name, 1),
        (settings.group("decide"), MENTIONS.name, 0),
        (settings.group("decide"), MENTIONS.name, 1),
        (settings.group("decide"), MENTIONS.name, 2),
        ("my-desk", NAMED.name, 1),
        ("my-desk", ALERTS.name, 1),
    ]
    nexts = [next_of(settings, *each) for each in going_on]
    taken = take_backup(settings, tmp_path, everything=False, moved=nobody_looks)
    places = [Place(topic.name, number) for topic in (ALERTS, NAMED) for number in range(ALERTS.partitions)]
    ends = Broker(settings.kafka).ends(places)
    asyncio.run(empty_topics(settings.kafka))
    for group, topic, number in going_on:
        assert not Broker(settings.kafka).commits(group, [Place(topic, number)]), (
            "the broker has forgotten them with the topics"
        )

    config_to = tmp_path / "restored"
    done = restore_backup(
        settings, Archive.open(taken.path), config_to, force=False, start_again=False, moved=nobody_looks
    )

    assert {topic.name: as_written(asyncio.run(stands_in(settings, topic.name))) for topic in kept} == before
    begins = Broker(settings.kafka).begins(places)
    assert all(begins[place] > ends[place] for place in places), "a place of before would not be told from one of now"
    assert [next_of(settings, *each) for each in going_on] == nexts
    assert nexts[:5] == [b"27", b"13", b"18", None, b"2"]
    assert sorted(path.name for path in config_to.rglob("*.yaml")) == ["small.yaml", "tocsin.yaml"]
    assert done.letters_left_out == 1, "of the lost one there was only the head"
    articles = asyncio.run(stands_in(settings, ARTICLES.name))
    for letter, record in zip(letters_of(settings), asyncio.run(stands_in(settings, DEAD_LETTERS.name)), strict=False):
        now = decode(DEAD_LETTERS, record)
        [stands] = [each for each in articles if (each.partition, each.offset) == (0, now.origin_offset)]
        assert stands.key == letter.origin_key
    assert min(each.offset for each in articles if each.partition == 0 and each.value == b"27") == 0, "the tail only"
    assert settings.group("restore") not in Broker(settings.kafka).groups()


def test_one_that_was_cut_short_is_begun_anew_only_when_told_to(settings: Settings, tmp_path: Path) -> None:
    asyncio.run(provision(settings.kafka, [NAMED]))
    fill(settings)
    before = as_written(asyncio.run(stands_in(settings, FEEDBACK.name)))
    backup = take_backup(settings, tmp_path / "backup.tar.zst", everything=True, moved=nobody_looks).path

    def restore(*, start_again: bool = False, moved: Moved = nobody_looks) -> None:
        restore_backup(settings, Archive.open(backup), None, force=False, start_again=start_again, moved=moved)

    for start_again in (False, True):  # it deletes nothing that no restore wrote
        with pytest.raises(NotRestorable, match=f"the broker is not empty: .*{ALERTS.name}.* hold records"):
            restore(start_again=start_again)
    asyncio.run(empty_topics(settings.kafka))

    def cut_short(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        restore(moved=cut_short)
    asyncio.run(put(settings, [encode(DEAD_LETTERS.name, letters_of(settings)[0], "tagging")]))
    with pytest.raises(CannotTake, match="was cut short"):
        take_backup(settings, tmp_path, everything=False, moved=nobody_looks)
    with pytest.raises(NotRestorable, match="run it once more with --start-again"):
        restore()
    restore(start_again=True)
    assert as_written(asyncio.run(stands_in(settings, FEEDBACK.name))) == before


def test_it_refuses_while_anybody_reads(settings: Settings, tmp_path: Path) -> None:
    taken = take_backup(settings, tmp_path, everything=False, moved=nobody_looks)
    consumer = Consumer(settings.kafka.librdkafka() | {"group.id": settings.group("decide")})
    consumer.subscribe([MENTIONS.name])
    try:
        while not consumer.assignment():
            consumer.poll(0.1)
        with pytest.raises(NotRestorable, match=f"{settings.group('decide')}.*stop them"):
            restore_backup(settings, Archive.open(taken.path), None, force=False, start_again=False, moved=nobody_looks)
    finally:
        consumer.close()


def made(path: Path, **said: object) -> Path:
    """A backup of nothing that says this of itself."""
    manifest = {
        "tocsin": version("tocsin"),
        "deployment": "tocsin",
        "taken_at": datetime(2026, 11, 24, tzinfo=UTC),
        "topics": {"alerts": TopicTaken(partitions=3, part="whole")},
        **said,
    }
    with new_archive(path) as archive:
        archive.say(MANIFEST, Manifest.model_validate(manifest))
        archive.say(CUT, Cut(groups={}, ends={}))
        archive.end()
    return path


@pytest.mark.parametrize(
    ("said", "error", "words"),
    [
        ({"tocsin": "99.1.0"}, NotABackup, r"taken by Tocsin 99\.1\.0, this is .*; restore it by 99\.1\.0 or later"),
        ({"deployment": "herat"}, NotRestorable, "set TOCSIN_DEPLOYMENT=herat"),
        ({"topics": {"alerts": TopicTaken(partitions=5, part="whole")}}, NotRestorable, "5 partitions.*declares 3"),
        ({"topics": {"old": TopicTaken(partitions=1, part="whole")}}, NotRestorable, "declares none of this name"),
    ],
    ids=["newer", "another deployment", "other partitions", "unknown topic"],
)
def test_what_does_not_fit_is_refused_before_a_broker_is_asked(
    tmp_path: Path, said: dict[str, object], error: type[Exception], words: str
) -> None:
    done = invoke("restore", made(tmp_path / "backup.tar.zst", **said))
    assert isinstance(done.exception, error)
    with pytest.raises(error, match=words):
        raise done.exception


def test_a_configuration_that_is_there_stays(tmp_path: Path) -> None:
    write_folder(tmp_path / "config", {"tocsin.yaml": "mine"})
    done = invoke("restore", made(tmp_path / "backup.tar.zst"), "--config-to", tmp_path / "config")
    assert isinstance(done.exception, NotRestorable)
    assert "--force" in str(done.exception)


def test_a_check_says_what_is_in_it_and_needs_no_broker(tmp_path: Path) -> None:
    done = invoke("restore", "--check", made(tmp_path / "backup.tar.zst"))
    assert done.exit_code == 0, done.output
    assert "whole; deployment tocsin" in done.output


def test_a_broker_without_topics_is_not_backed_up(settings: Settings, tmp_path: Path) -> None:
    broker = Broker(settings.kafka)
    broker.delete_topics([ALERTS.name])
    eventually(lambda: ALERTS.name not in broker.topics(), "it is gone")
    with pytest.raises(CannotTake, match=r"no topic alerts on this broker.*tocsin topics list"):
        take_backup(settings, tmp_path, everything=False, moved=nobody_looks)
    assert not list(tmp_path.glob("*.zst"))
