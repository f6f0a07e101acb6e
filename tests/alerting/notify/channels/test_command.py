import asyncio
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
import uvloop
from pydantic import ValidationError

from services.alerting.notify.channels.answer import Answer, Verdict
from services.alerting.notify.channels.channel import Unusable
from services.alerting.notify.channels.command import MAX_OUTPUT_BYTES, Command, CommandConfig
from services.alerting.notify.message import Message
from tests.alerting.examples import alert
from tests.alerting.notify.channels.messages import TRACE, a_test, message, trouble

ENVIRONMENT = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "DESK_PASSWORD": "a secret of another channel"}


def described(*command: str, **more: Any) -> CommandConfig:
    return CommandConfig.model_validate({"id": "script", "type": "command", "command": command} | more)


def script(folder: Path, text: str, **more: Any) -> Command:
    """The channel of a shell script of this text; `$1` is its argument."""
    path = folder / "on-alert"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return described("./on-alert", "$(date) `id` ; --x", **more).channel(folder, ENVIRONMENT)


async def run(channel: Command, given: Message | None = None) -> Answer:
    async with channel.connect() as send:
        return await send(given or message())


async def test_a_program_gets_the_envelope_on_its_standard_input(tmp_path: Path) -> None:
    answer = await run(script(tmp_path, "cat > got"))

    assert answer == Answer(Verdict.TAKEN, "exit status 0")
    assert (tmp_path / "got").read_bytes() == message().body()


async def test_no_shell_reads_the_arguments(tmp_path: Path) -> None:
    await run(script(tmp_path, 'printf %s "$1" > got'))

    assert (tmp_path / "got").read_text() == "$(date) `id` ; --x"


async def test_the_environment_is_small_and_holds_facts_of_the_message(tmp_path: Path) -> None:
    hostile = message(title="() { :; }; touch hit\n--flag")
    await run(
        script(
            tmp_path, f'exec {sys.executable} -c \'import os, json; json.dump(dict(os.environ), open("got", "w"))\''
        ),
        hostile,
    )

    got = json.loads((tmp_path / "got").read_text())
    for of_the_shell in ("PWD", "SHLVL", "_", "OLDPWD", "LC_CTYPE"):
        got.pop(of_the_shell, None)
    assert got == {
        "PATH": ENVIRONMENT["PATH"],
        "LANG": "C.UTF-8",
        "TOCSIN_MESSAGE_ID": alert().event_id,
        "TOCSIN_TYPE": "tocsin.alert.v1",
        "TOCSIN_CHANNEL": "desk",
        "TOCSIN_SEVERITY": "normal",
        "TOCSIN_THREAD": alert().thread,
        "TOCSIN_AT": "2026-11-24T12:00:00Z",
        "TOCSIN_WATCH": "ttp",
        "TOCSIN_ALERT_ID": alert().id,
        "TOCSIN_SEQUENCE": "0",
        "TOCSIN_ACTION": "ring",
        "TOCSIN_REASON": "first-mention",
        "TRACEPARENT": TRACE,
    }


async def test_a_test_and_word_of_trouble_are_told_as_such(tmp_path: Path) -> None:
    channel = script(tmp_path, 'echo "$TOCSIN_TYPE,$TOCSIN_TEST,$TOCSIN_WATCH" >> got')
    await run(channel, a_test())
    await run(channel, trouble())

    assert (tmp_path / "got").read_text().splitlines() == ["tocsin.alert.v1,1,ttp", "tocsin.channel-incident.v1,,"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("exit 0", Answer(Verdict.TAKEN, "exit status 0")),
        ("echo no such desk >&2; exit 65", Answer(Verdict.NEVER, "exit status 65: no such desk", is_the_channel=False)),
        ("echo busy; exit 75", Answer(Verdict.LATER, "exit status 75: busy")),
        ("printf 'red \\033[31m\\n'; exit 1", Answer(Verdict.LATER, "exit status 1: red [31m")),
        ("kill -SEGV $$", Answer(Verdict.LATER, "ended by SIGSEGV")),
    ],
)
async def test_what_an_exit_status_means(text: str, expected: Answer, tmp_path: Path) -> None:
    assert await run(script(tmp_path, text)) == expected


