"""`tocsin demo`: from feeds to alerts; then everything again, an edit and a kill -9, and nothing rings twice."""

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from schemas import Article, Source
from schemas.ids import article_id, revision
from services.alerting.match.load import load_watches
from services.alerting.match.meet import match_watches
from services.backbone.errors import TocsinError
from services.backbone.provision import provision
from services.backbone.settings import KafkaSettings, Settings, load_settings
from services.backbone.telemetry import configure_logging
from services.backbone.topics import ALERTS, declared
from services.broker import EmbeddedBroker, free_port
from services.cli.alerts import From, read_alerts, show
from services.cli.demo.articles import Sample, samples
from services.cli.demo.installation import SECRET, SECRET_VARIABLE, add_real_sources, write_installation
from services.cli.demo.newsroom import Newsroom
from services.cli.run import LINE, Stage, end_processes, stage_command
from services.ingestion.identity.address_key import address_key
from services.tagging.pack import load_engine
from services.tagging.tag import tag

FOLDER = Path(".tocsin") / "demo"
SECONDS = 55.0
QUIET_SECONDS = 3.0

Rang = tuple[str, str]
"""A watch's id and an article's id."""


class DemoFailed(TocsinError):
    """The demo did not show what it is there to show."""


app = typer.Typer(add_completion=False)


@app.command()
def demo(
    keep: Annotated[
        bool, typer.Option("--keep", help="Stay up and poll the real feeds of the default sources.")
    ] = False,
) -> None:
    """Show the main job on this machine, on a broker of its own in memory; leaves nothing behind."""
    console = Console(soft_wrap=True, highlight=False)
    configure_logging("auto", "error")
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    stopped = False
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))  # either way all is undone
    try:
        with EmbeddedBroker(FOLDER / "broker", free_port()) as broker:
            settings = load_settings(
                config=(FOLDER / "config").absolute(),
                deployment="demo",
                instance="demo",
                kafka=KafkaSettings(bootstrap_servers=broker.address, session_timeout_seconds=3),
            )
            asyncio.run(_Demo(settings, console, keep).run())
    except KeyboardInterrupt:
        stopped = True
    finally:
        shutil.rmtree(FOLDER, ignore_errors=True)
        with contextlib.suppress(OSError):
            FOLDER.parent.rmdir()  # ours too, unless a broker keeps its data there
    if stopped:
        raise typer.Exit(130)


