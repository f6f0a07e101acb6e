"""Compare wordings as a reader would: places of a page set the same words in different ways."""

import re
import unicodedata
from typing import Final

_NO_LETTER: Final = re.compile(r"[\W_]+")


def letters(text: str) -> str:
    """Letters and digits only, without case: no quotes, dashes, blanks or marks."""
    return _NO_LETTER.sub("", unicodedata.normalize("NFKC", text)).casefold()
