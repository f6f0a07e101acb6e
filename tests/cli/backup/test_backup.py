"""The line works while a backup is taken; then the broker is lost, and an empty one goes on from the backup."""

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from schemas import Alert, Delivery, Outcome
from services.backbone.provision import provision
from services.backbone.record import OutgoingRecord, decode
from services.backbone.settings import DEFAULT_CONFIG, KafkaSettings, Settings
from services.backbone.topics import ACKNOWLEDGEMENTS, ARTICLES, DELIVERIES, alert_topic, declared
from services.broker import KafkaBroker, free_port
from services.cli.run import LINE
from tests.backbone.on_kafka import put, stands_in
from tests.broker.conftest import JARS, installed
from tests.cli.command import run, variables_of
from tests.vocabulary import Desk, Item, Site, alerts, rings

FEEDS = 4
STEPS = 16
PER_STEP = 6
STEP_SECONDS = 0.4
SECRET = "whsec_dG9jc2luLXRlc3Qtc2VjcmV0LTAxMjM0NTY3"
WATCHES: dict[str, dict[str, Any]] = {
    "ttp": {"any": [{"actor": "ttp"}], "topic": "desk"},
    "khorasan": {"any": [{"actor": "iskp"}], "group": {"by": "watch", "wait": "8s", "interval": "8s"}},
}


def items(feed: int) -> list[Item]:
    """A feed's articles: every second one names the TTP, every fourth ISKP. They have not much in common."""
    return [
        Item(
            f"{feed}-{number}",
            f"Report {number} of desk {feed}",
            f"Officials spoke of {'the TTP' if number % 2 == 0 else 'the harvest'} in report {number} of {feed}."
            + (" They also named Daesh-Khorasan." if number % 4 == 1 else ""),
        )
        for number in range(STEPS * PER_STEP)
    ]


def installation(folder: Path, broker: KafkaBroker, site: Site) -> Desk:
    """A desk with two channels; the second one's receiver takes nothing at first."""
    settings = Settings(
        config=folder / "config",
        deployment="kabul",
        instance=folder.name,
        port=0,
        log_format="json",
        recheck=False,
        kafka=KafkaSettings(bootstrap_servers=broker.address, session_timeout_seconds=6),
    )
    return Desk(settings, {"WEBHOOK_SECRET": SECRET, "TOCSIN_RECHECK": "false", "TOCSIN_LOG_LEVEL": "info"})


def configure(desk: Desk, site: Site) -> None:
    pack = desk.settings.config / "pack"
    pack.parent.mkdir(parents=True)
    pack.symlink_to(DEFAULT_CONFIG / "pack")
    channels = [
        {
            "id": name,
            "type": "webhook",
            "url": f"{site.url}/{name}",
            "secret": {"env": "WEBHOOK_SECRET"},
            "allow_networks": ["127.0.0.0/8"],
            "retry_seconds": [1] * 100,
        }
        for name in ("hook", "stubborn")
    ]
    desk.writes("tocsin.yaml", {"channels": channels, "default_channels": ["hook", "stubborn"]})
    desk.watches(**WATCHES)
    desk.reads(*(f"{site.url}/feed-{feed}" for feed in range(FEEDS)))


@contextmanager
def kafka_in(folder: Path) -> Iterator[KafkaBroker]:
    """A broker for one of the two installations."""
    with installed(KafkaBroker(folder, free_port(), jars=JARS)) as broker:
        yield broker


@contextmanager
def publishing_more(site: Site, feeds: Mapping[int, list[Item]]) -> Iterator[None]:
    """While the block runs the feeds carry more and more; what is left of it comes at its end."""
    ended = threading.Event()

    def publish() -> None:
        for step in range(1, STEPS + 1):
            if step > STEPS * 3 // 4:
                ended.wait()
            for feed, entries in feeds.items():
                site.publishes(f"feed-{feed}", entries[: step * PER_STEP])
            time.sleep(STEP_SECONDS)

    thread = threading.Thread(target=publish)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def webhook_ids(site: Site, path: str, since: int = 0) -> list[str]:
    """The ids of the messages that came to a path, from the nth request on."""
    return [headers["webhook-id"] for where, headers, _ in site.received[since:] if where == path]


def events(of: Sequence[Alert]) -> Counter[str]:
    return Counter(alert.event_id for alert in of)


def delivered(desk: Desk) -> dict[tuple[str, str], Delivery]:
    """What each channel took."""
    records = asyncio.run(stands_in(desk.settings, DELIVERIES.name))
    found = [decode(DELIVERIES, record) for record in records]
    return {(each.channel, each.message_id): each for each in found if each.outcome is Outcome.DELIVERED}


