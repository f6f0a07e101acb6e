"""The compose file on a real engine: one project, brought up once, in the order of these tests."""

import json
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from typing import Final

import pytest

from tests import readme
from tests.deploy.compose.desk import SECRET, alerts, desk
from tests.deploy.compose.engine import DockerFailed, docker, inspected
from tests.deploy.compose.receiver import Receiver
from tests.deploy.compose.stack import LINE, PROCESSES, UID, Stack
from tests.deploy.compose.wire import TOKEN, Wire

pytestmark = pytest.mark.timeout(900)  # the first run builds the image

OUTSIDE: Final = [(import_module("pip._internal.models.index").PyPI.netloc, 443)]
"""Whom a machine reaches that installed this: where its packages came from."""


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    """Whom the desk's webhook tells."""
    with Receiver(SECRET).open() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, receiver: Receiver) -> Iterator[Stack]:
    """A desk with a wire that posts, a watch, and a webhook; not brought up yet, and gone afterwards."""
    stack = desk(tmp_path_factory.mktemp("desk"), receiver.port)
    with stack.removed():
        yield stack


@pytest.fixture(scope="module")
def wire(stack: Stack) -> Wire:
    """Who posts articles to it."""
    return Wire(stack.push_port)


def eventually(happens: Callable[[], bool], what: str, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < end, f"did not happen within {seconds} s: {what}"
        time.sleep(0.3)


def _reachable(address: tuple[str, int]) -> bool:
    try:
        with socket.create_connection(address, 3) as connection:
            return not connection.getpeername()[0].startswith("127.")
    except OSError:
        return False


def test_what_is_wrong_is_told_before_anything_runs(stack: Stack) -> None:
    stack.writes("watches/half.yaml", "watches: [{id: half-written, any: [{actor: ttp}")
    stack.keeps("wire", TOKEN, mode=0o400)  # of whoever runs this test, and nobody else's

    began = time.monotonic()
    with pytest.raises(DockerFailed, match=r"provision.* (exit|didn't complete)"):
        stack.up()

    assert time.monotonic() - began < 120
    said = stack.logs("provision")
    assert "watches/half.yaml:" in said
    assert f"cannot be read: this process is uid {UID}" in said
    assert not [name for name in PROCESSES if stack.inspect(name)["State"]["Running"]]
    (stack.config / "watches" / "half.yaml").unlink()
    stack.keeps("wire", TOKEN)


def test_up_returns_when_every_process_is_healthy(stack: Stack) -> None:
    stack.up()

    states = {name: stack.inspect(name)["State"] for name in ("kafka", *PROCESSES)}
    assert {name: state["Health"]["Status"] for name, state in states.items()} == dict.fromkeys(states, "healthy")
    assert stack.inspect("provision")["State"]["ExitCode"] == 0


def test_a_posted_article_ends_as_a_signed_webhook(stack: Stack, wire: Wire, receiver: Receiver) -> None:
    wire.post(1)

    eventually(lambda: bool(receiver.bodies), "the webhook comes")
    [[body]] = receiver.bodies.values()
    assert "wire.example/report-1" in json.dumps(body)
    assert not receiver.refused


@pytest.mark.parametrize("service", PROCESSES)
def test_a_process_may_do_nothing_beside_its_work(stack: Stack, service: str) -> None:
    # The process itself, not what `exec` starts beside it: tini is 1.
    status = dict(line.split(":\t", 1) for line in stack.runs(service, "cat", "/proc/1/status").splitlines())
    assert set(status["Uid"].split() + status["Gid"].split()) == {str(UID)}
    assert {int(status[name], 16) for name in ("CapEff", "CapPrm", "CapBnd", "CapAmb")} == {0}
    assert status["NoNewPrivs"] == "1"
    root = next(line.split() for line in stack.runs(service, "cat", "/proc/mounts").splitlines() if " / " in line)
    assert "ro" in root[3].split(",")
    with pytest.raises(DockerFailed, match="Read-only file system"):
        stack.runs(service, "touch", "/etc/tocsin/sources/mine.yaml")
    limits = "cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes 2> /dev/null || true"
    limit = int(stack.runs(service, "sh", "-c", limits))
    assert limit == stack.inspect(service)["HostConfig"]["Memory"] <= 512 * 1024**2


def test_the_broker_may_do_nothing_beside_its_work(stack: Stack) -> None:
    status = dict(line.split(":\t", 1) for line in stack.runs("kafka", "cat", "/proc/1/status").splitlines())
    assert {int(status[name], 16) for name in ("CapEff", "CapPrm", "CapBnd", "CapAmb")} == {0}
    assert status["NoNewPrivs"] == "1"
    with pytest.raises(DockerFailed, match="Read-only file system"):
        stack.runs("kafka", "touch", "/opt/kafka/mine")


def test_only_ingestion_and_notify_reach_out(stack: Stack) -> None:
    networks = {name: set(stack.inspect(name)["NetworkSettings"]["Networks"]) for name in ("kafka", *PROCESSES)}
    inside, outside, front = (f"{stack.name}_{network}" for network in ("inside", "outside", "front"))
    assert networks == {name: {inside} for name in networks} | {
        "ingestion": {inside, outside},
        "notify": {inside, outside},
        "api": {inside, front},
    }
    [of_inside, of_front] = json.loads(docker("network", "inspect", inside, front))
    assert of_inside["Internal"]
    assert of_front["Options"]["com.docker.network.bridge.enable_ip_masquerade"] == "false"

    address = next(filter(_reachable, OUTSIDE), None)
    if address is None:
        pytest.skip("this machine reaches nobody outside, so that nobody is there to be reached from a container")
    attempt = f"timeout 3 bash -c '< /dev/tcp/{address[0]}/{address[1]}' 2> /dev/null && echo reached || true"
    with ThreadPoolExecutor() as pool:
        tried = dict(
            zip(networks, pool.map(lambda name: stack.runs(name, "bash", "-c", attempt), networks), strict=True)
        )
    assert {name for name, said in tried.items() if "reached" in said} == {"ingestion", "notify"}


def test_only_the_ports_of_push_and_api_are_published_to_this_machine_alone(stack: Stack) -> None:
    ports = {name: stack.inspect(name)["NetworkSettings"]["Ports"] or {} for name in ("kafka", *PROCESSES)}
    published = [bound for service in ports.values() for bounds in service.values() for bound in bounds or []]
    assert {(bound["HostIp"], int(bound["HostPort"])) for bound in published} == {
        ("127.0.0.1", stack.push_port),
        ("127.0.0.1", stack.api_port),
    }


def test_a_secret_is_where_it_is_needed_and_in_no_environment(stack: Stack) -> None:
    has = {name for name in PROCESSES if "hook" in stack.runs(name, "sh", "-c", "ls /run/secrets/tocsin || true")}
    assert has == {"ingestion", "notify", "api"}
    shown = json.dumps([stack.inspect(name) for name in ("kafka", "provision", *PROCESSES)])
    assert SECRET not in shown
    assert TOKEN not in shown


def test_the_readers_walk(stack: Stack) -> None:
    stack.writes("pack/example.yaml", readme.yaml_of("actors"))
    stack.writes("watches/example.yaml", readme.yaml_of("watches"))
    stack.writes("sources/inbox.yaml", readme.yaml_of("sources", 0))
    (stack.config / "inbox").mkdir()
    assert "no defects" in stack.compose("run", "--rm", "-T", "cli", "check")

    (stack.config / "inbox" / "first.txt").write_text("A statement\n\nThe Example Front spoke to reporters.\n", "utf-8")

    eventually(lambda: "Example Front" in stack.logs("notify"), "the alert is on the screen")
    command = ["alerts", "tail", "--watch", "example-front", "--from", "beginning", "--limit", "1"]
    assert "Example Front" in stack.compose("run", "--rm", "-T", "cli", *command)


def test_a_broken_edit_is_refused_and_a_good_one_is_live_within_seconds(stack: Stack, wire: Wire) -> None:
    before = stack.ready("match")["configuration"]["watches"]

    stack.writes("watches/ttp.yaml", "watches: [{id: ttp, any: [{actor: tpp}]}]")
    eventually(lambda: bool(stack.ready("match")["configuration"]["watches"]["refused"]), "it is refused", seconds=15)
    refused = stack.ready("match")["configuration"]["watches"]
    assert refused["digest"] == before["digest"]
    assert "tpp" in json.dumps(refused["refused"])

    both = [{"id": "ttp", "any": [{"actor": "ttp"}]}, {"id": "iskp", "any": [{"actor": "iskp"}]}]
    stack.writes("watches/ttp.yaml", {"watches": both})
    eventually(lambda: stack.ready("match")["configuration"]["watches"]["digest"] != before["digest"], "live", 15)
    assert not stack.ready("match")["configuration"]["watches"]["refused"]
    wire.post(2)  # and the line goes on


def test_killed_one_after_the_other_it_loses_and_repeats_nothing(stack: Stack, wire: Wire, receiver: Receiver) -> None:
    with wire.posting(1_000):
        for service in (*PROCESSES, "kafka"):
            stack.compose("kill", "--signal", "KILL", service)
            time.sleep(1)
            stack.compose("start", service)
            time.sleep(2)
        stack.up()

    _nothing_lost_nothing_twice(stack, wire, receiver)


def test_a_process_that_dies_is_started_again(stack: Stack) -> None:
    stack.compose("exec", "-T", "match", "bash", "-c", "kill -KILL -1 || true")

    eventually(lambda: stack.inspect("match")["RestartCount"] == 1, "the engine starts it again", 20)
    eventually(lambda: stack.inspect("match")["State"]["Health"]["Status"] == "healthy", "it works again")


def test_a_restart_of_everything_loses_and_repeats_nothing(stack: Stack, wire: Wire, receiver: Receiver) -> None:
    with wire.posting(10_000):
        stack.compose("restart", *LINE, "api")
        time.sleep(2)
        stack.compose("restart")
        stack.up()

    assert {stack.inspect(name)["State"]["OOMKilled"] for name in ("kafka", *PROCESSES)} == {False}
    _nothing_lost_nothing_twice(stack, wire, receiver)


def _nothing_lost_nothing_twice(stack: Stack, wire: Wire, receiver: Receiver) -> None:
    expected = Counter(wire.taken)
    told = dict.fromkeys(expected, 1)
    rung: Counter[str] = Counter()

    def all_rang() -> bool:
        nonlocal rung
        rung = Counter(one["article"]["url"] for one in alerts(stack) if one["watch"]["id"] == "ttp")
        return rung.keys() >= told.keys()

    eventually(all_rang, "every article rings", seconds=90)
    assert rung == told
    ids = {one["id"] for one in alerts(stack)}
    eventually(lambda: ids <= receiver.bodies.keys(), "each is delivered", seconds=60)
    assert receiver.bodies.keys() == ids, "nothing else was delivered"
    assert not receiver.refused


def test_down_leaves_nothing_but_the_records_and_with_v_not_even_those(stack: Stack) -> None:
    began = time.monotonic()
    stack.compose("down")
    assert time.monotonic() - began < 60
    assert not stack.left("container")
    assert not stack.left("network")
    assert set(stack.left("volume")) == {f"{stack.name}_kafka", f"{stack.name}_api"}

    stack.compose("down", "--volumes")
    assert not stack.left("volume")
    assert inspected(f"{stack.name}-kafka-1") == {}
