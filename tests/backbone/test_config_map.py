"""The configuration folder as a ConfigMap: what the kubelet's atomic writer does to it is an edit as any other.

It writes each version whole into a hidden folder, swaps the link `..data` to it, brings the links beside it up to date,
one for each file and folder at the top, and removes the version before (kubernetes, pkg/volume/util/atomic_writer.go).
"""

import asyncio
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict

from services.backbone.configuration import read_part
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
    words: frozenset[str]
    digest: str


@dataclass
class Mount:
    """A folder that is written as the kubelet writes a volume."""

    folder: Path
    versions: int = field(default=0)

    def write(self, files: Mapping[str, str]) -> None:
        """Make these its files."""
        data, before = self.folder / "..data", None
        if data.is_symlink():
            before = self.folder / data.readlink()
        self.versions += 1
        whole = self.folder / f"..2026_11_24_20_00_00.{self.versions}"
        for path, text in files.items():
            (whole / path).parent.mkdir(parents=True, exist_ok=True)
            (whole / path).write_text(text, encoding="utf-8")
        (self.folder / "..data_tmp").symlink_to(whole.name)
        (self.folder / "..data_tmp").rename(data)
        tops = {path.split("/")[0] for path in files}
        for top in tops:
            if not (self.folder / top).is_symlink():
                (self.folder / top).symlink_to(f"..data/{top}")
        for link in [path for path in self.folder.iterdir() if not path.name.startswith("..")]:
            if link.name not in tops:
                link.unlink()
        if before is not None:
            shutil.rmtree(before)


@pytest.fixture
def mount(tmp_path: Path) -> Mount:
    (tmp_path / "tocsin").mkdir()
    return Mount(tmp_path / "tocsin")


def read_version(folder: Path) -> Version:
    part = read_part(folder, "watches", Words)
    return Version(frozenset(word for word, _, _ in part.items("words")), part.digest)


@asynccontextmanager
async def at_work(folder: Path, live: Live[Version]) -> AsyncIterator[None]:
    """A process that follows the folder until the end of the block."""
    async with AsyncExitStack() as stack:
        process = Process("tried", Settings(config=folder, instance="one"), stack, Progress("tried"))
        watching = asyncio.ensure_future(live.watch(process))
        try:
            yield
        finally:
            process.stopping.set()
            await watching


@asynccontextmanager
async def watched(folder: Path) -> AsyncIterator[Live[Version]]:
    """What is read of the folder's watches, followed from now on."""
    live = Live("tried", lambda: read_version(folder))
    async with at_work(folder, live):
        await asyncio.sleep(1)  # the watch begins
        yield live


async def holds(live: Live[Version], *words: str) -> None:
    """Within the time that an edit may take, and with nothing refused."""
    await eventually(lambda: live.current.words == frozenset(words))


async def test_an_edit_of_a_config_map_is_in_force_within_seconds_and_so_is_the_next(mount: Mount) -> None:
    mount.write({"tocsin.yaml": "", "watches/desk.yaml": "words: [first]"})
    async with watched(mount.folder) as live:
        assert live.current.words == {"first"}
        for word in ("second", "third"):
            mount.write({"tocsin.yaml": "", "watches/desk.yaml": f"words: [{word}]"})
            await holds(live, word)


async def test_an_edit_while_a_process_starts_is_in_force_once_it_has(mount: Mount) -> None:
    """Nobody watches the folder yet when it is read first: the broker, or a topic, is waited for in between."""
    mount.write({"watches/desk.yaml": "words: [first]"})
    live = Live("tried", lambda: read_version(mount.folder))
    mount.write({"watches/desk.yaml": "words: [second]"})
    async with at_work(mount.folder, live):
        await holds(live, "second")


async def test_files_and_folders_come_and_go_with_the_keys_of_a_config_map(mount: Mount) -> None:
    mount.write({"tocsin.yaml": ""})
    async with watched(mount.folder) as live:
        assert live.current.words == frozenset()
        mount.write({"tocsin.yaml": "", "watches/kabul/desk.yaml": "words: [kabul]"})
        await holds(live, "kabul")
        mount.write({
            "tocsin.yaml": "",
            "watches/kabul/desk.yaml": "words: [kabul]",
            "watches/herat.yaml": "words: [herat]",
        })  # fmt: skip
        await holds(live, "kabul", "herat")
        mount.write({"tocsin.yaml": "", "watches/herat.yaml": "words: [herat]"})
        await holds(live, "herat")


async def test_a_broken_config_map_changes_nothing_until_it_is_mended(mount: Mount) -> None:
    mount.write({"watches/desk.yaml": "words: [first]"})
    async with watched(mount.folder) as live:
        mount.write({"watches/desk.yaml": "wrods: [second]"})
        await asyncio.sleep(2)
        assert live.current.words == {"first"}
        mount.write({"watches/desk.yaml": "words: [second]"})
        await holds(live, "second")


async def test_a_config_map_for_the_watches_alone_is_followed_inside_the_folder_of_the_image(tmp_path: Path) -> None:
    (tmp_path / "watches").mkdir()
    mount = Mount(tmp_path / "watches")
    mount.write({"desk.yaml": "words: [first]"})
    async with watched(tmp_path) as live:
        for word in ("second", "third"):
            mount.write({"desk.yaml": f"words: [{word}]"})
            await holds(live, word)
