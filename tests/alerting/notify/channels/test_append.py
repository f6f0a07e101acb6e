import subprocess
import sys
from pathlib import Path

from services.alerting.notify.channels.append import append


def append_lines(path: Path, *lines: str, max_bytes: int = 1_000, keep: int = 2) -> None:
    for line in lines:
        append(path, f"{line}\n".encode(), max_bytes, keep, fsync=False)


def test_a_file_that_would_grow_too_long_is_renamed_and_the_oldest_goes(tmp_path: Path) -> None:
    path = tmp_path / "log"
    append_lines(path, *(str(number) * 400 for number in range(8)))

    assert {one.name: one.read_text()[::401] for one in tmp_path.iterdir()} == {
        "log": "67",
        "log.1": "45",
        "log.2": "23",
    }


def test_a_message_longer_than_the_bound_gets_a_file_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "log"
    append_lines(path, "a", "b" * 5_000, "c")

    assert [(tmp_path / name).stat().st_size for name in ("log.2", "log.1", "log")] == [2, 5_001, 2]


def test_a_line_that_was_left_half_is_closed_first(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text('{"type": "tocs')
    append_lines(path, "whole")

    assert path.read_text() == '{"type": "tocs\nwhole\n'


_WRITER = """
import sys
from pathlib import Path
from services.alerting.notify.channels.append import append
print("ready", flush=True)
sys.stdin.readline()
for number in range(1000):
    append(Path(sys.argv[1]), f"{sys.argv[2]} {number} {'x' * 300}\\n".encode(), 5_000, 1_000, fsync=False)
"""


def test_processes_that_share_a_file_lose_and_mix_nothing_while_it_is_renamed(tmp_path: Path) -> None:
    path = tmp_path / "log"
    writers = [
        subprocess.Popen([sys.executable, "-c", _WRITER, path, name], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for name in ("a", "b")
    ]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"ready\n"
    for writer in writers:  # so that both are at it at the same time
        assert writer.stdin is not None
        writer.stdin.write(b"go\n")
        writer.stdin.flush()
    assert [writer.communicate(timeout=60) and writer.returncode for writer in writers] == [0, 0]

    files = list(tmp_path.iterdir())
    lines = [line for one in files for line in one.read_text().splitlines()]
    assert sorted(lines) == sorted(f"{name} {number} {'x' * 300}" for name in "ab" for number in range(1000))
    assert len(files) >= 2 * 1000 * 300 // 5_000
    assert max(one.stat().st_size for one in files) <= 5_000


_FULL = """
import resource, sys
from pathlib import Path
from services.alerting.notify.channels.append import append
resource.setrlimit(resource.RLIMIT_FSIZE, (1_500, 1_500))
try:
    append(Path(sys.argv[1]), b"y" * 999 + b"\\n", 100_000, 1, fsync=True)
except OSError as error:
    print(error.strerror)
"""


def test_what_does_not_fit_is_taken_back(tmp_path: Path) -> None:
    path = tmp_path / "log"
    append_lines(path, "x" * 999, max_bytes=100_000)
    full = subprocess.run([sys.executable, "-c", _FULL, path], capture_output=True, text=True, check=True)

    assert full.stdout == "No space left on device\n"
    assert path.read_text() == "x" * 999 + "\n"
