"""The canary: articles that ingestion makes, so that it is seen whether the line works. People never get one.

Everything of it is known by its id alone: articles `tocsin-canary-latin-5839221`, watches `tocsin-canary-latin`. So a
record is told from others by its key, unread. No one else can have such ids: those of articles that are read or pushed
are made here, and a configuration that has one is refused.
"""

from typing import Final

CANARY: Final = "tocsin-canary"
"""Its source, and its channel."""
_OF_SCRIPT: Final = f"{CANARY}-"
_KEY: Final = _OF_SCRIPT.encode()

SCRIPTS: Final[tuple[str, ...]] = ("latin", "arabic", "pashto", "cyrillic", "han", "devanagari")
"""What the metrics call them. Pashto has letters of its own; and these six lead into all partitions of a topic."""
LANGUAGES: Final = {
    "latin": "en",
    "arabic": "ur",
    "pashto": "ps",
    "cyrillic": "ru",
    "han": "zh",
    "devanagari": "hi",
}
"""In which language it is written, by script."""
ACTORS: Final[tuple[str, ...]] = ("afghanistan", "pakistan")
"""Of the default pack: whom each canary names."""
NAMED: Final = {
    "latin": "Afghanistan",
    "arabic": "افغانستان",
    "pashto": "افغانستان",
    "cyrillic": "Афганистан",
    "han": "阿富汗",
    "devanagari": "अफगानिस्तान",
}
"""How it names the first of them, by script."""
OVERDUE_INTERVALS: Final = 3
"""After so many without an arrival it is missing."""


def watch_of(script: str) -> str:
    """The watch that the canary of a script meets."""
    return _OF_SCRIPT + script


def article_of(script: str, slot: int) -> str:
    """The canary of a script in an interval: the same whoever makes it, so that one that is made again is no other."""
    return f"{_OF_SCRIPT}{script}-{slot}"


def script_of(name: str) -> str | None:
    """The script of a canary's article or watch; None of any other."""
    return name.split("-")[2] if name.startswith(_OF_SCRIPT) else None


def is_canary(key: bytes | None) -> bool:
    """Whether a record with this key is of the canary: its article, or of its watch."""
    return key is not None and key.startswith(_KEY)


def is_reserved(name: str) -> bool:
    """Whether no source, watch or channel of a configuration may be called so."""
    return name == CANARY or name.startswith(_OF_SCRIPT)
