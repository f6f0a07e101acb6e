"""What the README tells its reader to type is typed, and what it tells them to write is used: here or where it says."""

import asyncio
import json
import re
import shutil
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml
from standardwebhooks import Webhook

from schemas import Alert
from services.alerting.notify.installation import load_installation
from services.alerting.watching.defined import read_known
from services.alerting.watching.problems import find_problems
from services.alerting.watching.watch import Watch
from services.backbone.record import OutgoingRecord
from services.backbone.settings import DEFAULT_CONFIG, KafkaSettings, Settings
from services.broker import KafkaBroker, free_port
from tests import readme
from tests.alerting.examples import SECRET
from tests.backbone.on_kafka import put
from tests.broker.conftest import JARS, installed
from tests.cli.command import eventually, variables_with
from tests.cli.ports import SIX, six_free_ports
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
    "tocsin run ingestion|tagging|match|decide|notify|api": "tests/flow/test_answered.py::test_who_acknowledges",
    "tocsin broker start --embedded": "tests/broker/test_command.py::test_status_is_zero_only_while_it_answers",
    "tocsin tag FILE --explain": "tests/cli/test_tag.py::test_reasons_are_told",
    "tocsin pack check": "tests/cli/pack/test_checking.py::test_of_a_sound_pack",
    "tocsin pack suggest articles.jsonl": "tests/cli/pack/test_suggesting.py::test_a_spelling_is_told",
    "tocsin pack import list.xml --format un -o pack/un.yaml": "tests/cli/pack/test_importing.py::test_each_format",
    "tocsin eval GOLD.jsonl --articles ARTICLES.jsonl": "tests/cli/test_eval.py::test_figures_errors",
    "tocsin retag --since 24h": "tests/flow/test_retag.py::test_a_learned_name_is_found",
    "tocsin watch add NAME": "tests/cli/watch/test_add.py::test_the_name_of_an_actor",
    "tocsin watch test WATCH --since 30d": "tests/cli/watch/test_backtest.py::test_it_says_how_often",
    "tocsin watch list": "tests/cli/watch/test_backtest.py::test_the_list_says_what_rang",
    "tocsin why WATCH ARTICLE": "tests/cli/why/test_why.py::test_why_it_rang_or_where_it_stopped",
    "tocsin quiet WATCH": "tests/cli/test_quiet.py::test_it_is_read_from_the_topics",
    'tocsin silence add --watch WATCH --until 6h --why "talks are on" --by NAME': (
        "tests/cli/silence/test_silence.py::test_a_silence_is_written"
    ),
    "tocsin silence list": "tests/cli/silence/test_silence.py::test_the_list_shows",
    "tocsin silence expire ID": "tests/cli/silence/test_silence.py::test_an_ended_silence",
    "tocsin source add URL": "tests/cli/source/test_add.py::test_the_feed_that_a_page_names",
    "tocsin source test all": "tests/cli/source/test_testing.py::test_every_kind_is_asked",
    "tocsin source list": "tests/cli/source/test_listing.py::test_the_worst_stands_on_top",
    "tocsin source import FILE.opml": "tests/cli/source/test_exchange.py::test_folders_become_files",
    "tocsin source export": "tests/cli/source/test_exchange.py::test_what_is_exported",
    "tocsin source parse FILE": "tests/cli/source/test_parse.py::test_a_feed_is_shown",
    "tocsin source extract FILE": "tests/cli/source/test_extract.py::test_a_page_is_shown",
    "tocsin channel list": "tests/cli/channel/test_channel.py::test_channels_are_listed_with_state_lag",
    "tocsin channel test NAME": "tests/cli/channel/test_channel.py::test_a_test_message_goes_through_the_real_channel",
    "tocsin channel enable NAME": "tests/cli/channel/test_channel.py::test_a_disabled_channel_is_told_again",
    "tocsin route test": "tests/cli/test_route.py::test_each_route_that_is_asked",
    "tocsin route test --severity high --owner kabul-desk": "tests/cli/test_route.py::test_each_route_that_is_asked",
    "tocsin deliveries list": "tests/cli/test_deliveries.py::test_attempts_are_listed",
    "tocsin deliveries retry --channel NAME": "tests/cli/test_deliveries.py::test_what_failed_is_sent_again",
    "tocsin run api": "tests/flow/test_answered.py::test_who_acknowledges_is_on_later_updates",
    "tocsin token add NAME --scope read --scope respond --owner kabul-desk": (
        "tests/cli/test_token.py::test_a_token_is_printed_once"
    ),
    "tocsin token list": "tests/cli/test_token.py::test_the_list_says",
    "tocsin token revoke NAME": "tests/cli/test_token.py::test_a_token_is_revoked",
    "tocsin alerts acknowledge ID --by NAME": "tests/cli/test_alert_steps.py::test_an_alert_is_acknowledged",
    "tocsin alerts feedback ID false --by NAME": "tests/cli/test_alert_steps.py::test_what_people_said",
    "tocsin watch stats": "tests/cli/test_alert_steps.py::test_what_people_said",
    "tocsin --help": "tests/cli/test_app.py::test_no_command_is_answered_with_help",
    "tocsin --install-completion": "tests/cli/test_app.py::test_it_is_installed_as_a_program_that_completes",
}
"""Commands, and the test that runs them."""


