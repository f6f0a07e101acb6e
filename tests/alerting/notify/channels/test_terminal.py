import io
import sys
from pathlib import Path

import pytest

from services.alerting.notify.channels.answer import Answer, Verdict
from services.alerting.notify.channels.terminal import Terminal, TerminalConfig
from services.alerting.notify.message import Message
from tests.alerting.examples import alert


def screen(**more: object) -> Terminal:
    """As it is described."""
    config = TerminalConfig.model_validate({"id": "screen", "type": "terminal", **more})
    return config.channel(Path(), {})


ALERT = Message.of(alert(), "screen")


async def test_an_alert_is_printed_with_the_watched_words_marked(capsys: pytest.CaptureFixture[str]) -> None:
    async with screen().connect() as send:
        assert await send(ALERT) == Answer(Verdict.TAKEN, "printed")

    printed = capsys.readouterr().out
    assert "The «TTP» is named" in printed
    assert "\x1b" not in printed


async def test_an_output_that_is_closed_is_tried_later(monkeypatch: pytest.MonkeyPatch) -> None:
    closed = io.StringIO()
    closed.close()
    monkeypatch.setattr(sys, "stdout", closed)
    async with screen().connect() as send:
        answer = await send(ALERT)

    assert answer.verdict is Verdict.LATER


async def test_an_output_that_cannot_show_the_script_says_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding="ascii"))
    async with screen().connect() as send:
        answer = await send(ALERT)

    assert answer.verdict is Verdict.NEVER
    assert "PYTHONIOENCODING" in answer.detail


async def test_a_template_of_ones_own_takes_its_place(capsys: pytest.CaptureFixture[str]) -> None:
    async with screen(templates={"text": "{{ severity }}: {{ watch }}, {{ outlet }}"}).connect() as send:
        await send(ALERT)
    assert capsys.readouterr().out.strip() == "normal: ttp, Example News"
