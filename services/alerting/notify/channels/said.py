"""What a channel said, for people: one short line in which nothing steers a terminal or turns its direction."""

from typing import Final

MOST_CHARACTERS: Final = 200


def said(words: str | bytes, before: str = "") -> str:
    """The beginning of it.

    Args:
        words: as they came; bytes are read as UTF-8.
        before: what we say ourselves; a colon comes between.
    """
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    whole = f"{before}: {line}" if before and line else before or line
    return whole if len(whole) <= MOST_CHARACTERS else whole[: MOST_CHARACTERS - 1] + "…"
