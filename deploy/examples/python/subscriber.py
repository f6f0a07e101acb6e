"""Prints alerts, each once. It needs aiokafka and nothing of Tocsin: pip install aiokafka

    python subscriber.py [BOOTSTRAP_SERVERS [TOPIC [GROUP]]]

Stop it by SIGTERM or Ctrl-C. Another start goes on where this one ended; several of one group share the partitions.
"""

import asyncio
import json
import re
import signal
import sys
from collections import OrderedDict
from contextlib import suppress
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord
from aiokafka.errors import CommitFailedError, IllegalStateError

MOST_REMEMBERED = 100_000
STEERS = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""What would steer a terminal, or turn the direction of a line: titles are strangers' words."""


def tells(alert: dict[str, Any]) -> bool:
    """Whether people are told of this record: held ones and copies stand there so that nothing is hidden."""
    return alert.get("held") is None and alert["reason"] != "copy"


def show(alert: dict[str, Any]) -> None:
    """What your desk does with an alert goes here. Twice must do no harm: a crash may repeat the last few."""
    article = alert.get("article") or {}
    what = article.get("title") or f"{alert['stands_for']} alerts in one"
    word = "TAKEN BACK" if alert["reason"] == "withdrawn" else alert["action"].upper()
    print(STEERS.sub(" ", f"{word}  {alert['watch']['name']} ({alert['reason']}): {what}"), flush=True)


def handle(record: ConsumerRecord, newest: OrderedDict[str, int]) -> None:
    """One record. Its id and sequence say whether it was seen: of one id the sequence only grows."""
    if dict(record.headers).get("ce_type") != b"tocsin.alert.v1":
        return  # a type that this program is too old for
    alert = json.loads(record.value)
    if alert["sequence"] <= newest.get(alert["id"], -1):
        return
    if tells(alert):
        show(alert)
    newest[alert["id"]] = alert["sequence"]
    newest.move_to_end(alert["id"])
    if len(newest) > MOST_REMEMBERED:
        newest.popitem(last=False)


async def main(servers: str = "127.0.0.1:9092", topic: str = "alerts", group: str = "example-subscriber") -> None:
    consumer = AIOKafkaConsumer(
        topic,
        bootstrap_servers=servers,
        group_id=group,
        isolation_level="read_committed",  # else you see alerts that were taken back before they counted
        auto_offset_reset="earliest",  # a new group begins with what is stored; "latest": with what comes next
        enable_auto_commit=False,  # an offset is committed once the alert was handled, not before
    )
    stopping, newest = asyncio.Event(), OrderedDict[str, int]()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    await consumer.start()
    try:
        while not stopping.is_set():
            for partition, records in (await consumer.getmany(timeout_ms=500)).items():
                for record in records:
                    handle(record, newest)
                with suppress(
                    CommitFailedError, IllegalStateError
                ):  # it is another instance's by now: it may repeat them
                    await consumer.commit({partition: records[-1].offset + 1})
    finally:
        await consumer.stop()
    print("stopped")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