class _Demo:
    def __init__(self, settings: Settings, console: Console, keep: bool) -> None:
        self._settings = settings
        self._console = console
        self._keep = keep
        self._newsroom = Newsroom(SECRET)
        self._port = free_port()
        self._processes: dict[Stage, subprocess.Popen[bytes]] = {}
        self._rang: Counter[Rang] = Counter()
        self._ids: set[str] = set()

    async def run(self) -> None:
        began = time.monotonic()
        write_installation(self._settings.config, f"http://127.0.0.1:{self._port}")
        watches = load_watches(self._settings.config)
        expected = expected_rings(self._settings.config, samples())
        self._say(f"{len(samples())} sample articles in 5 languages, {len(watches.listed)} watches, a broker in memory")
        await provision(self._settings.kafka, declared(watches.topics))
        async with self._newsroom.open(self._port):
            with self._stages():
                self._say("five processes start: ingestion, tagging, match, decide, notify\n")
                following = asyncio.ensure_future(self._follow())
                try:
                    await asyncio.wait_for(self._story(expected), SECONDS)
                    self._summary(expected, time.monotonic() - began)
                    if self._keep:
                        add_real_sources(self._settings.config)
                        self._say("\nnow the real feeds of the default sources are polled; Ctrl-C ends it\n")
                        await following
                except TimeoutError:
                    missing = sorted(expected - self._rang.keys())
                    raise DemoFailed(
                        f"not done after {SECONDS:.0f} s; not rung yet: {missing}; {self._logs()}"
                    ) from None
                finally:
                    following.cancel()

    async def _story(self, expected: set[Rang]) -> None:
        await self._until(lambda: expected <= self._rang.keys())
        await self._until(lambda: self._newsroom.received.keys() >= self._ids)
        first = self._rang.total()
        self._say(
            f"\n{first} alerts. Now every feed is served again, one article has been edited, and decide is killed"
        )
        decide = self._processes[Stage.DECIDE]
        decide.send_signal(signal.SIGKILL)
        decide.wait()
        self._newsroom.publish_next_edition()
        self._start(Stage.DECIDE)
        await self._until(lambda: self._newsroom.served(edition=2))
        edited = {rang for rang in expected if rang[1] in {_article(a).id for a in samples() if a.edited}}
        await self._until(lambda: self._decided("nothing-new") >= len(edited))
        await asyncio.sleep(QUIET_SECONDS)

    def _summary(self, expected: set[Rang], seconds: float) -> None:
        twice = [rang for rang, times in self._rang.items() if times > 1]
        unexpected = self._rang.keys() - expected
        delivered = self._newsroom.received.keys()
        if twice or unexpected or delivered != self._ids or self._newsroom.refused:
            raise DemoFailed(
                f"rang twice: {twice}; unexpected: {sorted(unexpected)}; webhooks missing: {self._ids - delivered}, "
                f"with a wrong signature: {self._newsroom.refused}; {self._logs()}"
            )
        quiet = len({_article(sample).id for sample in samples()} - {article for _, article in self._rang})
        self._say(
            f"\n{len(samples())} articles, {len(self._ids)} alerts, each expected one once; {quiet} articles rang for "
            f"nobody\nnothing rang twice: not by the repeated feeds, not by the edit, not by kill -9\n"
            f"{len(delivered)} webhooks, every signature right; {seconds:.0f} s"
        )

    async def _follow(self) -> None:
        async for alert in read_alerts(self._settings.kafka, ALERTS.name, From.BEGINNING):
            if not alert.tells:
                continue
            if alert.article is not None and alert.action == "ring":
                self._rang[alert.watch.id, alert.article.id] += 1
            self._ids.add(alert.event_id)
            show(self._console, alert)

    def _say(self, words: str) -> None:
        self._console.print(Text(words, style="bold"))

    async def _until(self, happens: Callable[[], bool]) -> None:
        while not happens():
            for stage, process in self._processes.items():
                if process.poll() is not None:
                    raise DemoFailed(f"{stage.value} ended with status {process.returncode}; {self._logs()}")
            await asyncio.sleep(0.1)

    @contextlib.contextmanager
    def _stages(self) -> Iterator[None]:
        try:
            for stage in LINE:
                self._start(stage)
            yield
        finally:
            end_processes(list(self._processes.values()))

    def _start(self, stage: Stage) -> None:
        environment = os.environ | {
            "TOCSIN_DEPLOYMENT": self._settings.deployment,
            "TOCSIN_INSTANCE": self._settings.instance,
            "TOCSIN_LOG_FORMAT": "json",
            "TOCSIN_LOG_LEVEL": "debug",
            "TOCSIN_KAFKA_BOOTSTRAP_SERVERS": self._settings.kafka.bootstrap_servers,
            "TOCSIN_KAFKA_SESSION_TIMEOUT_SECONDS": str(self._settings.kafka.session_timeout_seconds),
            SECRET_VARIABLE: SECRET,
        }
        with self._log(stage).open("ab") as log:
            self._processes[stage] = subprocess.Popen(
                stage_command(stage, self._settings.config, 0), env=environment, stdout=log, stderr=log
            )

    def _log(self, stage: Stage) -> Path:
        return self._settings.config.parent / f"{stage.value}.log"

    def _decided(self, reason: str) -> int:
        return self._log(Stage.DECIDE).read_text(encoding="utf-8").count(f'"{reason}"')

    def _logs(self) -> str:
        """What the processes said that is no mere information."""
        lines = [
            f"{stage.value}: {line}"
            for stage in self._processes
            for line in self._log(stage).read_text(encoding="utf-8").splitlines()
            if '"level": "info"' not in line and '"level": "debug"' not in line
        ]
        return "\n".join(["the logs:", *lines[-20:]])


def expected_rings(config: Path, articles: tuple[Sample, ...]) -> set[Rang]:
    """What the pure engine says must ring: watch and article."""
    engine, watches = load_engine(config), load_watches(config)
    return {
        (mention.watch.id, mention.article.id)
        for article in articles
        for mention in match_watches(tag(_article(article), engine), watches, datetime.now(UTC))
    }


def _article(sample: Sample) -> Article:
    return Article(
        id=article_id(address_key(sample.url)),
        revision=revision(sample.title, sample.text),
        url=sample.url,
        source=Source(id=sample.feed, name=sample.feed),
        title=sample.title,
        text=sample.text,
        seen_at=datetime.now(UTC),
    )
