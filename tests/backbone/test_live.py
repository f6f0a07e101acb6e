import asyncio
import os
import shutil
import threading
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import pytest
from prometheus_client import REGISTRY
from pydantic import BaseModel, ConfigDict
from structlog.testing import capture_logs

from services.backbone import live as live_module
from services.backbone.configuration import read_part
from services.backbone.errors import ConfigurationError, Defect, Location, TopicMismatch
from services.backbone.live import Live
from services.backbone.process import Process
from services.backbone.progress import Progress
from services.backbone.settings import Settings
from tests.backbone.eventually import eventually


class Words(BaseModel):
    model_config = ConfigDict(extra="forbid")

    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Version:
    words: tuple[str, ...]
    digest: str


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The one file of a configuration folder."""
    path = tmp_path / "watches" / "desk.yaml"
    path.parent.mkdir()
    save(path, "words: [first]")
    return path


def save(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")


def save_as_editors_do(file: Path, text: str) -> None:
    """Into another file first, which then takes the name."""
    half_written = file.with_name(".desk.yaml.swp")
    save(half_written, text)
    half_written.replace(file)


def remove(file: Path) -> None:
    file.unlink()


def builder(file: Path) -> Callable[[], Version]:
    def build() -> Version:
        part = read_part(file.parents[1], "watches", Words)
        return Version(tuple(word for word, _, _ in part.items("words")), part.digest)

    return build


def metric(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, {"part": "tried", **labels}) or 0.0


def success() -> float:
    return metric("tocsin_configuration_reload_success")


async def test_a_good_edit_is_in_force_whole(file: Path) -> None:
    live = Live("tried", builder(file))
    assert (live.current.words, success()) == (("first",), 1)
    before = metric("tocsin_configuration_reloads_total", outcome="accepted")
    save(file, "words: [second, third]")
    with capture_logs() as logs:
        await live.reload()
    assert live.current.words == ("second", "third")
    assert metric("tocsin_configuration_reloads_total", outcome="accepted") == before + 1
    assert [(log["event"], log["digest"]) for log in logs] == [("configuration.reloaded", live.current.digest)]


async def test_a_broken_edit_changes_nothing_and_is_seen_in_log_and_metric(file: Path) -> None:
    live = Live("tried", builder(file))
    first = live.current
    before = metric("tocsin_configuration_reloads_total", outcome="refused")
    save(file, "words: [second]\nwrods: [third]\nword: []")
    with capture_logs() as logs:
        await live.reload()
    assert live.current is first
    assert success() == 0
    assert metric("tocsin_configuration_reloads_total", outcome="refused") == before + 1
    assert [(log["event"], log["log_level"], log["where"]) for log in logs] == [
        ("configuration.refused", "error", "watches/desk.yaml:2 wrods"),
        ("configuration.refused", "error", "watches/desk.yaml:3 word"),
    ]
    assert "did you mean 'words'?" in logs[0]["fix"]

    save(file, "words: [second]")
    await live.reload()
    assert (live.current.words, success()) == (("second",), 1)


async def test_an_edit_that_is_taken_back_is_a_success_and_no_new_version(file: Path) -> None:
    live = Live("tried", builder(file), accept=never)
    first = live.current
    save(file, "words: [")
    await live.reload()
    assert success() == 0
    save(file, "words: [first]")
    await live.reload()
    assert live.current is first
    assert success() == 1


async def test_what_is_read_from_elsewhere_is_another_version_where_its_contents_are_other(file: Path) -> None:
    secret_of = dict[int, str]()
    live = Live(
        "tried", builder(file), contents=lambda read: {"secret": secret_of.get(id(read), "old")}, by_contents=True
    )
    first = live.current
    await live.reload()
    assert live.current is first, "the same digest, the same contents"

    secret_of[id(first)] = "older"
    await live.reload()
    assert live.current is not first


async def never(version: Version) -> None:
    raise AssertionError(f"{version} is the version in force: nothing is to be prepared")


@pytest.mark.parametrize("error", [TopicMismatch("alerts.desk has 1 partition"), OSError("no route"), KeyError("x")])
async def test_a_version_that_the_world_does_not_accept_is_refused(file: Path, error: Exception) -> None:
    async def accept(version: Version) -> None:
        assert live.current is first, "not in force before it is accepted"
        raise error

    live = Live("tried", builder(file), accept)
    first = live.current
    save(file, "words: [second]")
    with capture_logs() as logs:
        await live.reload()
    assert live.current is first
    assert success() == 0
    assert str(error) in logs[0]["what"]


async def test_a_version_is_built_beside_the_loop(file: Path) -> None:
    """A pack takes seconds to compile: records flow on meanwhile, with the version in force."""
    threads: list[int] = []

    def build() -> Version:
        threads.append(threading.get_ident())
        return Version((), str(len(threads)))

    live = Live("tried", build)
    await live.reload()
    assert live.current.digest == "2"
    assert threads[1] != threading.get_ident()


def test_a_process_does_not_start_with_defects(file: Path) -> None:
    save(file, "wrods: []")
    with pytest.raises(ConfigurationError):
        Live("tried", builder(file))


@asynccontextmanager
async def watched(folder: Path) -> AsyncIterator[Live[Version]]:
    """A configuration folder that is followed until the end of the block."""
    live = Live("tried", builder(folder / "watches" / "desk.yaml"))
    async with at_work(folder, live):
        yield live


def in_force(live: Live[Version], *words: str) -> Callable[[], bool]:
    return lambda: live.current.words == words


async def test_an_edit_on_the_disk_is_in_force_within_five_seconds(file: Path) -> None:
    async with watched(file.parents[1]) as live:
        save(file, "words: [second]")
        await eventually(in_force(live, "second"))

        save(file, "words: [")
        await eventually(lambda: success() == 0)
        assert live.current.words == ("second",)

        save_as_editors_do(file, "words: [third]")
        await eventually(in_force(live, "third"))

        save(file.with_name("bureau.yaml"), "words: [fourth]")
        await eventually(in_force(live, "fourth", "third"))
        remove(file)
        await eventually(in_force(live, "fourth"))


async def test_a_file_that_is_written_in_two_halves_is_read_once_it_is_whole(file: Path) -> None:
    async with watched(file.parents[1]) as live:
        with capture_logs() as logs:
            save(file, "words:\n- second\n")
            await asyncio.sleep(0.5)
            save(file, "words:\n- second\n- third\n")
            await eventually(in_force(live, "second", "third"))
    assert [log["event"] for log in logs].count("configuration.reloaded") == 1


async def test_a_folder_that_another_takes_the_place_of_is_followed(tmp_path: Path) -> None:
    """As deployments do it, that swap a link to the next release of the configuration."""

    def release(name: str) -> None:
        (tmp_path / name / "watches").mkdir(parents=True)
        save(tmp_path / name / "watches" / "desk.yaml", f"words: [{name}]")
        (tmp_path / "next").symlink_to(name)
        (tmp_path / "next").replace(tmp_path / "current")

    release("first")
    async with watched(tmp_path / "current") as live:
        for name in ("second", "third"):
            release(name)
            await eventually(in_force(live, name))
        save(tmp_path / "third" / "watches" / "desk.yaml", "words: [edited]")
        await eventually(in_force(live, "edited"))


async def test_a_mounted_kubernetes_volume_is_followed(file: Path) -> None:
    """Its files are links through one that is hidden; an update swaps that one."""
    mount = file.parent
    remove(file)

    def update(name: str) -> None:
        (mount / f"..{name}").mkdir()
        save(mount / f"..{name}" / "desk.yaml", f"words: [{name}]")
        (mount / "..data_tmp").symlink_to(f"..{name}")
        (mount / "..data_tmp").replace(mount / "..data")

    update("first")
    os.symlink("..data/desk.yaml", file)
    async with watched(mount.parent) as live:
        assert live.current.words == ("first",)
        for name in ("second", "third"):
            update(name)
            await eventually(in_force(live, name))


async def test_a_folder_that_is_away_for_a_while_is_followed_when_it_is_back(file: Path) -> None:
    folder = file.parents[1]
    async with watched(folder) as live:
        for words in ("second", "third"):
            shutil.rmtree(folder)
            await eventually(lambda: success() == 0)
            file.parent.mkdir(parents=True)
            save(file, f"words: [{words}]")
            await eventually(in_force(live, words))


@dataclass(frozen=True)
class Tolerant:
    """What is built without what is broken."""

    words: dict[str, str]
    refused: tuple[Defect, ...] = ()
    folders: tuple[Path, ...] = ()

    @property
    def digest(self) -> str:
        return str(sorted(self.words.items()))


def following(versions: Iterable[Tolerant]) -> Live[Tolerant]:
    given = iter(versions)
    return Live(
        "tried",
        lambda: next(given),
        contents=lambda version: version.words,
        refused=lambda version: version.refused,
        folders=lambda version: version.folders,
    )


NO_WORD = Defect(Location("watches/desk.yaml", 2, "words[1]"), "no word", "write one")
NO_LINE = Defect(Location("watches/desk.yaml", 9, "words[8]"), "no line", "write two")


async def test_what_is_broken_is_told_once_and_counted_while_the_rest_is_in_force() -> None:
    good = {"a": "1", "b": "1"}
    with capture_logs() as logs:
        live = following([
            Tolerant(good, (NO_WORD,)),
            Tolerant(good, (NO_WORD,)),
            Tolerant({"a": "2", "c": "1"}, (NO_WORD, NO_LINE)),
            Tolerant({"a": "2", "c": "1"}),
        ])  # fmt: skip
        assert (success(), metric("tocsin_configuration_defects")) == (0, 1)
        await live.reload()
        await live.reload()
        assert live.current.words == {"a": "2", "c": "1"}
        assert (success(), metric("tocsin_configuration_defects")) == (0, 2)
        await live.reload()
    assert (success(), metric("tocsin_configuration_defects")) == (1, 0)
    assert [(log["event"], log.get("what", log.get("changed"))) for log in logs] == [
        ("configuration.refused", "no word"),
        ("configuration.refused", "no line"),
        ("configuration.reloaded", 1),
        ("configuration.mended", None),
    ]
    assert (logs[2]["added"], logs[2]["removed"]) == (1, 1)


async def test_what_is_in_force_and_what_is_broken_is_seen_in_the_progress(tmp_path: Path) -> None:
    live = following([Tolerant({"a": "1"}), Tolerant({"a": "1"}, (NO_WORD,)), Tolerant({"a": "2"})])
    async with at_work(tmp_path, live) as process:

        def shown() -> dict[str, Any]:
            return cast(dict[str, dict[str, Any]], process.progress.report()["configuration"])["tried"]

        first = shown()
        assert (first["digest"], first["refused"], first["defects"]) == ("[('a', '1')]", [], 0)
        assert datetime.fromisoformat(first["since"]).tzinfo is not None
        await live.reload()
        assert shown() == {**first, "refused": [str(NO_WORD)], "defects": 1}
        process.progress.started()
        assert process.progress.report()["ready"] is True, "it works on with what is sound"
        await live.reload()
        assert (shown()["digest"], shown()["refused"]) == ("[('a', '2')]", [])


async def test_who_wants_to_know_is_told_of_each_swap_and_of_nothing_else() -> None:
    first, second = Tolerant({"a": "1"}), Tolerant({"b": "1"})
    live = following([first, first, second])
    swaps: list[tuple[Tolerant, Tolerant]] = []
    live.then(lambda before, now: swaps.append((before, now)))
    await live.reload()
    await live.reload()
    assert swaps == [(first, second)]


async def test_folders_beside_the_configuration_are_followed_as_the_version_in_force_names_them(tmp_path: Path) -> None:
    config, near, far = (tmp_path / name for name in ("config", "near", "far"))
    for folder in (config, near):
        folder.mkdir()
    builds = 0

    def build() -> Tolerant:
        nonlocal builds
        builds += 1
        texts = {path.name: path.read_text() for path in tmp_path.rglob("*.txt")}
        return Tolerant(texts, folders=(near, far) if (config / "further.txt").exists() else (near,))

    live = Live("tried", build, folders=lambda version: version.folders)
    async with at_work(config, live):
        save(near / "a.txt", "1")
        await eventually(lambda: "a.txt" in live.current.words)
        save(config / "further.txt", "")
        await eventually(lambda: "further.txt" in live.current.words)
        far.mkdir()
        save(far / "b.txt", "1")
        await eventually(lambda: "b.txt" in live.current.words)
        await asyncio.sleep(1.5)
        save(far / "b.txt", "2")
        await eventually(lambda: live.current.words["b.txt"] == "2")
        far.rename(tmp_path / "gone")
        (tmp_path / "other").mkdir()
        save(tmp_path / "other" / "c.txt", "1")
        far.symlink_to("other")
        await eventually(lambda: "c.txt" in live.current.words)
        await asyncio.sleep(1.5)
        quiet = builds
        await asyncio.sleep(1.5)
        assert builds == quiet, "nothing is built where nothing changes"


async def test_a_version_that_the_world_did_not_accept_is_tried_again(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An edit while the broker is away must not wait for the next edit."""
    monkeypatch.setattr(live_module, "AGAIN_SECONDS", 0.5)
    away = True

    async def accept(_: Version) -> None:
        if away:
            raise OSError("no broker answers")

    live = Live("tried", builder(file), accept)
    async with at_work(file.parents[1], live):
        with capture_logs() as logs:
            save(file, "words: [second]")
            await eventually(lambda: success() == 0)
            await asyncio.sleep(2)
            away = False
            await eventually(in_force(live, "second"))
        assert [log["event"] for log in logs] == [
            "configuration.refused", "configuration.reloaded", "configuration.mended",
        ]  # fmt: skip