def test_every_command_is_run_by_a_test() -> None:
    assert {*readme.console_commands(), *readme.commands_in_prose()} == {*TYPED_HERE, *TYPED_ELSEWHERE}
    for test in TYPED_ELSEWHERE.values():
        file, name = test.split("::")
        assert f"def {name}" in (ROOT / file).read_text(encoding="utf-8"), test


@pytest.mark.parametrize(
    ("target", "recipe"),
    [
        ("demo", "tocsin demo"),
        ("test", "python -m pytest -n 2 --dist loadfile"),
        ("bench", "python -m tests.bench"),
        ("soak", "python -m tests.bench.soak"),
    ],
)
def test_what_is_made_is_a_target(target: str, recipe: str) -> None:
    told = subprocess.run(
        ["make", "--no-print-directory", "-n", target], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert told.stdout.splitlines()[-1].endswith(recipe)


def test_the_containers_are_those_that_it_names() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    commands = {name: service.get("command") for name, service in services.items()}
    assert commands == {"kafka": None, "provision": ["topics", "provision"], **{name: ["run", name] for name in SIX}}


def test_every_file_that_it_names_is_there() -> None:
    names = set(re.findall(r"`((?:deploy|schemas|docker)[\w./-]+)`|\]\(([\w.]+)\)", readme.TEXT))
    assert len(names) > 4
    assert [name for pair in names for name in pair if name and not (ROOT / name).exists()] == []


def test_the_watch_that_it_shows_is_one() -> None:
    shown = readme.TEXT.split("A watch may say\n\n")[1].split("\n\nor `digest: daily`")[0]
    (written,) = yaml.safe_load(textwrap.dedent(shown))
    watch = Watch.model_validate(written)
    assert list(find_problems(watch, read_known(DEFAULT_CONFIG))) == []
    assert Watch.model_validate({"id": "one", "any": [{"actor": "ttp"}], "digest": "daily"}).digest is not None


def test_the_channels_and_routes_that_it_shows_are_sound(tmp_path: Path) -> None:
    shown = readme.TEXT.split("## Channels and routes\n\n")[1].split("\n\nA channel is a")[0]
    (tmp_path / "tocsin.yaml").write_text(textwrap.dedent(shown), encoding="utf-8")
    installation = load_installation(tmp_path)
    assert installation.channel_ids == {"desk-hook", "desk-mail", "desk-chat", "pager"}
    assert [route.name for route in installation.routes] == ["kabul"]


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
    assert [block.split(":")[0] for block in readme.blocks("yaml")] == ["actors", "watches", "sources", "channels"]
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
