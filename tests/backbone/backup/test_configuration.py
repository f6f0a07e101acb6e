from pathlib import Path

import pytest

from services.backbone.backup.configuration import look_through, put, require_room
from services.backbone.backup.errors import CannotTake, NotABackup, NotRestorable
from tests.alerting.examples import write_folder


def test_secrets_are_left_out_and_named(tmp_path: Path) -> None:
    folder = write_folder(
        tmp_path / "config",
        {
            "tocsin.yaml": {
                "channels": [
                    {"id": "hook", "secret": {"file": "hook-secret.txt"}},
                    {"id": "kafka", "ssl_keyfile": "tls/client", "ssl_cafile": "tls/ca.crt"},
                ],
                "watch_folders": ["teams/kabul", "../elsewhere"],
            },
            "hook-secret.txt": "do not tell",
            "tls/client": "do not tell",
            "tls/ca.crt": "public",
            "tls/other.key": "do not tell",
            "secrets/token": "do not tell",
            "teams/kabul/desk.yaml": {"watches": []},
            ".git/config": "not the desk's",
            "watches/.desk.yaml.swp": "an editor's",
        },
    )
    found = look_through(folder)

    assert sorted(name for name, _ in found.read()) == ["teams/kabul/desk.yaml", "tls/ca.crt", "tocsin.yaml"]
    assert all(b"do not tell" not in data for _, data in found.read())
    assert sorted(each.partition(":")[0] for each in found.left_out) == [
        *("../elsewhere", "hook-secret.txt", "secrets/token", "tls/client", "tls/other.key")
    ]


def test_a_folder_mounted_by_kubernetes_is_read_once(tmp_path: Path) -> None:
    write_folder(tmp_path, {"..2026_11_24/desk.yaml": "watches: []\n"})
    (tmp_path / "..data").symlink_to("..2026_11_24")
    (tmp_path / "watches").mkdir()
    (tmp_path / "watches" / "desk.yaml").symlink_to("../..data/desk.yaml")
    assert list(look_through(tmp_path).read()) == [("watches/desk.yaml", b"watches: []\n")]


def test_a_file_that_is_no_yaml_is_taken_as_it_is(tmp_path: Path) -> None:
    write_folder(tmp_path, {"watches/broken.yaml": "watches: [}"})
    assert list(look_through(tmp_path).read()) == [("watches/broken.yaml", b"watches: [}")]


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(CannotTake, match="--config"):
        look_through(tmp_path / "no")


@pytest.mark.parametrize("name", ["../up", "/etc/passwd", "a/../../up", ""])
def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(NotABackup, match="leads out"):
        put(tmp_path / "config", name, b"evil")
    assert not list(tmp_path.rglob("*"))


def test_a_folder_in_use_is_written_over_only_by_force(tmp_path: Path) -> None:
    write_folder(tmp_path, {"tocsin.yaml": "mine"})
    with pytest.raises(NotRestorable, match="--force"):
        require_room(tmp_path, force=False)
    require_room(tmp_path, force=True)
    require_room(tmp_path / "new", force=False)
