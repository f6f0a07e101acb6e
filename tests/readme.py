"""The README as its reader takes it: what to type, and what to write into files."""

import re
from pathlib import Path

TEXT = (Path(__file__).resolve().parents[1] / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """The fenced blocks of a language, in order."""
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)


def console_commands() -> list[str]:
    """Every line that the reader types, in order."""
    return [line for block in blocks("console") for line in block.splitlines()]


def commands_in_prose() -> list[str]:
    """What stands between backticks in a sentence and begins as a command does."""
    prose = " ".join(re.sub(r"^```.*?^```$", "", TEXT, flags=re.DOTALL | re.MULTILINE).split())
    begins = r"(\.venv/bin/)?(tocsin|make|docker) |deploy/examples/\S+ "
    return [code for code in re.findall(r"`([^`]+)`", prose) if re.match(begins, code)]


def yaml_of(key: str, number: int = -1) -> str:
    """The YAML example that begins with this key; the last one, or that of this number."""
    return [block for block in blocks("yaml") if block.startswith(f"{key}:\n")][number]
