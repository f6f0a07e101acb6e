"""A real line at work, watched by a real Prometheus and a real Alertmanager, for a short time."""

import contextlib
import json
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import yaml

from services.backbone.topics import ARTICLES
from services.broker import free_port
from services.cli.run import BODIES, Stage
from tests.deploy.monitoring.tools import MONITORING, tool
from tests.vocabulary import LOOPBACK, Desk, Item, Site

SCRAPE_SECONDS: Final = 1
RISE_SECONDS: Final = 8
"""So long it is fed once everything has come through: rates need samples of before and after."""
REFUSED: Final = "whsec_dG9jc2luLXRlc3Qtc2VjcmV0LTAxMjM0NTY3"


@dataclass(frozen=True)
class Line:
    """Six processes, and who watches them."""

    desk: Desk
    site: Site
    prometheus: str
    """Its address."""

    def metrics(self, stage: Stage) -> str:
        """What a process says of itself."""
        return httpx.get(f"http://127.0.0.1:{self.port(stage)}/metrics", timeout=5).text

    def port(self, stage: Stage) -> int:
        """Where a process serves its health."""
        events = (json.loads(line) for line in self.desk.log(stage).read_text("utf-8").splitlines() if line[:1] == "{")
        return next(int(each["port"]) for each in events if each["event"] == "health.listening")

    def asks(self, expression: str) -> list[dict[str, Any]]:
        """What Prometheus answers now."""
        answer = httpx.get(f"{self.prometheus}/api/v1/query", params={"query": expression}, timeout=5).json()
        assert answer["status"] == "success", f"{expression}: {answer.get('error')}"
        result: list[dict[str, Any]] = answer["data"]["result"]
        return result

    def asks_over(self, expression: str, seconds: int, step: int = 1) -> list[dict[str, Any]]:
        """What Prometheus answers over the last so many seconds."""
        now = time.time()
        asked = {"query": expression, "start": str(now - seconds), "end": str(now), "step": str(step)}
        answer = httpx.post(f"{self.prometheus}/api/v1/query_range", data=asked, timeout=5).json()
        assert answer["status"] == "success", f"{expression}: {answer.get('error')}"
        result: list[dict[str, Any]] = answer["data"]["result"]
        return result


@contextlib.contextmanager
def watched(desk: Desk, site: Site, folder: Path, *, feed_seconds: float = RISE_SECONDS) -> Iterator[Line]:
    """A line that has told alerts, met a dead letter, a dead channel, a refused file and sources of every kind."""
    api, prometheus, alertmanager = free_port(), free_port(), free_port()
    desk.environment |= {
        "TOCSIN_API_PORT": str(api),
        "TOCSIN_DATA": str(folder / "data"),
        "WEBHOOK_SECRET": REFUSED,
        "TOCSIN_CANARY_INTERVAL_SECONDS": "10",
    }
    _configure(desk, site)
    with desk.running(*BODIES), contextlib.ExitStack() as stack:
        line = Line(desk, site, f"http://127.0.0.1:{prometheus}")
        desk.eventually(lambda: all(desk.said(stage, "health.listening") for stage in BODIES), "six processes listen")
        stack.enter_context(_alertmanager(folder, alertmanager, site))
        stack.enter_context(_prometheus(folder, prometheus, alertmanager, {s.value: line.port(s) for s in BODIES}))
        desk.eventually(lambda: len(line.asks("tocsin_ready == 1")) == len(BODIES), "they are ready, and seen to be")
        _bad_record(desk)
        desk.writes("watches/broken.yaml", "watches: [{id: broken, any: [{nothing: at all}]}]")
        feed(site, 1)
        desk.eventually(lambda: bool(line.asks('tocsin_deliveries_total{outcome="delivered"} > 0')), "an alert is told")
        end, edition = time.monotonic() + feed_seconds, 1
        while time.monotonic() < end:
            edition += 1
            feed(site, edition)
            time.sleep(1)
        yield line


def feed(site: Site, edition: int) -> None:
    """Publish an edition: a new attack on a new day of the month in each feed."""
    for number in range(3):
        items = [
            Item(
                f"{number}-{each}",
                f"TTP claims attack number {each} near checkpoint {number}",
                f"The Tehreek-e-Taliban Pakistan said on Tuesday that its men had killed {each + 2} soldiers in raid "
                f"{number}-{each}.",
            )
            for each in range(edition)
        ]
        site.publishes(f"feed-{number}", items)