def waited(of: Sequence[Alert]) -> list[str]:
    """The alerts that were held at first."""
    return [each.id for each in of if each.held is not None]


def gathered(of: Sequence[Alert]) -> Counter[str]:
    """The alerts that a group told of, all in one or, where there was one, itself."""
    told = [each for each in of if each.watch.id == "khorasan" and each.tells]
    return Counter(id_ for each in told for id_ in ([item.alert_id for item in each.items] or [each.id]))


def told_of(desk: Desk, watch: str) -> list[str]:
    """The addresses of the articles that a watch rang for, one by one."""
    return [ring.article.url for ring in rings(desk) if ring.watch == watch]


def test_an_empty_broker_goes_on_from_a_backup_that_was_taken_under_load(tmp_path: Path) -> None:
    backup = tmp_path / "backup.tar.zst"
    feeds = {feed: items(feed) for feed in range(FEEDS)}
    expected = Counter(item.url for entries in feeds.values() for number, item in enumerate(entries) if number % 2 == 0)
    with Site().open() as site:
        site.refuses.add("/stubborn")
        with kafka_in(tmp_path / "first-kafka") as broker:
            first = installation(tmp_path / "first", broker, site)
            configure(first, site)
            asyncio.run(provision(first.settings.kafka, declared(["desk"])))
            with first.running(*LINE):
                for feed, entries in feeds.items():
                    site.publishes(f"feed-{feed}", entries[:PER_STEP])
                first.eventually(lambda: len(told_of(first, "ttp")) >= FEEDS * PER_STEP // 2, "it rings")
                acknowledged = rings(first)[0].alert.id
                step = run("alerts", "acknowledge", acknowledged, "--by", "Zarmina", **variables_of(first.settings))
                assert step.returncode == 0, step.stderr
                with publishing_more(site, feeds):
                    first.eventually(lambda: len(told_of(first, "ttp")) >= 40, "more and more")
                    done = run("backup", backup, **variables_of(first.settings))
                    assert done.returncode == 0, done.stderr
                    assert "not in it" not in done.stdout
                first.eventually(lambda: len(told_of(first, "ttp")) >= 150, "it went on meanwhile")
            told_first = alerts(first)
            articles = asyncio.run(stands_in(first.settings, ARTICLES.name))
            broker.kill()
        asked = len(site.received)

        with kafka_in(tmp_path / "second-kafka") as broker:
            second = installation(tmp_path / "second", broker, site)
            done = run("restore", backup, "--config-to", second.settings.config, **variables_of(second.settings))
            assert done.returncode == 0, done.stderr
            restored = alerts(second)
            taken_before = delivered(second)
            site.refuses.clear()
            again = [
                OutgoingRecord(ARTICLES.name, record.key, record.value, list(record.headers)) for record in articles
            ]
            with second.running(*LINE):
                asyncio.run(put(second.settings, again))
                second.eventually(lambda: Counter(told_of(second, "ttp")) >= expected, "all ring")
                second.eventually(
                    lambda: (
                        {each.event_id for each in alerts(second) if each.tells}
                        <= set(webhook_ids(site, "/stubborn", asked))
                    ),
                    "the stubborn one gets all of it",
                )
                second.eventually(lambda: len(waited(alerts(second))) == expected.total() // 2, "all of them were held")
                second.eventually(
                    lambda: set(gathered(alerts(second))) == set(waited(alerts(second))), "what waited is told"
                )
                time.sleep(2)
            told = alerts(second)
            named = alerts(second, alert_topic("desk").name)

            assert len(restored) >= 40
            assert len(told_first) > len(restored), "there was no load while the backup was taken"
            assert not [event for event, count in events(told).items() if count > 1]
            assert events(restored) <= events(told)
            assert Counter(told_of(second, "ttp")) == expected
            assert events(named) == events([each for each in told if each.watch.id == "ttp"])
            assert {each.event_id for each in told if each.watch.id == "ttp"} >= {
                each.event_id for each in told_first if each.watch.id == "ttp"
            }
            repeated = set(webhook_ids(site, "/hook", asked)) & {id_ for name, id_ in taken_before if name == "hook"}
            assert not repeated
            assert gathered(told) == Counter(waited(told)), "each of what waited is told of once"
            assert set(waited(restored)) - set(gathered(restored)), "nothing waited when the backup was taken"
            acknowledgements = asyncio.run(stands_in(second.settings, ACKNOWLEDGEMENTS.name))
            assert [decode(ACKNOWLEDGEMENTS, each).alert_id for each in acknowledgements] == [acknowledged]
