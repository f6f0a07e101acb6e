"""Near-duplicates of real articles, as outlets make them: edited, cut, padded, reordered. The same at every run."""

import re
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Final

from tests.bench.corpus import Sample

_SEED: Final = 20261124
_SENTENCE_ENDS: Final = re.compile(r"(?<=[.!?。！？۔।؟])\s*|\n")
_PADDING_CHARACTERS: Final = 150


class Rewriter:
    """Makes near-duplicates, with words and paragraphs of the other articles in the same language."""

    def __init__(self, samples: Sequence[Sample]) -> None:
        self._chance = Random(_SEED)
        self._samples = samples
        self._words = {
            language: [word for one in samples if one.language == language for word in _apart(one.text, language)]
            for language in {one.language for one in samples}
        }

    @property
    def kinds(self) -> Mapping[str, Callable[[Sample], str]]:
        """What may be done to an article, by the name it has in the table."""
        return {
            "10 % edited": lambda one: self._edited(one.text, one.language, 0.1),
            "20 % edited": lambda one: self._edited(one.text, one.language, 0.2),
            "first 70 %": lambda one: one.text[: int(0.7 * len(one.text))],
            "first 50 %": lambda one: one.text[: int(0.5 * len(one.text))],
            "first 30 %": lambda one: one.text[: int(0.3 * len(one.text))],
            "padded": lambda one: self._padded(one, one.text),
            "reordered": self._reordered,
            "70 %, edited, padded": lambda one: self._padded(
                one, self._edited(one.text[: int(0.7 * len(one.text))], one.language, 0.05)
            ),
        }

    def _edited(self, text: str, language: str, share: float) -> str:
        """Of the words a third of the share left out, a third replaced, a third of it put in."""
        kept: list[str] = []
        for word in _apart(text, language):
            fate = self._chance.random() / share
            if fate >= 2 / 3:
                kept.append(word)
            if 1 / 3 <= fate < 1:
                kept.append(self._chance.choice(self._words[language]))
        return _joined(kept, language)

    def _padded(self, one: Sample, text: str) -> str:
        """A quarter more, of another article, before and after."""
        others = [other for other in self._samples if other.language == one.language and other is not one]
        other = self._chance.choice(others).text
        half = max(_PADDING_CHARACTERS, len(text) // 4) // 2
        return f"{other[:half]}\n{text}\n{other[-half:]}"

    def _reordered(self, one: Sample) -> str:
        paragraphs = one.text.split("\n")
        parts = paragraphs if len(paragraphs) > 3 else [part for part in _SENTENCE_ENDS.split(one.text) if part]
        return "\n".join(self._chance.sample(parts, len(parts)))


def _apart(text: str, language: str) -> list[str]:
    return list(text) if language == "zh" else text.split()


def _joined(words: Sequence[str], language: str) -> str:
    return ("" if language == "zh" else " ").join(words)