def _configure(desk: Desk, site: Site) -> None:
    feeds = [f"{site.url}/feed-{number}" for number in range(3)]
    site.pages["/garbage"] = b"no feed at all"
    desk.reads(*feeds, f"{site.url}/missing", f"{site.url}/garbage")
    desk.watches(ttp={"name": "TTP", "any": [{"actor": "ttp"}]})
    hooks = {"desk": f"{site.url}/hook", "dead": f"http://127.0.0.1:{free_port()}/"}
    channels: list[dict[str, Any]] = [
        {"id": id_, "type": "webhook", "url": url, "secret": {"env": "WEBHOOK_SECRET"}, "allow_networks": [LOOPBACK]}
        for id_, url in hooks.items()
    ]
    channels.append({"id": "screen", "type": "terminal"})
    desk.writes("tocsin.yaml", {"channels": channels, "default_channels": ["desk", "dead", "screen"]})


def _bad_record(desk: Desk) -> None:
    from confluent_kafka import Producer

    producer = Producer({"bootstrap.servers": desk.settings.kafka.bootstrap_servers})
    producer.produce(ARTICLES.name, b"no article")
    producer.flush(10)


@contextlib.contextmanager
def _prometheus(folder: Path, port: int, alertmanager: int, ports: dict[str, int]) -> Iterator[None]:
    """As deploy/monitoring/prometheus.yml says, but each second, and of addresses in the place of names."""
    config = yaml.safe_load((MONITORING / "prometheus.yml").read_text("utf-8"))
    config["global"] = dict.fromkeys(("scrape_interval", "evaluation_interval"), f"{SCRAPE_SECONDS}s")
    config["rule_files"] = [str(MONITORING / each) for each in config["rule_files"]]
    config["alerting"]["alertmanagers"][0]["static_configs"][0]["targets"] = [f"127.0.0.1:{alertmanager}"]
    job, own = config["scrape_configs"]
    names = job.pop("dns_sd_configs")[0]["names"]
    assert sorted(names) == sorted(ports), "every process is collected"
    job["static_configs"] = [
        {"targets": [f"127.0.0.1:{ports[name]}"], "labels": {"__meta_dns_name": name}} for name in names
    ]
    config["scrape_configs"] = [job, own]
    (folder / "prometheus.yml").write_text(yaml.safe_dump(config), "utf-8")
    command = [
        tool("prometheus"),
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'prometheus'}",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    with _process(command, folder / "prometheus.log", f"http://127.0.0.1:{port}/-/ready"):
        yield


@contextlib.contextmanager
def _alertmanager(folder: Path, port: int, site: Site) -> Iterator[None]:
    """As deploy/monitoring/alertmanager.yml says, but at once, and with a receiver."""
    config = yaml.safe_load((MONITORING / "alertmanager.yml").read_text("utf-8"))
    for route in (config["route"], *config["route"]["routes"]):
        route["group_wait"] = "0s"
    config["receivers"][0]["webhook_configs"] = [{"url": f"{site.url}/monitoring"}]
    (folder / "alertmanager.yml").write_text(yaml.safe_dump(config), "utf-8")
    command = [
        tool("prometheus-alertmanager"),
        f"--config.file={folder / 'alertmanager.yml'}",
        f"--storage.path={folder / 'alertmanager'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
    ]
    with _process(command, folder / "alertmanager.log", f"http://127.0.0.1:{port}/-/ready"):
        yield


@contextlib.contextmanager
def _process(command: list[str], log: Path, ready: str) -> Iterator[None]:
    with log.open("wb") as out, subprocess.Popen(command, stdout=out, stderr=out) as process:
        try:
            _until(lambda: process.poll() is None and _answers(ready), f"{command[0]}: {log}")
            yield
        finally:
            process.kill()


def _answers(url: str) -> bool:
    with contextlib.suppress(httpx.HTTPError):
        return httpx.get(url, timeout=1).status_code == 200
    return False


def _until(happens: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + 20
    while not happens():
        assert time.monotonic() < end, f"not within 20 s: {what}"
        time.sleep(0.1)
