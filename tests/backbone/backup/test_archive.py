import os
import random
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.backbone.backup.archive import CUT, MANIFEST, Archive, new_archive, place_of
from services.backbone.backup.contents import FORMAT, Cut, Manifest, Place, TopicTaken
from services.backbone.backup.errors import CannotTake, NotABackup
from services.backbone.backup.stored import StoredRecord, read_records

PLACE = Place("alerts.kabul-desk", 2)
MIB = 1024 * 1024


def made(path: Path, *, format_: int = FORMAT, values: int = 12) -> list[StoredRecord]:
    """A backup of some records that take about 1 MiB each and do not get smaller."""
    chance = random.Random(7)
    records = [StoredRecord(3 * number, 1_000 + number, b"key", chance.randbytes(MIB)) for number in range(values)]
    manifest = Manifest(
        format=format_,
        tocsin="0.2.0",
        deployment="kabul",
        taken_at=datetime(2026, 11, 24, tzinfo=UTC),
        topics={PLACE.topic: TopicTaken(partitions=3, part="whole")},
    )
    with new_archive(path) as archive:
        archive.say(MANIFEST, manifest)
        archive.add("configuration/tocsin.yaml", b"channels: []\n")
        archive.say(CUT, Cut(groups={}, ends={}))
        assert sum(archive.add_records(PLACE, records)) == values
        archive.end()
    return records


def test_what_was_added_comes_back_in_pieces(tmp_path: Path) -> None:
    path = tmp_path / "backup.tar.zst"
    records = made(path)
    archive = Archive.open(path)

    assert archive.manifest.deployment == "kabul"
    assert archive.contents.records == {PLACE.topic: {2: 12}}
    files = dict(archive.files())
    assert files["configuration/tocsin.yaml"] == b"channels: []\n"
    pieces = [data for name, data in files.items() if place_of(name) == PLACE]
    assert [record for data in pieces for record in read_records(data)] == records
    assert max(map(len, pieces)) < 6 * MIB, "a piece is held in memory"


def test_only_its_owner_can_read_it_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "backup.tar.zst"
    made(path, values=1)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == [path.name]


def test_of_a_backup_that_fails_nothing_is_left(tmp_path: Path) -> None:
    def fails() -> None:
        with new_archive(tmp_path / "backup.tar.zst") as archive:
            archive.add("configuration/one", b"1")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert not os.listdir(tmp_path)


def test_no_file_is_written_over(tmp_path: Path) -> None:
    path = tmp_path / "backup.tar.zst"
    path.write_bytes(b"precious")
    with pytest.raises(CannotTake, match="is there already"), new_archive(path):
        pass
    assert path.read_bytes() == b"precious"


def test_two_at_a_time_do_not_write_into_each_other(tmp_path: Path) -> None:
    with (
        pytest.raises(CannotTake, match="another backup is being written"),
        new_archive(tmp_path / "one.tar.zst"),
        new_archive(tmp_path / "two.tar.zst"),
    ):
        pass


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(CannotTake, match=r"No such file or directory; make room"), new_archive(tmp_path / "no" / "one"):
        pass


@pytest.mark.parametrize("share", [0.0, 0.001, 0.5, 0.999])
def test_a_file_that_was_cut_short_is_no_backup(tmp_path: Path, share: float) -> None:
    path = tmp_path / "backup.tar.zst"
    made(path, values=3)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(NotABackup):
        Archive.open(path)


@pytest.mark.parametrize("at", [0.1, 0.5, 0.9])
def test_one_bit_that_is_wrong_is_found(tmp_path: Path, at: float) -> None:
    path = tmp_path / "backup.tar.zst"
    made(path, values=3)
    damaged = bytearray(path.read_bytes())
    damaged[int(at * len(damaged))] ^= 1
    path.write_bytes(damaged)
    with pytest.raises(NotABackup, match="damaged"):
        Archive.open(path)


@pytest.mark.parametrize("content", [b"", b"hello", b"\x28\xb5\x2f\xfd"], ids=["empty", "text", "a beginning"])
def test_another_file_is_no_backup(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other"
    path.write_bytes(content)
    with pytest.raises(NotABackup, match="no backup"):
        Archive.open(path)


def test_another_format_names_the_release_that_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "backup.tar.zst"
    made(path, format_=FORMAT + 1, values=1)
    with pytest.raises(NotABackup, match=r"format 2, taken by Tocsin 0\.2\.0; this release reads format 1"):
        Archive.open(path)
