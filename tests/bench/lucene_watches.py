"""Watches and tagged articles as tests/bench/lucene/Watches.java reads them.

Lucene is given what we are given: an actor is one word where its name stands; topics, kinds and what filters ask for
are words after the last sentence.
"""

from collections.abc import Iterable, Sequence
from operator import attrgetter

from schemas import Evidence, TaggedArticle
from services.alerting.match.vocabulary import properties
from services.alerting.watching.clauses import Clause, Near, key_of
from services.alerting.watching.terms import Family, Name
from services.alerting.watching.watch import Watch
from services.matching.document import Document
from services.matching.expressions import Phrase, Reference
from tests.bench.percolator import Percolated, run, words_of


def monitored(watches: Iterable[Watch], articles: Iterable[TaggedArticle]) -> Percolated:
    """Register the watches and match the articles."""
    return run("Watches", map(_watch, watches), map(_article, articles))


def _watch(watch: Watch) -> str:
    filters = watch.filters
    asked: list[tuple[str, Sequence[str | int] | None]] = [
        ("language", filters.languages),
        ("source", filters.sources),
        ("tier", filters.tiers),
        ("country", filters.countries),
    ]
    parts = [_clause(clause) for clause in watch.clause.clauses]
    parts += [_list("any", [f"{kind}:{value}" for value in values]) for kind, values in asked if values is not None]
    return _list("all", parts)


def _clause(clause: Clause) -> str:
    match clause:
        case Phrase() | Name():
            return words_of(clause.text)
        case Reference() | Family():
            return f"{'actor' if isinstance(clause, Family) else clause.kind}:{clause.id}"
        case Near():
            return _list("near", [str(clause.within), *map(_clause, clause.clauses)])
        case _:
            key = key_of(clause)
            return _list("sentence" if key == "same_sentence" else key, map(_clause, clause.clauses))


def _list(key: str, parts: Iterable[str]) -> str:
    return f"( {key} {' '.join(parts)} )"


def _article(tagged: TaggedArticle) -> str:
    document = Document(tagged.article.title, tagged.article.text)
    named = [(evidence, f"actor:{actor.id}") for actor in tagged.actors for evidence in actor.evidence]
    named.sort(key=lambda one: attrgetter("field", "start")(one[0]), reverse=True)  # "title" after "text"
    ends = [*document.sentences.tolist()[1:], len(document.joined)]
    lines, done = list[str](), 0
    for end in ends:
        words = ""
        while named and (start := _start(named[-1][0], document)) < end:
            words += f"{words_of(document.joined[done:start])} {named[-1][1]} "
            done = start + len(named.pop()[0].words)
        words += words_of(document.joined[done:end])
        lines.append(words)
        done = max(done, end)
    about = [f"topic:{topic.id}" for topic in tagged.topics] + [f"kind:{actor.kind}" for actor in tagged.actors]
    about += [f"{one.kind}:{one.value}" for one in properties(tagged.article)]
    return "\t".join(line for line in (*lines, " ".join(about)) if line.strip())


def _start(evidence: Evidence, document: Document) -> int:
    return evidence.start + (document.border if evidence.field == "text" else 0)
