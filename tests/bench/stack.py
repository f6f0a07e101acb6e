"""`python -m tests.bench.stack`: the compose file on a real engine: size, time, memory, CPU, and a restart under load.

Needs Docker with Compose; minutes, and nothing is left but the image.
"""

import json
import re
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import httpx
from rich.console import Console

from tests.bench.report import Cell, Table, write_json
from tests.deploy.compose.desk import SECRET, alerts, desk
from tests.deploy.compose.engine import PYTHON, docker, image, inspected
from tests.deploy.compose.receiver import Receiver
from tests.deploy.compose.stack import PROCESSES, Stack
from tests.deploy.compose.wire import TOKEN, Wire, article

ARTICLES: Final = 3_000
BATCH: Final = 50
RING_EVERY: Final = 20
"""One article of so many names whom the watch is for."""
IDLE_SECONDS: Final = 30
SERVICES: Final = ("kafka", *PROCESSES)
MEGABYTE: Final = 1e6
_FILLER: Final = (
    "Farmers in the valley said that the harvest came late this year and that prices in the market of the district "
    "rose by a fifth. The council met on Tuesday to hear what the traders propose for the road to the next town. "
)


def stack() -> list[Table]:
    """All figures of the compose file."""
    contents = _image()
    with tempfile.TemporaryDirectory(prefix="tocsin-stack-") as folder, Receiver(SECRET).open() as receiver:
        one = desk(Path(folder) / "desk", receiver.port)
        with one.removed():
            times = _times(one, receiver)
            idle = _idle(one)
            cost = _cost(one, receiver)
            restart = _restart(one, receiver)
    return [contents, times, idle, cost, restart]


def _image() -> Table:
    found, base = inspected(image()), inspected(PYTHON)
    packages = "/opt/tocsin/lib/python3*/site-packages"
    script = f"cd {packages}; du -sk -- * | sort -rn; echo pyc $(find /opt/tocsin -name '*.pyc' -printf '%k\\n' | "
    script += "awk '{s+=$1} END {print s}'); tar c /opt/tocsin /etc/tocsin /usr/share/doc/tocsin | gzip | wc -c"
    *largest, compiled, packed = docker("run", "--rm", "--entrypoint=sh", image(), "-c", script).splitlines()
    rows: list[list[Cell]] = [
        ["all", found["Size"] / MEGABYTE],
        ["the base image", base["Size"] / MEGABYTE],
        ["ours", (found["Size"] - base["Size"]) / MEGABYTE],
        ["ours, as it travels (gzip)", int(packed) / MEGABYTE],
        ["of ours: compiled Python", int(compiled.split()[1]) / 1000],
    ]
    rows += [[f"of ours: {name}", int(size) / 1000] for size, name in (line.split("\t") for line in largest[:8])]
    limits = "Packages with their compiled Python. The base image is that of this machine: a stand-in is larger."
    return Table("image", "The image", ["what", "MB"], rows, limits)


def _times(one: Stack, receiver: Receiver) -> Table:
    began = time.monotonic()
    one.up()
    healthy = time.monotonic() - began
    Wire(one.push_port).post(1)
    _until(lambda: bool(receiver.bodies), "the first webhook")
    first = time.monotonic() - began
    rows: list[list[Cell]] = [["up until all is healthy", healthy], ["up until a webhook told of the first", first]]
    return Table("up", "From `up`", ["what", "seconds"], rows, "Java, then Python, start on the cores there are.")


def _idle(one: Stack) -> Table:
    before, began = _cpu(one), time.monotonic()
    time.sleep(IDLE_SECONDS)
    after, seconds = _cpu(one), time.monotonic() - began
    rows: list[list[Cell]] = []
    for service in SERVICES:
        limit = one.inspect(service)["HostConfig"]["Memory"] / MEGABYTE
        rows.append([service, _memory(one, service), limit, (after[service] - before[service]) / seconds * 100])
    rows.append(["all", *(sum(float(row[column] or 0) for row in rows) for column in (1, 2, 3))])
    limits = f"""Over {IDLE_SECONDS} s without an article but the canary's, health checks among it. Memory as
    `docker stats` tells it: without files that the kernel may drop."""
    return Table("idle", "At rest", ["container", "memory, MB", "limit, MB", "CPU, % of a core"], rows, limits)


