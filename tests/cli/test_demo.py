"""`tocsin demo` shows the main job on this machine, ends by itself and leaves nothing behind."""

import re
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest
import yaml

from schemas.ids import article_id
from services.backbone.settings import DEFAULT_CONFIG
from services.broker import EmbeddedBroker, free_port
from services.cli.demo.articles import samples
from services.cli.demo.command import expected_rings
from services.ingestion.identity.address_key import address_key
from tests.broker.conftest import installed
from tests.cli.command import TOCSIN, variables_with
from tests.vocabulary import Item, Site

NAMES = {
    "English": "Tehreek-e-Taliban Pakistan",
    "Urdu": "تحریک طالبان پاکستان",
    "Pashto": "محمد یعقوب مجاهد",
    "Russian": "Аль-Каиды",
    "Chinese": "东突厥斯坦伊斯兰运动",
}
HIGHLIGHTED = "\x1b[1;30;43m{}\x1b[0m"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder to run it in, where the broker that it needs can be had."""
    installed(EmbeddedBroker(tmp_path / "broker", free_port()))
    folder = tmp_path / "here"
    folder.mkdir()
    return folder


class Demo:
    """A demo that runs, on what it takes for a terminal."""

    def __init__(self, folder: Path, *command: str) -> None:
        self._folder, self._mark = folder, uuid.uuid4().hex
        self._log = folder.with_name("output")
        with self._log.open("wb") as output:
            self.process = subprocess.Popen(
                command or [*TOCSIN, "demo"],
                cwd=folder,
                env=variables_with(MARK=self._mark, FORCE_COLOR="1", TERM="xterm-256color", COLORTERM=""),
                stdout=output,
                stderr=output,
            )

    @property
    def said(self) -> str:
        return self._log.read_text(encoding="utf-8")

    def says(self, words: str, seconds: float = 80) -> None:
        """Wait for words."""
        end = time.monotonic() + seconds
        while words not in self.said:
            assert self.process.poll() is None, self.said
            assert time.monotonic() < end, f"{words!r} was not said:\n{self.said}"
            time.sleep(0.1)

    def processes(self) -> list[psutil.Process]:
        """Those that have its environment or work in its folder."""
        found = []
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                if process.environ().get("MARK") == self._mark or process.cwd().startswith(str(self._folder)):
                    found.append(process)
        return found

    def left(self) -> list[str]:
        """Its processes, and the files in its folder."""
        return [*map(str, self.processes()), *map(str, self._folder.rglob("*"))]


@contextmanager
def demo(folder: Path, *command: str) -> Iterator[Demo]:
    """Run a demo for the block."""
    demo = Demo(folder, *command)
    try:
        yield demo
    finally:
        for process in demo.processes():
            process.kill()
        demo.process.wait()


def test_it_shows_alerts_in_five_languages_and_that_nothing_rings_twice(folder: Path) -> None:
    with demo(folder) as shown:
        assert shown.process.wait(100) == 0, shown.said

    said = re.sub(r"\x1b\[[0-9;]*m", "", shown.said)
    for language, name in NAMES.items():
        assert HIGHLIGHTED.format(name) in shown.said, language
    rung = len(expected_rings(DEFAULT_CONFIG, samples()))
    assert f"{len(samples())} articles, {rung} alerts, each expected one once" in said
    assert "nothing rang twice: not by the repeated feeds, not by the edit, not by kill -9" in said
    assert f"{rung} webhooks, every signature right" in said
    assert said.count("https://news.example/") == rung, "each alert is shown once"
    assert "about: " in said
    assert shown.left() == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_stopped_in_the_middle_it_leaves_nothing_either(folder: Path, number: signal.Signals) -> None:
    with demo(folder) as shown:
        shown.says("five processes start")
        assert len(shown.left()) > 5
        time.sleep(1)
        shown.process.send_signal(number)
        assert shown.process.wait(20) == 130
    assert "Traceback" not in shown.said
    assert shown.left() == []


def test_kept_up_it_goes_on_with_the_default_sources_until_it_is_stopped(folder: Path, tmp_path: Path) -> None:
    default = Path(shutil.copytree(DEFAULT_CONFIG, tmp_path / "default", ignore=shutil.ignore_patterns("sources")))
    (default / "sources").mkdir()
    program = (
        "import pathlib, sys, services.cli.demo.installation as installation\n"
        f"installation.DEFAULT_CONFIG = pathlib.Path({str(default)!r})\n"
        "from services.cli.app import main\n"
        "main()"
    )
    with Site().open() as site:
        site.publishes("feed", [Item("real", "The BLA is named", "A sentence on the Baloch Liberation Army.")])
        source = {
            "id": "real",
            "name": "A real one",
            "url": f"{site.url}/feed",
            "interval": 1,
            "allow_networks": ["127.0.0.0/8"],
        }
        (default / "sources" / "real.yaml").write_text(yaml.safe_dump({"sources": [source]}), encoding="utf-8")
        with demo(folder, sys.executable, "-c", program, "demo", "--keep") as shown:
            shown.says("Ctrl-C ends it")
            assert "nothing rang twice" in shown.said
            shown.says("https://news.example/real")
            shown.process.send_signal(signal.SIGINT)
            assert shown.process.wait(20) == 130
    assert shown.left() == []


def test_the_sample_feeds_hold_what_a_desk_reads_and_much_that_it_does_not() -> None:
    articles = samples()
    assert len(articles) >= 12
    assert len({article.url for article in articles}) == len(articles)
    texts = [f"{article.title} {article.text}" for article in articles]
    scripts = {
        "English": "[a-z]",
        "Urdu": "[ٹڈڑےںہ]",
        "Pashto": "[ټډړښږڼۍې]",
        "Russian": "[а-я]",
        "Chinese": "[\u4e00-\u9fff]",
    }
    for language, letters in scripts.items():
        assert any(len(re.findall(letters, text)) > 10 for text in texts), f"none in {language}"

    ringing = {article for _, article in expected_rings(DEFAULT_CONFIG, articles)}
    silent = [article for article in articles if article_id(address_key(article.url)) not in ringing]
    assert len(silent) >= 4
    assert any("tip of the spear" in article.text for article in silent), "the near miss rings for nobody"
    [edited] = [article for article in articles if article.edited]
    assert article_id(address_key(edited.url)) in ringing
    assert edited.revised().text != edited.text
