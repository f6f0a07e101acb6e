"""Names, rules and texts to measure matching with: any number of names, in five scripts; the same ones each time.

Names are made of syllables, rules of names and of words of the texts. Some names are planted in the texts.
"""

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from random import Random
from typing import Final

from services.matching.document import Document
from services.matching.expressions import Expression, Phrase, Reference, Term
from services.matching.sentences import sentence_starts
from tests.bench.articles import articles

CORPUS: Final = Path(__file__).resolve().parents[3] / "shared" / "corpora" / "articles" / "dev.jsonl"
"""Real articles, which are no part of the project."""

TEXT_BYTES: Final = 4_096
TEXTS: Final = 80
PLANTED: Final = 500
"""The names, the first ones, that stand in texts."""
PLANTED_IN_EACH: Final = 8
NAMES_OF_AN_ACTOR: Final = 5

_VOWELS: Final = {"Latin": "aeiou", "Cyrillic": "аеиоу", "Arabic": "اویه", "Devanagari": "ािीुे"}
_CONSONANTS: Final = {
    "Latin": [*"bdfghjklmnpqrstvyz", "ch", "kh", "sh", "gh", "zh", "br", "dr", "kr", "mr", "st"],
    "Cyrillic": list("бвгджзклмнпрстфхчш"),
    "Arabic": list("بتجحخدرزسشصطعغفقکگلمن"),
    "Devanagari": list("कखगघचजटडतदनपबमयरलवसह"),
}
_HAN: Final = "阿巴比布达德迪多尔法菲夫格贡古哈赫霍基加卡科克拉莱里利卢罗马梅米莫穆纳内尼努帕普奇萨塞"
_OF_TWENTY: Final = ("Latin",) * 13 + ("Cyrillic",) * 2 + ("Arabic",) * 2 + ("Han",) * 2 + ("Devanagari",)
_FIRST_WORD, _LAST_WORD = 10, 1_000
"""Of the words of the texts, by how frequent they are, those that rules speak of."""
_WITH_A_PLANTED_NAME: Final = 0.1
_WITH_A_WORD_OF_THE_TEXTS: Final = 0.7


def names(count: int) -> list[str]:
    """So many different names; the first ones are the same however many there are."""
    return list(islice(_names(), count))


def _names() -> Iterator[str]:
    choose, made = Random("names"), set[str]()
    while True:
        script = choose.choice(_OF_TWENTY)
        words = choose.choice((1, 2, 2, 3))
        name = "".join(choose.choices(_HAN, k=words + 2)) if script == "Han" else _words(choose, script, words)
        if name not in made:
            made.add(name)
            yield name


def _words(choose: Random, script: str, count: int) -> str:
    return " ".join(
        "".join(
            choose.choice(_CONSONANTS[script]) + choose.choice(_VOWELS[script])
            for _ in range(choose.choice((2, 3, 3) if count > 1 else (3, 4)))
        ).capitalize()
        for _ in range(count)
    )


def texts(count: int = TEXTS, size: int = TEXT_BYTES) -> list[str]:
    """Texts of about so many bytes each, as many of each language, with names planted between their sentences."""
    choose, known = Random("texts"), names(PLANTED)
    by_language = _by_language()
    cut = [
        _cut(whole, number * size, size)
        for number in range(-(-count // len(by_language)))
        for whole in by_language.values()
    ]
    return [_planted(text, choose.sample(known, PLANTED_IN_EACH), choose) for text in cut[:count]]


def _by_language() -> dict[str, bytes]:
    """All that there is in each language, one text after the other."""
    found = defaultdict[str, list[str]](list)
    if CORPUS.exists():
        for line in CORPUS.read_text(encoding="utf-8").split("\n"):
            if line:
                one = json.loads(line)
                found[one["lang"]].append(one["text"])
    else:
        print(f"{CORPUS} is missing: measured with sentences of our own", file=sys.stderr)
        for article in articles(100):
            found[article.language or ""].append(article.text)
    return {language: "\n\n".join(some).encode() for language, some in found.items()}


def _cut(whole: bytes, first: int, size: int) -> str:
    """A part of it, from its beginning again where it is too short."""
    first %= len(whole)
    long_enough = whole[first:] + whole * (1 + size // len(whole))
    return long_enough[:size].decode(errors="ignore")


def _planted(text: str, some: Sequence[str], choose: Random) -> str:
    starts = sentence_starts(text).tolist()
    parts = [text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]
    for name in some:
        at = choose.randrange(len(parts))
        parts[at] = f" {name} {parts[at].lstrip()}"
    return "".join(parts)


def rules(count: int, actors: int, given: Sequence[str]) -> list[Expression]:
    """So many boolean rules over actors and over words of these texts: two in five in an article, as many in a
    sentence, one in five near each other."""
    choose, words = Random("rules"), single_words(given)
    return [_rule(choose, actors, words) for _ in range(count)]


def single_words(given: Sequence[str]) -> list[str]:
    """Words that inflection leaves alone, so that other engines find them at the same places."""
    found = Counter[str]()
    for text in given:
        found.update(set(Document("", text).folded.text.split()))
    plain = [
        word
        for word in sorted(found, key=lambda word: (-found[word], word))
        if word.isascii() and word.isalpha() and len(word) > 3
    ]
    return plain[_FIRST_WORD:_LAST_WORD]


def _rule(choose: Random, actors: int, words: Sequence[str]) -> Expression:
    def actor() -> Term:
        planted = choose.random() < _WITH_A_PLANTED_NAME
        return Reference("actor", str(choose.randrange(PLANTED // NAMES_OF_AN_ACTOR if planted else actors)))

    def word() -> Term:
        if choose.random() < _WITH_A_WORD_OF_THE_TEXTS:
            return Phrase(choose.choice(words))
        return Phrase(_words(choose, "Latin", 1).lower())

    some = tuple(dict.fromkeys((word(), *(word() for _ in range(choose.randint(2, 5))))))
    kind = choose.randrange(5)
    if kind == 0:
        return Expression(all=some[:2], within=choose.choice((5, 10, 20)))
    if kind < 3:
        return Expression(all=(actor(),), any=some)
    return Expression(all=(actor(),), any=some[1:], none=some[:1], scope="article")
