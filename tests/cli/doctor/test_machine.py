"""machine, clock, network and engine: what is short, wrong or missing here."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.cli.doctor.clock import Kernel, judge_clock, kernel
from services.cli.doctor.engine import Engine, is_taken, judge_docker, published, version_of
from services.cli.doctor.finding import GIB, MIB, Finding, State
from services.cli.doctor.machine import is_writable, judge_data, judge_disk, judge_files, judge_python, judge_tmp
from services.cli.doctor.network import Outside, judge_outside, spread
from tests.backbone.kafka_dialect import served

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
HOME = Path("/data")
SOUND = Engine(True, True, compose=(2, 29, 1), memory=4 * GIB, room=50 * GIB)


def states(findings: object) -> list[State]:
    return [finding.state for finding in findings]  # type: ignore[attr-defined]


def test_little_disk_is_a_warning_and_hardly_any_an_error() -> None:
    assert states(judge_disk("disk", {HOME: 5 * GIB})) == [State.OK]
    assert states(judge_disk("disk", {HOME: 500 * MIB})) == [State.WARNING]
    assert states(judge_disk("disk", {HOME: 50 * MIB})) == [State.ERROR]
    assert states(judge_tmp(Path("/tmp"), 16 * MIB)) == []  # noqa: S108 - what a container is given
    assert states(judge_tmp(Path("/tmp"), 1 * MIB)) == [State.ERROR]  # noqa: S108


def test_python_and_file_limits_are_held_against_what_is_needed() -> None:
    assert [*states(judge_python((3, 11))), *states(judge_python((3, 13)))] == [State.OK, State.OK]
    assert [*states(judge_python((3, 10))), *states(judge_python((3, 14)))] == [State.WARNING, State.WARNING]
    assert [*states(judge_files(8192)), *states(judge_files(-1))] == [State.OK, State.OK]
    assert states(judge_files(1024)) == [State.WARNING]


def test_a_folder_that_takes_no_file_is_an_error(tmp_path: Path) -> None:
    assert is_writable(tmp_path)
    assert not is_writable(Path("/proc"))
    assert states(judge_data(HOME, False)) == [State.ERROR]


@pytest.mark.parametrize(
    ("by_web", "newest", "state", "told"),
    [
        (timedelta(seconds=1), NOON - timedelta(hours=1), State.OK, "agrees with news.example; the kernel keeps it"),
        (timedelta(seconds=90), None, State.WARNING, "this clock is 90 s ahead of that of news.example"),
        (timedelta(minutes=-10), None, State.ERROR, "this clock is 600 s behind that of news.example"),
        (None, NOON + timedelta(minutes=1), State.WARNING, "the newest record is of 60 s from now"),
        (None, None, State.OK, "the kernel keeps it, to 0.2 s"),
    ],
)
def test_the_clock_is_judged_by_its_witnesses(
    by_web: timedelta | None, newest: datetime | None, state: State, told: str
) -> None:
    [finding] = judge_clock(Kernel(True, timedelta(seconds=0.2)), by_web, "news.example", newest, NOON)
    assert finding.state is state
    assert finding.found.startswith(told)


def test_the_kernel_is_asked_and_nothing_is_changed() -> None:
    known = kernel()
    assert known is None or known.most_off >= timedelta(0)


@pytest.mark.parametrize(
    ("engine", "state", "told"),
    [
        (SOUND, State.OK, "Docker answers, Compose 2.29.1, 4.0 GiB of memory"),
        (Engine(False), State.WARNING, "Docker is not installed"),
        (Engine(True, said="permission denied"), State.WARNING, "Docker does not answer: permission denied"),
        (Engine(True, True, memory=4 * GIB), State.ERROR, "docker compose is missing"),
        (
            Engine(True, True, compose=(2, 17, 3), memory=4 * GIB),
            State.ERROR,
            "Compose is 2.17.3, and the file needs 2.20",
        ),
        (Engine(True, True, compose=(2, 29), memory=1 * GIB), State.WARNING, "containers have 1.0 GiB of memory"),
        (Engine(True, True, compose=(2, 29), memory=4 * GIB, room=1 * GIB), State.WARNING, "1.0 GiB free where Docker"),
        (
            Engine(True, True, compose=(2, 29), memory=4 * GIB, taken=(8070,)),
            State.WARNING,
            "port 8070 of this machine",
        ),
    ],
)
def test_docker_is_told_by_what_compose_would_stumble_over(engine: Engine, state: State, told: str) -> None:
    [finding] = judge_docker(engine, needed=True)
    assert finding.state is state
    assert finding.found.startswith(told)
    assert bool(finding.fix) is (state is not State.OK)


def test_docker_is_no_matter_where_a_broker_answers_without_it() -> None:
    assert states(judge_docker(Engine(False), needed=False)) == [State.OK]


def test_versions_are_read_as_they_are_written() -> None:
    assert version_of("v2.29.1-desktop.1\n") == (2, 29, 1)
    assert version_of("5.0") == (5, 0)
    assert version_of("nothing") is None


def test_the_ports_are_those_that_compose_publishes() -> None:
    assert published({}) == [8070, 8090]
    assert published({"TOCSIN_API_PORT": "9070", "TOCSIN_PUSH_PORT": ""}) == [9070, 8090]


async def test_a_port_is_taken_while_somebody_listens() -> None:
    async def silent(*_: object) -> None:
        """Say nothing."""

    async with served(silent) as address:
        port = int(address.rpartition(":")[2])
        assert is_taken(port)
    assert not is_taken(port)


@pytest.mark.parametrize(
    ("outside", "contained", "told"),
    [
        (Outside({"a.example": True}, "a.example", answered=True), False, [("dns", "ok"), ("outward", "ok")]),
        (Outside({"a.example": True}, "a.example"), False, [("dns", "ok"), ("outward", "warning")]),
        (Outside({"a.example": False}), False, [("dns", "warning")]),
        (Outside({"a.example": False}), True, [("dns", "ok")]),
        (
            Outside({"a.example": False, "b.example": True}, "b.example", True),
            True,
            [("dns", "warning"), ("outward", "ok")],
        ),
    ],
)
def test_the_way_out_is_never_more_than_a_warning(
    outside: Outside, contained: bool, told: list[tuple[str, str]]
) -> None:
    found: list[Finding] = list(judge_outside(outside, {}, contained=contained))
    assert [(finding.check, finding.state.value) for finding in found] == told


def test_hosts_are_taken_from_the_whole_list() -> None:
    assert spread([str(number) for number in range(11)], 5) == ["0", "3", "6", "9"]
    assert spread([], 5) == []
