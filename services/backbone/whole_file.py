"""Write a file whole at once, so that no one reads half of it."""

import os
import tempfile
from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """Put a file in the place of another, or of none; it keeps the permissions of the one before it.

    Raises:
        OSError: the file system refuses; the file is as it was.
    """
    path = path.resolve()
    mode = path.stat().st_mode if path.exists() else 0o644
    descriptor, temporary = tempfile.mkstemp(prefix=".", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, mode & 0o777)
        os.replace(temporary, path)
    except OSError:
        os.unlink(temporary)
        raise
