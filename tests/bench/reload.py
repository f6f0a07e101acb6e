"""From an edit to watches in force: what is read, looked at and compiled anew, and what is not."""

import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from services.alerting.match.load import WatchesInForce, WatchesReader
from tests.bench.report import Cell, Table

SIZES: Final = (1_000, 10_000, 100_000)
IN_A_FILE: Final = 100

_EXTENDS: Final = "extends: default\n"


def reload() -> list[Table]:
    """Watches in files of a hundred, and one file with all of them."""
    rows = [_row(f"{size:,}", size, IN_A_FILE) for size in SIZES]
    rows.append(_row(f"{SIZES[1]:,} in one file", SIZES[1], SIZES[1]))
    limits = """CPU seconds; an edit waits besides until nothing was written for 0.3 s. At a start most goes into YAML
    (libyaml's events; a tree of nodes took eight times as long) and into looking at each phrase. After an edit, files
    are read and compared, one of them is parsed, and what was written as it was is the same object."""
    columns = ("watches", "start", "nothing changed", "one edited", "one broken", "refused", "the pack edited")
    return [Table("reload", "From files to watches in force", columns, rows, limits)]


def _row(name: str, size: int, in_a_file: int) -> list[Cell]:
    with TemporaryDirectory() as folder:
        config = Path(folder)
        for start in range(0, size, in_a_file):
            _write(
                config / "watches" / f"{start:06}.yaml",
                "watches:\n" + "".join(map(_watch, range(start, start + in_a_file))),
            )
        _write(config / "pack" / "own.yaml", _EXTENDS)
        reader = WatchesReader(config, dict)
        started, _ = _seconds(reader)
        same, _ = _seconds(reader)
        middle = config / "watches" / f"{size // 2 // in_a_file * in_a_file:06}.yaml"
        text = middle.read_text(encoding="utf-8")
        _write(middle, text.replace("severity: high", "severity: low", 1))
        edited, _ = _seconds(reader)
        _write(middle, text.replace("severity: high", "severity: huge", 1))
        broken, in_force = _seconds(reader)
        if len(in_force.book.watches) != size or len(in_force.book.refused) != 1:
            raise RuntimeError("one broken watch must be told, and all must be in force")
        _write(
            config / "pack" / "own.yaml", f"{_EXTENDS}actors:\n  - {{id: front, name: A Front, kind: armed-group}}\n"
        )
        pack, _ = _seconds(reader)
        return [name, *(round(seconds, 2) for seconds in (started, same, edited, broken)), 1, round(pack, 2)]


def _watch(number: int) -> str:
    return f"""  - id: watch-{number}
    name: Watch number {number}
    any: [{{actor: ttp}}, "phrase number {number}", {{all: [{{actor: kabul}}, "another {number}"]}}]
    none: [{{topic: safe-havens}}]
    severity: high
"""


def _seconds(reader: WatchesReader) -> tuple[float, WatchesInForce]:
    began = time.process_time()
    in_force = reader()
    return time.process_time() - began, in_force


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
