import asyncio
import fcntl
import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from services.alerting.notify.channels import append, file
from services.alerting.notify.channels.answer import Answer, Verdict
from services.alerting.notify.channels.channel import Unusable
from services.alerting.notify.channels.file import File, FileConfig
from services.alerting.notify.message import Message
from tests.alerting.notify.channels.messages import message, trouble

WRITTEN = Answer(Verdict.TAKEN, "written")


def described(folder: Path, **more: Any) -> File:
    config = FileConfig.model_validate({"id": "log", "type": "file", "path": "alerts.jsonl"} | more)
    return config.channel(folder, {})


async def write(channel: File, *messages: Message) -> list[Answer]:
    async with channel.connect() as send:
        return [await send(one) for one in messages]


async def test_each_message_is_one_line_of_json(tmp_path: Path) -> None:
    hostile = message(title="two\nlines\r\n  \x1b[31m")
    assert await write(described(tmp_path), hostile, trouble()) == [WRITTEN, WRITTEN]

    content = (tmp_path / "alerts.jsonl").read_bytes()
    first, second = content.removesuffix(b"\n").split(b"\n")
    assert first == hostile.body()
    assert json.loads(second)["type"] == "tocsin.channel-incident.v1"


async def test_text_is_for_people(tmp_path: Path) -> None:
    await write(described(tmp_path, format="text"), message(), trouble())

    text = (tmp_path / "alerts.jsonl").read_text()
    assert "The «TTP» is named" in text
    assert text.index("\n\n") < text.index("pager")


async def test_text_may_be_the_desks_own(tmp_path: Path) -> None:
    await write(described(tmp_path, format="text", templates={"text": "RANG {{ watch }}"}), message())

    assert (tmp_path / "alerts.jsonl").read_text() == "RANG ttp\n\n"


async def test_messages_at_once_do_not_mix(tmp_path: Path) -> None:
    async with described(tmp_path).connect() as send:
        await asyncio.gather(*(send(message(f"slug-{number}")) for number in range(50)))

    lines = (tmp_path / "alerts.jsonl").read_bytes().splitlines()
    assert {json.loads(line)["data"]["id"] for line in lines} == {message(f"slug-{n}").id for n in range(50)}


async def test_a_disk_that_is_full_is_tried_later_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "write", lambda _, data: len(data) // 2)
    assert await write(described(tmp_path), message()) == [
        Answer(Verdict.LATER, "alerts.jsonl: No space left on device; make room on the disk")
    ]


async def test_a_folder_that_went_away_is_tried_later(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    channel = described(tmp_path, path="logs/alerts.jsonl")
    (tmp_path / "logs").rmdir()
    (before,) = await write(channel, message())
    (tmp_path / "logs").mkdir()
    (after,) = await write(channel, message())

    assert before == Answer(Verdict.LATER, "alerts.jsonl: No such file or directory; make the folder")
    assert after == WRITTEN


async def test_a_lock_that_another_process_keeps_is_not_waited_for_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(append, "LOCK_SECONDS", 0.1)
    channel = described(tmp_path)
    with channel.path.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        (kept,) = await write(channel, message())
    (free,) = await write(channel, message())

    assert kept == Answer(Verdict.LATER, "alerts.jsonl: another process holds its lock for 0.1 s")
    assert free == WRITTEN


async def test_a_disk_that_stands_still_ends_at_the_deadline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert file.TIMEOUT_SECONDS == 15
    monkeypatch.setattr(file, "TIMEOUT_SECONDS", 0.1)
    monkeypatch.setattr(os, "fsync", lambda _: time.sleep(0.5))
    (answer,) = await write(described(tmp_path, fsync=True), message())

    assert answer == Answer(Verdict.LATER, "alerts.jsonl took nothing for 0.1 s; is its disk there?")


async def test_a_pipe_that_nobody_reads_does_not_stop_it(tmp_path: Path) -> None:
    channel = described(tmp_path)
    os.mkfifo(channel.path)
    (answer,) = await write(channel, message())

    assert answer == Answer(Verdict.LATER, "alerts.jsonl: is no file")


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("none/alerts.jsonl", "the folder {}/none is not there"),
        (".", "{} is no file"),
        ("a\0b", "a path with a NUL in it, which no file can have"),
    ],
)
def test_a_place_that_cannot_be_is_told(path: str, what: str, tmp_path: Path) -> None:
    with pytest.raises(Unusable) as raised:
        described(tmp_path, path=path)

    assert raised.value.key == "path"
    assert raised.value.what == what.format(tmp_path)
