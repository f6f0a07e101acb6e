"""What `parse` and `extract` share: a file's bytes, and for each JSON line that asks one JSON line that answers."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from services.backbone.errors import TocsinError

Document = dict[str, Any]


class FileUnreadable(TocsinError):
    """A file that was named cannot be read."""


def bytes_of(file: Path, holds: str, refusal: type[TocsinError] = FileUnreadable) -> bytes:
    """What stands in a file that is to hold something.

    Raises:
        TocsinError: of this class, if it cannot be read.
    """
    try:
        return file.read_bytes()
    except OSError as error:
        raise refusal(f"{file} cannot be read: {error.strerror}; name a file with {holds}") from None


def answer_lines(answer: Callable[[Document], Document], wanted: str) -> None:
    """Answer each line of standard input, at once; whatever a line asks for, it has an answer."""
    for line in sys.stdin.buffer:
        write(_answered(line, answer, wanted))
        sys.stdout.flush()


def write(document: Document) -> None:
    """Print a document as one line; times in ISO 8601."""
    sys.stdout.write(json.dumps(document, default=lambda moment: moment.isoformat()) + "\n")


def _answered(line: bytes, answer: Callable[[Document], Document], wanted: str) -> Document:
    try:
        return answer(json.loads(line))
    except TocsinError as error:
        return {"error": str(error)}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return {"error": f"a line is an object with {wanted} ({error})"}
