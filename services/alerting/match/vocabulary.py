"""The terms of all watches as numbers, and by which of an article's tags, words and properties it has each."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Final, Literal, NamedTuple

from schemas import Article
from services.alerting.watching.filters import languages_of
from services.alerting.watching.known import Known
from services.alerting.watching.terms import Family, Name, Term, spellings
from services.matching.expressions import Phrase, Reference
from services.matching.lexicon import Entry, Lexicon

PropertyKind = Literal["language", "source", "tier", "country"]

_SINGLE_WORD: Final = 20
"""It may be a common one, or of a script without blanks."""


class Property(NamedTuple):
    """Something of an article that filters ask for: it is a term like others, so that it narrows the search too."""

    kind: PropertyKind
    value: str | int


Number = Callable[[Term | Property], int]
"""Gives a number to a term."""


def properties(article: Article) -> Iterator[Property]:
    """What filters may ask for."""
    yield Property("source", article.source.id)
    yield Property("tier", article.source.tier)
    if article.source.country is not None:
        yield Property("country", article.source.country)
    for language in languages_of(article):
        yield Property("language", language)


class Numbering:
    """Gives numbers to terms while watches are compiled."""

    def __init__(self, known: Known) -> None:
        self._known: Final = known
        self.numbers: Final = dict[Term | Property, int]()
        self.weights: Final = list[float]()
        """How often each is met, roughly and on no scale: it is the order that matters."""

    def number(self, term: Term | Property) -> int:
        """The number of a term, a new one where it has none."""
        number = self.numbers.get(term)
        if number is None:
            number = self.numbers[term] = len(self.weights)
            self.weights.append(self._usual(term))
        return number

    def _usual(self, term: Term | Property) -> float:
        match term:
            case Phrase() | Name():
                return 1 if " " in term.text.strip() else _SINGLE_WORD
            case Property(kind="source"):
                return 5
            case Reference(kind="actor"):
                return 10
            case Family():
                return min(10 * len(self._known.family(term.id)), 200)
            case Reference(kind="topic"):
                return 60
            case Property(kind="language" | "country"):
                return 100
            case _:
                return 300


class Vocabulary:
    """Immutable; safe to share between threads."""

    def __init__(self, numbers: Mapping[Term | Property, int], known: Known, last: "Vocabulary | None" = None) -> None:
        """Turn numbers around; `last` is of the watches before, whose automaton is kept where it asks for the same."""
        actors, kinds, topics = defaultdict[str, list[int]](list), dict[str, int](), dict[str, int]()
        words = dict[Phrase | Name, int]()
        for term, number in numbers.items():
            match term:
                case Phrase() | Name():
                    words[term] = number
                case Reference(kind="actor"):
                    actors[term.id].append(number)
                case Family():
                    for member in known.family(term.id):
                        actors[member].append(number)
                case Reference(kind="kind"):
                    kinds[term.id] = number
                case Reference(kind="topic"):
                    topics[term.id] = number
                case _:
                    pass  # a property is looked up by itself
        self.actors: Final[Mapping[str, list[int]]] = dict(actors)
        self.kinds: Final[Mapping[str, int]] = kinds
        self.topics: Final[Mapping[str, int]] = topics
        self.numbers: Final = numbers
        self.words: Final[Mapping[Phrase | Name, int]] = words
        self.searched: Final = _searched(words, last)

    def properties(self, article: Article) -> Iterator[int]:
        """Numbers of what filters ask for and the article has."""
        for one in properties(article):
            if (number := self.numbers.get(one)) is not None:
                yield number


class Searched(NamedTuple):
    """The words of all watches, so that a text is searched once."""

    lexicon: Lexicon[Phrase | Name]
    entries: list[Entry[Phrase | Name]]
    """Of the lexicon, by their numbers."""
    acronyms: bytes
    """1 where an entry is one: where everything is in capitals it says nothing."""


def _searched(words: Mapping[Phrase | Name, int], last: Vocabulary | None) -> Searched | None:
    """None where no watch asks for words: then no text is searched."""
    if not words:
        return None
    if last is not None and last.words.keys() == words.keys():
        return last.searched
    entries = [Entry(term, text) for term in words for text in spellings(term)]
    return Searched(Lexicon(entries), entries, bytes(entry.is_acronym for entry in entries))
