import io
import sys

import pytest

from services.alerting.notify.channels.answer import Answer, Verdict
from services.alerting.notify.channels.terminal import Terminal, TerminalConfig
from tests.alerting.examples import alert

SCREEN = Terminal(TerminalConfig(id="screen", type="terminal"))


async def test_an_alert_is_printed_with_the_watched_words_marked(capsys: pytest.CaptureFixture[str]) -> None:
    async with SCREEN.connect() as send:
        assert await send(alert()) == Answer(Verdict.TAKEN, "printed")

    printed = capsys.readouterr().out
    assert "The «TTP» is named" in printed
    assert "\x1b" not in printed


async def test_an_output_that_is_closed_is_tried_later(monkeypatch: pytest.MonkeyPatch) -> None:
    closed = io.StringIO()
    closed.close()
    monkeypatch.setattr(sys, "stdout", closed)
    async with SCREEN.connect() as send:
        answer = await send(alert())

    assert answer.verdict is Verdict.LATER


async def test_an_output_that_cannot_show_the_script_says_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding="ascii"))
    async with SCREEN.connect() as send:
        answer = await send(alert())

    assert answer.verdict is Verdict.NEVER
    assert "PYTHONIOENCODING" in answer.detail
