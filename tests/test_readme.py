"""What the README tells its reader to type is typed, and what it tells them to write is used: here or where it says."""

import asyncio
import json
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from schemas import Alert
from services.backbone.record import OutgoingRecord
from services.backbone.settings import DEFAULT_CONFIG, KafkaSettings, Settings
from services.broker import KafkaBroker, free_port
from services.ingestion.sources import load_sources
from tests import readme
from tests.alerting.examples import SECRET
from tests.backbone.on_kafka import put
from tests.broker.conftest import JARS, installed
from tests.cli.command import eventually, variables_with
from tests.cli.ports import six_free_ports
from tests.vocabulary import LOOPBACK, Item, Site

ROOT = Path(readme.__file__).resolve().parents[1]

TYPED_HERE = [
    ". .venv/bin/activate",
    "tocsin broker start",
    "tocsin topics provision",
    "tocsin check",
    "tocsin run all",
    "tocsin broker status",
    "tocsin topics list",
    "tocsin alerts tail --from beginning --limit 1 --json",
    "tocsin tag FILE",
    "tocsin tag --input articles.jsonl --json",
    "tocsin dead-letters list",
    "tocsin dead-letters replay",
    "tocsin broker stop",
]
"""In this order, by the one test below."""

TYPED_ELSEWHERE = {
    "make demo": "tests/test_readme.py::test_what_is_made_is_a_target",
    "make test": "tests/test_readme.py::test_what_is_made_is_a_target",
    "make bench": "tests/test_readme.py::test_what_is_made_is_a_target",
    "make soak": "tests/test_readme.py::test_what_is_made_is_a_target",
    ".venv/bin/tocsin demo --keep": "tests/cli/test_demo.py::test_kept_up_it_goes_on_with_the_default_sources",
    "docker compose up -d --wait": "tests/deploy/compose/test_stack.py::test_up_returns_when_every_process_is_healthy",
    "docker compose run --rm cli check": "tests/deploy/compose/test_stack.py::test_the_readers_walk",
    "docker compose logs notify": "tests/deploy/compose/test_stack.py::test_the_readers_walk",
    "docker compose run --rm cli alerts tail --from beginning --limit 1": (
        "tests/deploy/compose/test_stack.py::test_the_readers_walk"
    ),
    "docker compose run --rm cli": "tests/deploy/compose/test_stack.py::test_the_readers_walk",
    "docker compose down": "tests/deploy/compose/test_stack.py::test_down_leaves_nothing_but_the_records",
    "tocsin watch add NAME": "tests/cli/watch/test_add.py::test_the_name_of_an_actor",
    "tocsin watch test WATCH --since 30d": "tests/cli/watch/test_backtest.py::test_it_says_how_often",
    "tocsin why WATCH ARTICLE": "tests/cli/why/test_why.py::test_why_it_rang_or_where_it_stopped",
    "tocsin source add URL": "tests/cli/source/test_add.py::test_the_feed_that_a_page_names",
    "tocsin source test all": "tests/cli/source/test_testing.py::test_every_kind_is_asked",
    "tocsin source list": "tests/cli/source/test_listing.py::test_the_worst_stands_on_top",
    "tocsin channel test NAME": "tests/cli/channel/test_channel.py::test_a_test_message_goes_through_the_real_channel",
    "tocsin channel list": "tests/cli/channel/test_channel.py::test_channels_are_listed_with_state_lag",
    "deploy/examples/kcat/alerts.sh -b 127.0.0.1:9092": (
        "tests/examples/test_subscribers.py::test_kcat_shows_every_committed_record"
    ),
    "deploy/examples/curl/stream.sh http://127.0.0.1:8070": (
        "tests/examples/test_subscribers.py::test_curl_shows_each_record_that_people_are_told_once"
    ),
    "tocsin token add NAME --scope read --owner kabul-desk": "tests/cli/test_token.py::test_a_token_is_printed_once",
    "tocsin doctor": "tests/cli/doctor/test_doctor.py::test_an_installation_that_has_just_begun_is_well",
    "tocsin --help": "tests/cli/test_app.py::test_no_command_is_answered_with_help",
    "tocsin --install-completion": "tests/cli/test_app.py::test_it_is_installed_as_a_program_that_completes",
}
"""Commands, and the test that runs them."""


