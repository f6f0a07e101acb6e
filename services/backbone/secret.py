"""Where a secret stands that the configuration names: the environment, or a file. Its value is in no message."""

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator

MAX_SECRET_BYTES = 16 * 1024


class SecretMissing(ValueError):
    """What should hold a secret holds none.

    Attributes:
        what: what is wrong.
        fix: what to do.
    """

    def __init__(self, what: str, fix: str) -> None:
        super().__init__(f"{what}; {fix}")
        self.what, self.fix = what, fix


class Secret(BaseModel):
    """`{env: NAME}` or `{file: PATH}` in the configuration."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    env: Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")] | None = None
    """The environment variable that holds it."""
    file: Path | None = None
    """The file that holds it; relative to the configuration folder. Blanks around it do not count."""

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.env is None) == (self.file is None):
            raise ValueError("a secret stands in one place; write {env: NAME} or {file: PATH}")
        return self

    @property
    def place(self) -> str:
        """Where it stands, for messages."""
        return f"environment variable {self.env}" if self.file is None else f"file {self.file}"

    def read(self, folder: Path, environment: Mapping[str, str]) -> str:
        """The secret itself.

        Args:
            folder: the configuration folder.
            environment: of the process.

        Raises:
            SecretMissing: it is not there, or cannot be read.
        """
        if self.file is not None:
            value = self._of_file(folder / self.file)
        else:
            value = environment.get(self.env or "", "").strip()
        if not value:
            raise SecretMissing(f"{self.place} is not set" if self.file is None else f"{self.place} is empty", self.fix)
        return value

    @property
    def fix(self) -> str:
        """What to do when it is not there."""
        return f"put the secret into {self.place}, or remove what names it"

    def _of_file(self, path: Path) -> str:
        try:
            return read_secret(path)
        except SecretMissing as error:
            raise SecretMissing(f"{self.place} {error.what}", error.fix or self.fix) from None


def read_secret(path: Path) -> str:
    """The secret in a file, without the blanks around it; it may be empty.

    Raises:
        SecretMissing: it cannot be read; `what` goes on after the file's name, `fix` is empty where it is the usual.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_SECRET_BYTES + 1)
        if len(data) <= MAX_SECRET_BYTES:
            return data.decode("utf-8").strip()
        reason, fix = f"longer than {MAX_SECRET_BYTES} bytes", ""
    except UnicodeDecodeError:
        reason, fix = "not text", ""
    except PermissionError:
        reason, fix = _whose(path)
    except OSError as error:
        reason, fix = error.strerror or "no reason given", ""
    raise SecretMissing(f"cannot be read: {reason}", fix)


def _whose(path: Path) -> tuple[str, str]:
    """Whose a file is that this process may not read, and how it is let."""
    us = os.geteuid()
    try:
        found = path.stat()
    except OSError:
        return f"uid {us} may not enter its folder", f"let uid {us} in: chmod o+x {path.parent}"
    mode, owner = stat.S_IMODE(found.st_mode), f"{found.st_uid}:{found.st_gid}"
    return (
        f"this process is uid {us}, and the file is of {owner} with mode {mode:04o}",
        f"chown {us} {path} && chmod 0400 {path}, on the machine that it comes from; then start the process anew",
    )
