"""A subscriber at work as a process of its own."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parents[2] / "deploy" / "examples"


@dataclass
class Subscriber:
    """One, and what it printed so far."""

    process: subprocess.Popen[bytes]
    output: Path

    @property
    def lines(self) -> list[str]:
        """Whole ones."""
        return self.output.read_text(encoding="utf-8").splitlines()

    def prints(self, count: int, seconds: float = 30) -> list[str]:
        """Wait until it has printed so many lines."""
        end = time.monotonic() + seconds
        while len(self.lines) < count:
            assert time.monotonic() < end, f"printed within {seconds} s: {self.lines}"
            assert self.process.poll() is None, f"ended with {self.process.returncode}: {self.lines}"
            time.sleep(0.05)
        return self.lines

    def ends(self, seconds: float = 15) -> int:
        """Its exit status after SIGTERM."""
        self.process.terminate()
        return self.process.wait(seconds)


@contextmanager
def running(output: Path, command: Sequence[str | Path], **environment: str) -> Iterator[Subscriber]:
    """Run one for the block, in the folder of its output; what is left of it is killed."""
    with output.open("ab") as out, output.with_suffix(".errors").open("ab") as errors:
        process = subprocess.Popen(
            command, stdout=out, stderr=errors, cwd=output.parent, env=os.environ | environment, process_group=0
        )
    try:
        yield Subscriber(process, output)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
