"""Two releases on one broker: one hands its processes over to the other, while articles come."""

import json
import threading
import time
import urllib.request
from collections import Counter
from dataclasses import dataclass, field

import httpx

from schemas import Alert
from services.cli.run import Stage
from tests.vocabulary import Desk, Item, Site

FEEDS = 4
PAUSE_SECONDS = 0.15
JOIN_SECONDS = 1.5


@dataclass
class TwoReleases:
    """The last release, and this one; one configuration, one Kafka."""

    old: Desk
    new: Desk

    def hands_over(self, stage: Stage, giver: Desk, taker: Desk, *, kills: bool = False) -> None:
        """Start a process of one release beside that of the other, unless it runs, and end the latter then.

        Args:
            stage: which.
            giver: whose process ends: by SIGTERM, as at any rolling update.
            taker: whose process takes its place.
            kills: by SIGKILL instead.
        """
        if stage not in taker.processes:
            taker.starts(stage)
        taker.eventually(lambda: is_ready(taker, stage), f"{stage} is ready", 40)
        time.sleep(JOIN_SECONDS)  # both work, each at its share
        if kills:
            giver.kills(stage)
        else:
            assert giver.stops(stage, seconds=30) == {stage: 0}, "it drains and ends"
        del giver.processes[stage]

    def hands_over_api(self, giver: Desk, taker: Desk) -> None:
        """The API's file is one process's: the other begins when it is closed."""
        assert giver.stops(Stage.API, seconds=30) == {Stage.API: 0}
        del giver.processes[Stage.API]
        taker.starts(Stage.API)
        taker.eventually(lambda: is_ready(taker, Stage.API), "the API serves", 40)


def is_ready(desk: Desk, stage: Stage) -> bool:
    """Whether the newest process of a stage says that it makes progress."""
    pid, port = desk.processes[stage].pid, None
    for line in desk.log(stage).read_text(encoding="utf-8").splitlines():
        told = json.loads(line) if line.startswith("{") else {}
        port = told["port"] if told.get("event") == "health.listening" else port
        if told.get("event") == "process.started" and told["pid"] == pid:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
                    return bool(json.load(answer)["ready"])
            except OSError:
                return False
    return False


@dataclass
class Newsroom:
    """Publishes one article after the other until it is told to stop. Every second one names the TTP."""

    site: Site
    expected: Counter[str] = field(default_factory=Counter)
    """Addresses of the articles that are to ring."""

    def __post_init__(self) -> None:
        self._feeds: list[list[Item]] = [[] for _ in range(FEEDS)]
        self._number = 0
        for number in range(FEEDS):
            self.site.publishes(f"feed-{number}", [])

    def __enter__(self) -> "Newsroom":
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._publish)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()

    def _publish(self) -> None:
        while not self._stopping.wait(PAUSE_SECONDS):
            number = self._number
            feed, of = number % FEEDS, "the TTP" if number % 2 == number // FEEDS % 2 else "the harvest"
            item = Item(
                f"{feed}-{number}", f"Report {number}", f"Officials spoke of {of} in report {number} of {feed}."
            )
            self._feeds[feed].append(item)
            self.expected[item.url] += of == "the TTP"
            self.site.publishes(f"feed-{feed}", self._feeds[feed])
            self._number += 1


@dataclass
class Client:
    """Reads alerts over HTTP, page by page, and goes on where it was, whichever release answers."""

    url: str
    token: str
    cursor: str | None = None
    heard: list[str] = field(default_factory=list)
    """The ids of alerts that tell, in their order."""

    def reads_on(self) -> None:
        """All that is there by now."""
        while True:
            query = {"order": "oldest", "limit": "200"} | ({"cursor": self.cursor} if self.cursor else {})
            answer = httpx.get(
                f"{self.url}/alerts", params=query, headers={"authorization": f"Bearer {self.token}"}, trust_env=False
            )
            assert answer.status_code == 200, answer.text
            page = answer.json()
            read = [Alert.model_validate(alert) for alert in page["alerts"]]
            self.heard += [alert.event_id for alert in read if alert.tells]
            self.cursor = page["position"]
            if page["next"] is None:
                return