def test_every_command_is_run_by_a_test() -> None:
    assert {*readme.console_commands(), *readme.commands_in_prose()} == {*TYPED_HERE, *TYPED_ELSEWHERE}
    for command, test in TYPED_ELSEWHERE.items():
        file, name = test.split("::")
        text = (ROOT / file).read_text(encoding="utf-8")
        assert f"def {name}" in text, test
        said = text + "".join(helpers_of(text))
        assert [word for word in words_of(command) if word not in said] == [], f"{test} does not run: {command}"


def words_of(command: str) -> list[str]:
    """What of a command a test that runs it must say: no placeholder, value or address, nor what every command has."""
    words = re.findall(r"(?<![\w.:/-])-{0,2}[a-z][a-z-]*(?![\w.:/=])", command)
    return [word for word in words if word not in ("tocsin", "docker", "compose", "make", "-d")]


def helpers_of(text: str) -> Iterator[str]:
    """The modules of tests/ that a test uses."""
    for module in re.findall(r"^from (tests\.[\w.]+) import", text, re.MULTILINE):
        path = (ROOT / module.replace(".", "/")).with_suffix(".py")
        if path.exists():
            yield path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("target", "recipe"),
    [
        ("demo", "tocsin demo"),
        ("test", "python -m pytest -n 3 --dist loadfile --no-loadscope-reorder"),
        ("bench", "python -m tests.bench"),
        ("soak", "python -m tests.bench.soak"),
    ],
)
def test_what_is_made_is_a_target(target: str, recipe: str) -> None:
    told = subprocess.run(
        ["make", "--no-print-directory", "-n", target], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert told.stdout.splitlines()[-1].endswith(recipe)


def test_every_file_that_it_names_is_there() -> None:
    names = re.findall(r"(?<![\w/])(?:deploy|schemas|docs)/[\w./-]*\w", readme.TEXT)
    made_by_the_reader = re.compile(r"deploy/config/(inbox|\w+/(example|inbox)\.yaml)|deploy/secrets/desk-hook")
    assert len({*names}) > 20
    lacking = {name for name in names if not (ROOT / name).exists()}
    assert {name for name in lacking if not made_by_the_reader.match(name)} == set()


def test_as_many_feeds_are_read_as_it_says() -> None:
    enabled = len(load_sources(DEFAULT_CONFIG).enabled)
    for page in (readme.TEXT, (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")):
        assert f"{enabled} feeds" in page.replace("\n", " ")


def test_it_is_short() -> None:
    assert len(readme.TEXT.splitlines()) <= 220


class Reader:
    """Someone who sits in a folder with the installation and types."""

    def __init__(self, folder: Path, **variables: str) -> None:
        self.folder, self._variables, self.typed = folder, variables_with(**variables), list[str]()
        (folder / ".venv").symlink_to(sys.prefix)
        (folder / ".tocsin" / "kafka").mkdir(parents=True)
        (folder / ".tocsin" / "kafka" / "libs").symlink_to(JARS)

    def types(self, command: str, more: str = "", status: int = 0) -> str:
        """Run a command of the README, with more options to keep tests apart; what it prints."""
        self.typed.append(command)
        done = subprocess.run(
            ["bash", "-c", f". .venv/bin/activate && {command} {more}"],
            cwd=self.folder,
            env=self._variables,
            capture_output=True,
            encoding="utf-8",
            timeout=90,
            check=False,
        )
        assert (done.returncode, done.stderr) == (status, ""), f"{command}: {done.stdout}{done.stderr}"
        return done.stdout

    @contextmanager
    def runs(self, command: str, more: str) -> Iterator[Path]:
        """Run a command for the block, then end it by SIGTERM; its log."""
        self.typed.append(command)
        log = self.folder.with_name("log")
        with log.open("wb") as output:
            running = subprocess.Popen(
                ["bash", "-c", f". .venv/bin/activate && exec {command} {more}"],
                cwd=self.folder,
                env=self._variables,
                stdout=output,
                stderr=output,
            )
        try:
            yield log
            running.send_signal(signal.SIGTERM)
            assert running.wait(10) == 0
        except BaseException:
            print(log.read_text(encoding="utf-8")[-5000:])
            raise
        finally:
            if running.poll() is None:
                running.terminate()
                running.wait(20)


@pytest.fixture
def site() -> Iterator[Site]:
    """Where the example's feed and webhook are."""
    with Site().open() as site:
        yield site


def configuration(folder: Path, site: Site) -> Path:
    """The default folder with every example written into it; no other source, and the addresses are the test's."""
    keys = [block.split(":")[0] for block in readme.blocks("yaml")]
    assert keys == ["actors", "watches", "sources", "sources", "channels"]
    shutil.copytree(DEFAULT_CONFIG, folder, ignore=shutil.ignore_patterns("sources"))
    (folder / "sources").mkdir()
    for file, example in {
        "pack/example.yaml": readme.yaml_of("actors"),
        "watches/example.yaml": readme.yaml_of("watches"),
        "sources/example.yaml": readme.yaml_of("sources")
        .replace("https://news.example", site.url)
        .replace("interval: 15m", f"interval: 15m, allow_networks: [{LOOPBACK}]"),
        "tocsin.yaml": readme.yaml_of("channels")
        .replace("https://desk.example", site.url)
        .replace("secret: {env", f"allow_networks: [{LOOPBACK}], secret: {{env"),
    }.items():
        (folder / file).write_text(example, encoding="utf-8")
    return folder


def test_the_reader_gets_from_nothing_to_an_alert(tmp_path: Path, site: Site) -> None:
    installed(KafkaBroker(tmp_path / "unused", free_port(), jars=JARS))
    port, health = free_port(), six_free_ports()
    kafka = KafkaSettings(bootstrap_servers=f"127.0.0.1:{port}")
    config = configuration(tmp_path / "config", site)
    (tmp_path / "here").mkdir()
    reader = Reader(
        tmp_path / "here",
        TOCSIN_CONFIG=str(config),
        TOCSIN_KAFKA_BOOTSTRAP_SERVERS=kafka.bootstrap_servers,
        DESK_HOOK_SECRET=SECRET,
        TOCSIN_API_PORT="0",
    )
    site.publishes("rss.xml", [Item("one", "Talks go on", "A statement came late. The Example Front was named in it.")])

    reader.types(". .venv/bin/activate", '&& test -n "$VIRTUAL_ENV"')
    try:
        assert "kafka" in reader.types("tocsin broker start", f"--port {port}")
        assert "created    alerts.example-desk" in reader.types("tocsin topics provision")
        assert "no defects" in reader.types("tocsin check")
        with reader.runs("tocsin run all", f"--port {health}"):
            assert f"answers: {kafka.bootstrap_servers}" in reader.types("tocsin broker status")
            assert "alerts.example-desk" in reader.types("tocsin topics list")
            alert = Alert.read(reader.types("tocsin alerts tail --from beginning --limit 1 --json").encode())
            assert (alert.watch.id, alert.watch.topic) == ("example-front", "example-desk")
            assert [alert.article.title if alert.article else None] == ["Talks go on"]
            assert subscriber_sees(kafka, tmp_path) == "example-front Talks go on The Example Front was named in it."
            eventually(lambda: bool(site.received), "the webhook is called")
            path, headers, body = site.received[0]
            Webhook(SECRET).verify(body, headers)
            assert (path, headers["webhook-id"]) == ("/hook", alert.id)

            (reader.folder / "FILE").write_text("The Example Front and مثالی محاذ", encoding="utf-8")
            assert "Example Front, مثالی محاذ" in reader.types("tocsin tag FILE")
            article = {"id": "a", "title": "Example Front", "text": ""}
            (reader.folder / "articles.jsonl").write_text(json.dumps(article), encoding="utf-8")
            tagged = json.loads(reader.types("tocsin tag --input articles.jsonl --json"))
            assert [actor["id"] for actor in tagged["actors"]] == ["example-front"]

            asyncio.run(put(Settings(kafka=kafka), [OutgoingRecord("articles", b"k", b"no article", [])]))
            eventually(lambda: "articles[" in reader.types("tocsin dead-letters list"), "the bad record is set aside")
            assert reader.types("tocsin dead-letters replay").startswith("sent    articles[")
    finally:
        assert "stopped" in reader.types("tocsin broker stop")
    assert list(dict.fromkeys(reader.typed)) == TYPED_HERE


def subscriber_sees(kafka: KafkaSettings, folder: Path) -> str:
    """The first line that the example of a subscriber prints."""
    [example] = readme.blocks("python")
    program = f"import asyncio\n{example}\nasyncio.run(follow())\n".replace("127.0.0.1:9092", kafka.bootstrap_servers)
    script = folder / "subscriber.py"
    script.write_text(program, encoding="utf-8")
    with subprocess.Popen([sys.executable, "-u", script], stdout=subprocess.PIPE, encoding="utf-8") as subscriber:
        assert subscriber.stdout is not None
        line = subscriber.stdout.readline()
        subscriber.kill()
    return line.strip()