async def test_a_file_saved_ten_times_a_second_is_in_force_while_and_after_it_is_saved(file: Path) -> None:
    async with watched(file.parents[1]) as live:
        seen = set()
        for number in range(40):
            half = "words: [word-" if number % 2 else f"words: [word-{number}]"
            save(file, half)
            await asyncio.sleep(0.1)
            seen.add(live.current.words)
        save(file, "words: [last]")
        await eventually(in_force(live, "last"))
        assert success() == 1
    assert all(len(words) == 1 for words in seen), "nothing half-written was ever in force"


async def test_what_editors_leave_beside_a_file_is_not_looked_at(file: Path) -> None:
    builds = 0

    def build() -> Version:
        nonlocal builds
        builds += 1
        return builder(file)()

    live = Live("tried", build)
    async with at_work(file.parents[1], live):
        before = builds
        for name in (".desk.yaml.swp", "desk.yaml~", ".#desk.yaml", "4913"):
            save(file.with_name(name), "words: [")
            file.with_name(name).unlink()
        await asyncio.sleep(1.5)
        assert builds == before
        os.replace(file, file.with_name("desk.yaml~"))  # as editors keep what was
        save(file, "words: [second]")
        await eventually(in_force(live, "second"))


@asynccontextmanager
async def at_work(folder: Path, live: Live[Any]) -> AsyncIterator[Process]:
    """A process that follows its configuration until the end of the block."""
    async with AsyncExitStack() as stack:
        process = Process("tried", Settings(config=folder, instance="one"), stack, Progress("tried"))
        watching = asyncio.ensure_future(live.watch(process))
        await asyncio.sleep(1)  # the watch begins
        try:
            yield process
            assert not watching.done()
        finally:
            process.stopping.set()
            async with asyncio.timeout(5):
                await watching
