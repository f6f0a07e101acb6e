"""Whether a name is also a common word, by a list of word frequencies.

wordfreq's lists are used where it is installed (58 MB, so nothing that a stage should need). They cannot tell a name
from a word: of the default pack they know leaders, groups and parties, and no word. So what they say is a note, and
states and places are not asked about. A corpus tells it better (`usage.py`): a name that is mostly written small is a
word.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Final

_A_MILLION: Final = 1e-6
_OFTEN: Final = 30 * _A_MILLION


@cache
def _frequencies(language: str) -> Mapping[str, float]:
    """How large a share of all words each is; nothing where the lists are not installed or lack the language."""
    if find_spec("wordfreq") is None:
        return {}
    wordfreq = import_module("wordfreq")
    if language not in wordfreq.available_languages():
        return {}
    frequencies: Mapping[str, float] = wordfreq.get_frequency_dict(language)
    return frequencies


def how_common(text: str, language: str) -> int | None:
    """How often a name of one word stands in a million words of a language; None where it is rare or not known."""
    share = _frequencies(language.split("-")[0]).get(text.lower(), 0)
    return round(share / _A_MILLION) if share >= _OFTEN else None
