"""`tocsin alerts tail` subscribes as any user of the alert topics would."""

import asyncio
import itertools
import signal
import subprocess
import threading
import time
from collections.abc import Iterable

import pytest
from confluent_kafka import Producer

from schemas import Alert, Held, Reason
from services.backbone.provision import provision
from services.backbone.record import OutgoingRecord, encode
from services.backbone.settings import Settings
from services.backbone.topics import ALERTS, alert_topic
from tests.alerting.examples import alert
from tests.backbone.on_kafka import put
from tests.cli.command import TOCSIN, run, variables_of, variables_with


def ring(settings: Settings, *alerts: Alert, topic: str = ALERTS.name) -> None:
    asyncio.run(put(settings, [encode(topic, alert, "decide") for alert in alerts]))


def tail(settings: Settings, *arguments: str) -> list[Alert]:
    """What it prints as JSON from the beginning; the limit ends it."""
    told = run("alerts", "tail", "--from", "beginning", "--json", *arguments, **variables_of(settings))
    assert (told.returncode, told.stderr) == (0, "")
    return by_id(Alert.read(line.encode()) for line in told.stdout.splitlines())


def by_id(alerts: Iterable[Alert]) -> list[Alert]:
    """Watches stand in different partitions, so alerts of several have no order."""
    return sorted(alerts, key=lambda alert: alert.id)


def test_from_the_beginning_every_committed_alert_is_told_whole(settings: Settings) -> None:
    doubtful = Producer(settings.kafka.librdkafka() | {"transactional.id": "doubtful"})
    doubtful.init_transactions(10)
    doubtful.begin_transaction()
    doubtful.produce(ALERTS.name, alert(slug="taken-back").write(), key=b"ttp")
    doubtful.flush(10)
    doubtful.abort_transaction(10)
    rung = [alert(slug="one"), alert(slug="two"), alert(watch="other", slug="one")]
    ring(settings, *rung)

    assert tail(settings, "--limit", "3") == by_id(rung)
    assert tail(settings, "--limit", "1", "--watch", "other") == rung[2:]


def test_what_nobody_is_told_of_is_shown_only_on_demand(settings: Settings) -> None:
    held = alert(slug="held").model_copy(update={"held": Held.SILENCED, "held_by": "talks"})
    copy = alert(slug="copied").model_copy(update={"action": "update", "reason": Reason.COPY, "sequence": 1})
    told = alert(slug="told")
    ring(settings, held, copy, told)

    assert tail(settings, "--limit", "1") == [told]
    assert tail(settings, "--limit", "3", "--all") == by_id([held, copy, told])


def test_a_topic_of_its_own_is_read_by_its_name(settings: Settings) -> None:
    asyncio.run(provision(settings.kafka, [alert_topic("kabul-desk")]))
    ring(settings, alert(slug="elsewhere"))
    ring(settings, alert(slug="here"), topic="alerts.kabul-desk")

    assert tail(settings, "--limit", "1", "--topic", "kabul-desk") == [alert(slug="here")]

    missing = run("alerts", "tail", "--topic", "no-desk", **variables_of(settings))
    assert missing.returncode == 1
    [message] = missing.stderr.splitlines()
    assert message == "error: topic alerts.no-desk does not exist; create it: tocsin topics provision"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_from_now_each_alert_is_shown_as_it_rings_until_it_is_told_to_end(
    settings: Settings, number: signal.Signals
) -> None:
    ring(settings, alert(slug="before"))
    shown: list[str] = []
    command = [*TOCSIN, "alerts", "tail"]
    with subprocess.Popen(
        command, env=variables_with(**variables_of(settings)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as tailing:
        assert tailing.stdout is not None
        assert tailing.stderr is not None
        reading = threading.Thread(target=shown.extend, args=(tailing.stdout,))
        reading.start()
        end = time.monotonic() + 30
        for attempt in itertools.count():
            assert time.monotonic() < end, "nothing was shown"
            ring(settings, alert(slug=f"after-{attempt}"))
            time.sleep(0.5)
            if any("after" in line for line in shown):
                break
        if number is signal.SIGINT:
            asyncio.run(put(settings, [OutgoingRecord(ALERTS.name, b"ttp", b"no JSON", [])]))
            told = tailing.stderr.readline()
            assert told.startswith("alerts[")
            assert "not a Alert: Invalid JSON" in told
        tailing.send_signal(number)
        assert tailing.wait(10) == 0
        assert tailing.stderr.read() == ""
        reading.join()
    assert not any("before" in line for line in shown)
    assert "NORMAL" in shown[0]
    assert "Officials spoke of the «TTP» in Kabul." in "".join(shown)
