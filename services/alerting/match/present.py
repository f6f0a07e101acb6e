"""Which terms of watches an article has."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Final

from schemas import TaggedArticle
from services.alerting.match.things import Tagged, Thing, Worded, WordsHit
from services.alerting.match.vocabulary import Searched, Vocabulary
from services.alerting.watching.terms import Name
from services.matching.document import Document
from services.matching.expressions import Occurrence, Phrase

Thresholds = tuple[float, float]
"""Salience and confidence from which a match counts."""


class Present:
    """One article. Only what is asked for is made: most articles meet no watch."""

    def __init__(self, tagged: TaggedArticle, vocabulary: Vocabulary) -> None:
        self.document: Final = Document(tagged.article.title, tagged.article.text)
        self._found: Final[dict[int, list[Thing]]] = {number: [] for number in vocabulary.properties(tagged.article)}
        for actor in tagged.actors:
            numbers, kind = vocabulary.actors.get(actor.id, ()), vocabulary.kinds.get(actor.kind)
            if numbers or kind is not None:
                self._add(Tagged(actor, self.document), numbers, kind)
        for topic in tagged.topics:
            if (number := vocabulary.topics.get(topic.id)) is not None:
                self._add(Tagged(topic, self.document), (), number)
        if vocabulary.searched is not None:
            for term, hits in self._hits(vocabulary.searched).items():
                self._add(Worded(term, hits, self.document), (), vocabulary.words[term])

    def _hits(self, searched: Searched) -> Mapping[Phrase | Name, list[WordsHit]]:
        """Where the words of watches stand, but for acronyms where everything is in capitals."""
        document, entries, acronyms = self.document, searched.entries, searched.acronyms
        by_term = defaultdict[Phrase | Name, list[WordsHit]](list)
        columns = [column.tolist() for column in searched.lexicon.search(document)]
        for start, end, number, sentence, place in zip(*columns, strict=True):
            if not (acronyms[number] and document.is_shouting(start, end, sentence)):
                entry = entries[number]
                by_term[entry.owner].append((Occurrence(start, end, sentence, place), entry.text))
        return by_term

    @property
    def found(self) -> Mapping[int, Collection[Thing]]:
        """The terms that the article has; of each what it is there, nothing for what filters ask for."""
        return self._found

    def _add(self, thing: Thing, numbers: Collection[int], number: int | None) -> None:
        for term in numbers if number is None else (*numbers, number):
            if term in self._found:
                self._found[term].append(thing)
            else:
                self._found[term] = [thing]

    def counting(self, terms: Collection[int], thresholds: Thresholds | None) -> list[Thing]:
        """What these terms are in the article, each once, if it reaches the thresholds."""
        found = self._found
        things = list(dict.fromkeys([thing for term in terms if term in found for thing in found[term]]))
        if thresholds is None:
            return things
        salience, confidence = thresholds
        return [
            thing
            for thing in things
            if thing.confidence >= confidence and (thing.salience is None or thing.salience >= salience)
        ]
