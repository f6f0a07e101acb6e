"""`tocsin channel test`: send one message through a channel, and show what it answers."""

import asyncio
import os
import secrets
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.text import Text

from schemas import Alert, ArticleSummary, Passage, Reason, Source, WatchSummary
from services.alerting.notify.channels.answer import Answer, Verdict
from services.alerting.notify.channels.channel import Channel, Unusable
from services.alerting.notify.installation import load_installation
from services.alerting.notify.message import Message
from services.backbone.errors import ConfigurationError, Defect
from services.backbone.settings import load_settings
from services.cli.channel.naming import described
from services.cli.options import Config

_SENTENCE: Final = "This is a test of the way to you: nothing has happened."
_MEANS: Final = {
    Verdict.TAKEN: ("took it", "green"),
    Verdict.LATER: ("did not take it; an alert would be tried again", "red"),
    Verdict.NEVER: ("did not take it; an alert would not be tried again", "red"),
    Verdict.DISABLE: ("wants nothing any more; an alert would disable it", "red"),
}


def try_channel(
    name: Annotated[str, typer.Argument(help="A channel's id.", metavar="NAME")], config: Config = None
) -> None:
    """Send a test message through a channel and print its answer. Exit status 1 when it is not taken.

    It is sent by this process, with its environment: secrets that are named there must be set here too.
    """
    settings = load_settings(config=config)
    description, where = described(name, load_installation(settings.config))
    try:
        channel = description.channel(settings.config, os.environ)
    except Unusable as error:
        where = replace(where, path=f"{where.path}.{error.key}")
        raise ConfigurationError([Defect(where, error.what, error.fix)]) from None
    message = a_test(name, secrets.token_hex(8), datetime.now(UTC))
    answer, seconds = asyncio.run(_sent(channel, message))
    means, style = _MEANS[answer.verdict]
    told = Text.assemble((name, "bold"), " ", (means, style), f": {answer.detail} ({seconds:.2f} s, id {message.id})")
    Console(soft_wrap=True, highlight=False).print(told)
    if answer.verdict is not Verdict.TAKEN:
        raise typer.Exit(1)


def a_test(channel: str, mark: str, now: datetime) -> Message:
    """An alert that says of itself that it is a test.

    Args:
        channel: where it goes.
        mark: tells it from other tests.
        now: when it is sent.
    """
    watch = WatchSummary(id="test", name="Test", severity="low", topic=None)
    source = Source(id="tocsin", name="Tocsin")
    article = ArticleSummary(
        id=f"test-{mark}",
        revision="0",
        url="",
        title=_SENTENCE,
        source=source,
        language="en",
        published_at=None,
        seen_at=now,
    )
    alert = Alert(
        id=f"test-{mark}",
        reason=Reason.FIRST_MENTION,
        watch=watch,
        article=article,
        matches=(),
        topics=(),
        passages=(Passage(field="title", start=0, sentence=_SENTENCE, highlights=((10, 14),)),),
        rang_at=now,
        config_digest="",
    )
    return replace(Message.of(alert, channel), is_test=True)


async def _sent(channel: Channel, message: Message) -> tuple[Answer, float]:
    async with channel.connect() as send:
        began = time.monotonic()
        return await send(message), time.monotonic() - began
