"""`tocsin topics` brings the broker to the declaration, again and again, and says what differs."""

import asyncio
import json

import pytest
from aiokafka.admin import NewTopic

from services.backbone.settings import Settings
from services.backbone.topics import TOPICS
from tests.alerting.examples import PACK, write_folder
from tests.backbone.on_kafka import admin_of
from tests.cli.command import run, variables_of

OWN = "alerts.kabul-desk"
EVERY = {topic.name for topic in TOPICS} | {OWN}


@pytest.fixture
def desk(settings: Settings) -> dict[str, str]:
    """The environment of a desk whose watch has a topic of its own; that one is not on the broker yet."""
    watch = {"id": "ttp", "any": [{"actor": "ttp"}], "topic": "kabul-desk"}
    write_folder(settings.config, {"pack/small.yaml": PACK, "watches/desk.yaml": {"watches": [watch]}})
    return variables_of(settings)


def make(settings: Settings, partitions: int, **config: str) -> None:
    """Make the desk's topic by another hand."""

    async def create() -> None:
        async with admin_of(settings) as admin:
            await admin.create_topics([NewTopic(OWN, partitions, 1, topic_configs=config)])

    asyncio.run(create())


def states(command: str, desk: dict[str, str]) -> tuple[int, dict[str, str]]:
    """What a command says of each topic."""
    told = run("topics", command, "--json", **desk)
    lines = [json.loads(line) for line in told.stdout.splitlines()]
    return told.returncode, {line["topic"]: line["state"] for line in lines}


def test_what_is_missing_is_created_and_the_second_time_nothing_is(desk: dict[str, str]) -> None:
    present, unchanged = dict.fromkeys(EVERY, "present"), dict.fromkeys(EVERY, "unchanged")

    assert states("list", desk) == (1, present | {OWN: "missing"})
    assert states("provision", desk) == (0, unchanged | {OWN: "created"})
    assert states("list", desk) == (0, present)

    again = run("topics", "provision", **desk)
    assert {tuple(line.split()) for line in again.stdout.splitlines()} == {("unchanged", name) for name in EVERY}
    listed = [line.split() for line in run("topics", "list", **desk).stdout.splitlines()]
    assert [OWN, "watch", "id", "3", "90", "days", "present"] in listed


def test_another_retention_is_told_and_mended(settings: Settings, desk: dict[str, str]) -> None:
    make(settings, 3, **{"retention.ms": "1000"})

    told = run("topics", "provision", **desk)

    assert told.returncode == 0
    name, difference = told.stdout.split(f"changed    {OWN}\n")[1].splitlines()[0].split(" is 1000, ")
    assert (name.strip(), difference) == ("retention.ms", f"declared is {90 * 24 * 60 * 60 * 1000}")
    assert states("list", desk)[0] == 0


def test_another_partition_count_is_refused_with_the_fix(settings: Settings, desk: dict[str, str]) -> None:
    make(settings, 2, **{"retention.ms": "1000"})

    refused = run("topics", "provision", **desk)

    assert (refused.returncode, refused.stdout) == (1, "")
    [message] = refused.stderr.splitlines()
    assert message.startswith(f"error: {OWN}: has 2 partitions, declared are 3; ")
    assert "delete the topic and provision it anew" in message
    listed = run("topics", "list", COLUMNS="200", **desk)
    assert listed.returncode == 1
    assert "has 2 partitions, declared are 3" in listed.stdout
    assert "retention.ms is 1000" in listed.stdout, "nothing was changed"