async def test_a_program_that_reads_nothing_takes_the_message_all_the_same(tmp_path: Path) -> None:
    big = message(title="x" * 1_000_000)

    assert (await run(script(tmp_path, "exit 0"), big)).verdict is Verdict.TAKEN


async def test_output_is_kept_to_a_bound_and_never_waited_for(tmp_path: Path) -> None:
    answer = await run(script(tmp_path, "head -c 10000000 /dev/zero | tr '\\0' x; exit 1"))

    assert MAX_OUTPUT_BYTES == 16 * 1024
    assert answer.detail.startswith("exit status 1: xxx")
    assert len(answer.detail) == 200


def _alive(pid_file: Path) -> bool:
    """Whether the process that wrote its number there is at work."""
    pid = int(pid_file.read_text())
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


@pytest.mark.parametrize("loop_factory", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_what_is_not_done_at_the_deadline_is_killed_with_all_that_it_started(loop_factory: Any, tmp_path: Path) -> None:
    channel = script(
        tmp_path, "trap '' TERM\nsh -c 'echo $$ > pid; exec sleep 60' & echo waiting; wait", timeout_seconds=1
    )
    begun = time.monotonic()
    with asyncio.Runner(loop_factory=loop_factory) as runner:
        answer = runner.run(run(channel))

    assert answer == Answer(Verdict.LATER, "not done within 1 s, and killed: waiting")
    assert time.monotonic() - begun < 5
    _eventually_gone(tmp_path / "pid")


@pytest.mark.parametrize("loop_factory", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_what_a_program_leaves_running_is_neither_waited_for_nor_left(loop_factory: Any, tmp_path: Path) -> None:
    channel = script(tmp_path, "sh -c 'echo $$ > pid; exec sleep 60' & while [ ! -s pid ]; do sleep 0.01; done; exit 0")
    begun = time.monotonic()
    with asyncio.Runner(loop_factory=loop_factory) as runner:
        answer = runner.run(run(channel))

    assert answer.verdict is Verdict.TAKEN
    assert time.monotonic() - begun < 5
    _eventually_gone(tmp_path / "pid")


async def test_an_attempt_that_is_cancelled_leaves_nothing_running(tmp_path: Path) -> None:
    attempt = asyncio.create_task(run(script(tmp_path, "echo $$ > pid; exec sleep 60")))
    await asyncio.to_thread(_eventually, lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text())
    attempt.cancel()
    with pytest.raises(asyncio.CancelledError):
        await attempt

    _eventually_gone(tmp_path / "pid")


def _eventually_gone(pid_file: Path) -> None:
    _eventually(lambda: not _alive(pid_file))


def _eventually(happens: Callable[[], object]) -> None:
    end = time.monotonic() + 5
    while not happens():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


async def test_a_program_that_went_away_is_tried_later(tmp_path: Path) -> None:
    channel = script(tmp_path, "exit 0")
    (tmp_path / "on-alert").unlink()

    assert await run(channel) == Answer(Verdict.LATER, "./on-alert did not start: No such file or directory")


@pytest.mark.parametrize("name", ["./none", "no-such-program-anywhere", "."])
def test_a_program_that_is_not_there_is_told_with_what_to_do(name: str, tmp_path: Path) -> None:
    with pytest.raises(Unusable) as raised:
        described(name).channel(tmp_path, ENVIRONMENT)

    assert raised.value.key == "command"
    assert raised.value.what == f"no program {name!r} that can be started"
    assert "chmod +x" in raised.value.fix


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ([], r"a command that is no list of words; write \["),
        ("cat -n", r"a command that is no list of words; write \["),
        (["cat", 7], r"a command that is no list of words; write \["),
        (["cat", "a\0b"], "a word with a NUL in it"),
    ],
)
def test_a_command_is_a_list_of_words(command: object, says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        CommandConfig.model_validate({"id": "script", "type": "command", "command": command})
