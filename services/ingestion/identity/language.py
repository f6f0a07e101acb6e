"""The language of an article: what the desk says, else what feed and page declare, else what its letters and words say.

1. The desk's setting, then the feed's, then the page's, the first that the text does not contradict: a text in another
   script than that language is written in, or one whose letters and little words speak against it.
2. Else the text decides: by its script; among the languages of one script by the letters that only some of them have
   and by their commonest words (the tables in services/ingestion/identity/letters.py).

Roman Urdu and the like are only known when they are declared (`ur-Latn`). Dari and Persian read the same: both are `fa`
unless `prs` or `fa-AF` is declared. Measured on short titles beside five libraries: `python -m tests.bench language`.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from services.ingestion.identity.letters import LANGUAGES, TELLING_LETTERS, Language, script_of, scripts_of

LOOKED_AT: Final = 500
"""Characters from the beginning of title and text."""
_FEWEST_LETTERS: Final = 10
"""Fewer contradict nobody."""
_MOST_OF_THEM: Final = 0.8
_WORD: Final = 3
_LETTER: Final = 1
_FOREIGN_LETTER: Final = -2
_LONG_WORD: Final = 5
_AROUND_WORDS: Final = " .,:;!?\"'()[]«»“”‘’-–—…،؛؟।|/"


def language_of(declared: Iterable[str | None], title: str, text: str) -> tuple[str | None, bool]:
    """The language of an article, and whether it was detected, nobody having declared it rightly.

    Args:
        declared: BCP 47 tags, the most trusted first; None where one says nothing.
    """
    words = f"{title}\n{text}"[:LOOKED_AT]
    scripts = _scripts(words)
    scores = _scores(words, scripts)
    for tag in declared:
        if tag and not _contradicts(tag, scripts, scores):
            return tag, False
    found = _best(scores)
    return found, found is not None


def detect(text: str) -> str | None:
    """The language that the text speaks for: an ISO 639 code, or None where it has too little of any."""
    words = text[:LOOKED_AT]
    scripts = _scripts(words)
    return _best(_scores(words, scripts))


def _scripts(text: str) -> Counter[str]:
    """How many letters of each script."""
    found = Counter[str]()
    for character, times in Counter(text).items():
        if character.isalpha() and (script := script_of(character)) is not None:
            found[script] += times
    if found["Kana"]:
        found["Kana"] += found.pop("Hani", 0)
    return found


def _scores(text: str, scripts: Counter[str]) -> dict[str, int]:
    """How much letters and words speak for each language of the commonest script."""
    if not scripts:
        return {}
    script = scripts.most_common(1)[0][0]
    languages = LANGUAGES.get(script, ())
    if len(languages) < 2:
        return {language.code: 0 for language in languages}
    small = text.lower()
    telling = TELLING_LETTERS[script]
    letters = [(letter, times) for letter, times in Counter(small).items() if letter in telling]
    words = Counter(word.strip(_AROUND_WORDS) for word in small.split())
    return {language.code: _score(language, letters, words) for language in languages}


def _score(language: Language, letters: list[tuple[str, int]], words: Counter[str]) -> int:
    of_letters = sum(times * (_LETTER if letter in language.letters else _FOREIGN_LETTER) for letter, times in letters)
    little = sum(words[word] for word in language.words & words.keys())
    begun = sum(len(word) >= _LONG_WORD and word.startswith(language.begins) for word in words if language.begins)
    return of_letters + _WORD * (little + begun)


def _best(scores: dict[str, int]) -> str | None:
    """The first of the best: tables begin with the language that a text without any sign is in."""
    return max(scores, key=scores.__getitem__) if scores else None


def _contradicts(tag: str, scripts: Counter[str], scores: dict[str, int]) -> bool:
    letters = scripts.total()
    if letters < _FEWEST_LETTERS:
        return False
    written_in = scripts_of(tag)
    if written_in and sum(scripts[script] for script in written_in) < (1 - _MOST_OF_THEM) * letters:
        return True
    code = tag.partition("-")[0].lower()
    return scores.get(code, 0) < 0 < max(scores.values(), default=0)
