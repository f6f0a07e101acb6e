"""What a corpus shows of a pack: names, concepts and rules that never fire, names that stand everywhere or are mostly
written small, as words are.

Every rule is made a topic of its own that any firing files, so that tagging itself tells which rules fired.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from schemas import Article
from services.backbone.yaml_file import Path
from services.cli.pack.audit import names
from services.cli.pack.finding import Finding
from services.matching.document import Document
from services.matching.lexicon import Entry, Hit, Lexicon
from services.matching.overlaps import longest_wins
from services.tagging.gazetteer import Topic
from services.tagging.layered import Layered
from services.tagging.tag import Engine, tag

_MOSTLY: Final = 0.5
_FEWEST_TO_JUDGE: Final = 5
_EVERYWHERE: Final = 0.25
"""Share of the articles; states are exempt."""


class Usage:
    """What of a pack is met in a corpus."""

    def __init__(self, pack: Layered) -> None:
        self._pack = pack
        self._named = list(names(pack.pack))
        entries: list[Entry[Path]] = [Entry(name.path, name.text, name.case) for name in self._named]
        for number, concept in enumerate(pack.pack.concepts):
            for language, phrases in concept.phrases.items():
                at = ("concepts", number, "phrases", language)
                entries += [Entry((*at, place), phrase) for place, phrase in enumerate(phrases)]
        self._lexicon = Lexicon(entries)
        self._rules: list[Path] = []
        self._engine = Engine.compile(pack.pack.model_copy(update={"topics": tuple(self._each_rule())}), "check")
        self._articles = 0
        self._in_articles = Counter[Path]()
        self._hits = Counter[Path]()
        self._small = Counter[Path]()
        self._standing = Counter[Path]()
        self._longer: dict[Path, str] = {}
        self._fired = set[int]()

    def _each_rule(self) -> Iterator[Topic]:
        for number, topic in enumerate(self._pack.pack.topics):
            for place, rule in enumerate(topic.rules):
                sure = rule.model_copy(update={"weight": 1.0})
                yield Topic(id=f"rule-{len(self._rules)}", name=topic.name, threshold=1, rules=(sure,))
                self._rules.append(("topics", number, "rules", place))

    def add(self, article: Article) -> None:
        """Count what stands in one more article."""
        self._articles += 1
        document = Document(article.title, article.text)
        here = set[Path]()
        hits = self._lexicon.find(document)
        self._see_what_stands([hit for hit in hits if hit.entry.owner[0] != "concepts"])
        for hit in hits:
            owner, text = hit.entry.owner, document.joined[hit.occurrence.start : hit.occurrence.end]
            self._hits[owner] += 1
            self._small[owner] += text.islower() and not hit.entry.text.islower()
            here.add(owner)
        self._in_articles.update(here)
        self._fired |= {int(topic.id.removeprefix("rule-")) for topic in tag(article, self._engine).topics}

    def _see_what_stands(self, hits: Sequence[Hit[Path]]) -> None:
        """The longest name wins; of each other one, a name that hid it."""
        numbers = set(longest_wins([hit.occurrence[:2] for hit in hits]))
        winners = [hit for number, hit in enumerate(hits) if number in numbers]
        self._standing.update(hit.entry.owner for hit in winners)
        starts = [hit.occurrence.start for hit in winners]
        for number, hit in enumerate(hits):
            if number not in numbers:
                before = bisect_right(starts, hit.occurrence.start) - 1
                around = before if before >= 0 and winners[before].occurrence.end > hit.occurrence.start else before + 1
                self._longer[hit.entry.owner] = winners[around].entry.text

    def findings(self) -> Iterator[Finding]:
        """What the corpus shows."""
        yield from self._common()
        yield from self._hidden()
        yield from self._never()

    def _common(self) -> Iterator[Finding]:
        for name in self._named:
            hits = self._hits[name.path]
            if name.actor is None or name.exact or hits < _FEWEST_TO_JUDGE:
                continue
            where, share = self._pack.locate(name.path), self._in_articles[name.path] / self._articles
            if self._small[name.path] > _MOSTLY * hits:
                what = f"{name.text!r} of {name.actor.id} is written small {self._small[name.path]} of {hits} times"
                yield Finding("warning", "a-word", where, what, "give it case: exact or requires:")
            elif name.certain and name.actor.kind != "state" and share > _EVERYWHERE:
                what = f"{name.text!r} of {name.actor.id} stands in {share:.0%} of the articles"
                yield Finding("warning", "everywhere", where, what, "give it requires:, or a longer form")

    def _hidden(self) -> Iterator[Finding]:
        """Names that were there and never stood: a longer one was always around them."""
        for name in self._named:
            hits = self._hits[name.path]
            if name.actor is not None and hits and not self._standing[name.path]:
                longer = self._longer[name.path]
                what = (
                    f"{name.text!r} of {name.actor.id} loses to a longer name {hits} of {hits} times, as to {longer!r}"
                )
                yield Finding("note", "hidden", self._pack.locate(name.path), what, "see whether it is needed")

    def _never(self) -> Iterator[Finding]:
        for name in self._named:
            if not self._hits[name.path]:
                whose = f"of {name.actor.id}" if name.actor else "that is a decoy"
                yield self._unmet("alias" if name.actor else "decoy", name.path, f"{name.text!r} {whose}")
        for number, concept in enumerate(self._pack.pack.concepts):
            for language, phrases in concept.phrases.items():
                for place, phrase in enumerate(phrases):
                    path: Path = ("concepts", number, "phrases", language, place)
                    if not self._hits[path]:
                        yield self._unmet("phrase", path, f"{phrase!r} of {concept.id}")
        for number, rule in enumerate(self._rules):
            if number not in self._fired:
                topic = self._pack.pack.topics[int(rule[1])]
                yield self._unmet("rule", rule, f"rule {rule[3]} of {topic.id}")

    def _unmet(self, what: str, path: Path, which: str) -> Finding:
        fix = "fine if rare; else see whether texts write it so"
        return Finding("note", f"never-met-{what}", self._pack.locate(path), f"{which} is in no article", fix)


def used(pack: Layered, corpus: Iterable[Article]) -> Iterator[Finding]:
    """What a corpus shows of a pack."""
    usage = Usage(pack)
    for article in corpus:
        usage.add(article)
    yield from usage.findings()