def _cost(one: Stack, receiver: Receiver) -> Table:
    due = {_url(number) for number in range(ARTICLES) if number % RING_EVERY == 0}
    before, began = _cpu(one), time.monotonic()
    with httpx.Client(trust_env=False, timeout=60) as client:
        for batch in range(0, ARTICLES, BATCH):
            _post(client, one, [_article(number) for number in range(batch, batch + BATCH)])
    _until(lambda: due <= _told(receiver), "each is told", 600)
    _until(lambda: not any(sum(one.ready(name)["lag"].values()) for name in PROCESSES), "nothing is left to read", 600)
    after, seconds = _cpu(one), time.monotonic() - began
    rows: list[list[Cell]] = [
        [name, (after[name] - before[name]) / ARTICLES * 1000, _memory(one, name)] for name in SERVICES
    ]
    rows.append(["all", *(sum(float(row[column] or 0) for row in rows) for column in (1, 2))])
    words = len(_article(1)["text"].split())
    limits = f"""{ARTICLES} articles of {words} words, in lists of {BATCH}; one in {RING_EVERY} is a sentence and rings.
    {ARTICLES / seconds:.0f} a second from the post to the last webhook on this machine. Health checks and what a
    container costs at rest are in it."""
    return Table("cost", "One article through everything", ["container", "CPU, ms", "memory after, MB"], rows, limits)


def _restart(one: Stack, receiver: Receiver) -> Table:
    wire, rows = Wire(one.push_port), list[list[Cell]]()
    began = time.monotonic()
    with wire.posting(1_000_000):
        time.sleep(3)
        restarted = time.monotonic()
        one.compose("restart")
        one.up()
        healthy = time.monotonic() - restarted
        time.sleep(3)
    expected = set(wire.taken)
    _until(lambda: expected <= {alert["article"]["url"] for alert in alerts(one)}, "each rings", 300)
    rung = [alert["article"]["url"] for alert in alerts(one) if alert["article"]["url"] in expected]
    _until(lambda: expected <= _told(receiver), "each is told", 300)
    lost = len(expected - set(rung))
    rows.append([healthy, len(expected), lost, len(rung) - len(set(rung)), time.monotonic() - began])
    columns = ["healthy again, s", "articles taken", "lost", "rang twice", "all told after, s"]
    limits = "`docker compose restart` of all seven while articles are posted; a post that is not taken is sent again."
    return Table("restart", "Restart of everything under load", columns, rows, limits)


def _article(number: int) -> dict[str, Any]:
    """A long one, or one that rings: short, so that no two of these are told as one story."""
    if number % RING_EVERY == 0:
        return article(number) | {"id": f"bench-{number}", "url": _url(number)}
    text = f"Report {number} of {number * 7919}. {_FILLER * 10}"
    return {"id": f"bench-{number}", "url": _url(number), "title": f"Report {number}", "text": text, "language": "en"}


def _url(number: int) -> str:
    return f"https://wire.example/bench-{number}"


def _post(client: httpx.Client, one: Stack, batch: list[dict[str, Any]]) -> None:
    headers = {"authorization": f"Bearer {TOKEN}"}
    for _ in range(200):
        answer = client.post(f"http://127.0.0.1:{one.push_port}/articles", json=batch, headers=headers)
        if answer.status_code == httpx.codes.ACCEPTED:
            return
        time.sleep(0.5)
    sys.exit(f"not taken: {answer.status_code} {answer.text}")


def _told(receiver: Receiver) -> set[str]:
    return set(re.findall(r"https://wire\.example/[a-z]+-\d+", json.dumps(list(receiver.bodies.values()))))


def _cpu(one: Stack) -> dict[str, float]:
    """CPU seconds of each container so far."""
    script = (
        "cat /sys/fs/cgroup/cpuacct/cpuacct.usage 2> /dev/null || "
        "sed -n 's/^usage_usec \\(.*\\)/\\1000/p' /sys/fs/cgroup/cpu.stat"
    )
    return {name: int(one.runs(name, "sh", "-c", script)) / 1e9 for name in SERVICES}


def _memory(one: Stack, service: str) -> float:
    """In MB, as `docker stats` tells it."""
    told = docker("stats", "--no-stream", "--format={{.MemUsage}}", one.inspect(service)["Id"]).split("/")[0].strip()
    number, unit = re.match(r"([\d.]+)(\w+)", told).groups()  # type: ignore[union-attr]  # it is always so
    return float(number) * {"KiB": 1024, "MiB": 1024**2, "GiB": 1024**3}[unit] / MEGABYTE


def _until(happens: Callable[[], bool], what: str, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not happens():
        if time.monotonic() > end:
            sys.exit(f"did not happen within {seconds:.0f} s: {what}")
        time.sleep(0.2)


def main() -> None:
    """Print the tables."""
    console = Console(width=130)
    tables = stack()
    for table in tables:
        table.show(console)
    write_json(Path("build") / "stack.json", tables)


if __name__ == "__main__":
    main()
