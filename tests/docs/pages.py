"""The pages that people read, as tests look at them."""

import re
from collections.abc import Iterator
from pathlib import Path

from services.cli.docs.markdown import anchor

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *DOCS.rglob("*.md")])
"""All of them; what is under docs/ is reached from its index."""

_FENCE = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"(?<!\\)\]\(([^)\s]+)\)")


def name_of(page: Path) -> str:
    """For test ids."""
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path, language: str) -> list[str]:
    """The fenced blocks of a language, in order."""
    return re.findall(rf"^```{language}\n(.*?)^```$", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def prose(page: Path) -> str:
    """All but the fenced blocks."""
    return _FENCE.sub("", page.read_text(encoding="utf-8"))


def headings(page: Path) -> list[str]:
    """The anchors of its headings, in order."""
    return [anchor(re.sub(r"[`*]", "", title)) for title in re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)]


def links(page: Path) -> Iterator[tuple[Path, str]]:
    """Its links that stay in this repository: the file, and the anchor, which may be empty."""
    without_code = re.sub(r"`[^`\n]*`", "code", prose(page))
    for target in _LINK.findall(without_code):
        if not re.match(r"[a-z]+:", target):
            path, _, part = target.partition("#")
            yield (page.parent / path).resolve() if path else page, part


def console_commands(page: Path) -> list[str]:
    """Every line that the reader types in a block `console`; a line that ends in a backslash goes on."""
    text = "\n".join(blocks(page, "console")).replace("\\\n", " ")
    return [line.removeprefix("$ ").strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]


def commands_in_prose(page: Path) -> list[str]:
    """What stands between backticks and begins as one of our commands does."""
    told = re.findall(r"`([^`]+)`", " ".join(prose(page).split()))
    return [code for code in told if re.match(r"tocsin [a-z-]|docker compose .*\b(tocsin|cli) [a-z]", code)]
