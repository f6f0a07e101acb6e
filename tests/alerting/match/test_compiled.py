"""Thousands of watches at once, compared with asking each of them by itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import Source, TaggedArticle
from services.alerting.match.compiled import Watches
from services.alerting.match.explain import Explainer
from services.alerting.match.meet import match_watches
from services.alerting.match.present import Present
from services.alerting.watching.problems import find_problems
from services.alerting.watching.watch import Watch
from services.matching.expressions import NothingRequired
from tests.alerting.examples import KNOWN, NOON, article, tag, tagged, watches

PHRASES = ("raid", "parade", "convoy", "ceasefire")
ACTORS = {"ttp": "TTP", "iskp": "ISKP", "jamaat-ul-ahrar": "Ahrar", "noor-wali": "Wali", "kabul": "Kabul"}
FILLERS = ("bread", "rain", "music")


@dataclass(frozen=True)
class Words:
    """An article as its words: the title, then sentences."""

    sentences: tuple[tuple[str, ...], ...]
    language: str

    def article(self) -> TaggedArticle:
        title, *others = (" ".join(words) for words in self.sentences)
        of = article(title, "\n".join(others))
        of = of.model_copy(update={"language": self.language, "source": Source(id="dawn", name="Dawn", tier=1)})
        there = {word for words in self.sentences for word in words}
        actors = [tag(of, actor, KNOWN.kind_of[actor], word) for actor, word in ACTORS.items() if word in there]
        return tagged(of, actors)


class Reader:
    """Asks one watch after the other, word by word; `near` and sentences see the first place of an actor only in title
    and text each, as its tag has no other evidence."""

    def __init__(self, words: Words) -> None:
        self.words = [
            (word, sentence, place + (1_000 if sentence else 0))
            for place, (word, sentence) in enumerate(
                (word, number) for number, sentence in enumerate(words.sentences) for word in sentence
            )
        ]

    def places(self, term: Any) -> list[tuple[int, int]]:
        """Sentence and place of each occurrence."""
        if isinstance(term, str):
            return [(sentence, place) for word, sentence, place in self.words if word == term]
        if "kind" in term:
            actors = [actor for actor in ACTORS if KNOWN.kind_of[actor] == term["kind"]]
        else:
            actors = [*(KNOWN.family(term["actor"]) if term.get("parts") else [term["actor"]])]
        found = []
        for actor in actors:
            for in_text in (False, True):
                found += [(s, p) for w, s, p in self.words if w == ACTORS[actor] and (s > 0) is in_text][:1]
        return found

    def holds(self, clause: Any, sentence: int | None = None) -> bool:
        if isinstance(clause, str) or "actor" in clause or "kind" in clause:
            return any(sentence in (None, at) for at, _ in self.places(clause))
        if "all" in clause:
            return all(self.holds(one, sentence) for one in clause["all"])
        if "any" in clause:
            return any(self.holds(one, sentence) for one in clause["any"])
        if "none" in clause:
            return not any(self.holds(one, sentence) for one in clause["none"])
        if "same_sentence" in clause:
            numbers = range(self.words[-1][1] + 1)
            return any(all(self.holds(one, number) for one in clause["same_sentence"]) for number in numbers)
        return self.near(clause, sentence)

    def near(self, clause: Mapping[str, Any], sentence: int | None) -> bool:
        parts = [[place for one in _choices(part) for place in self.places(one)] for part in clause["near"]]
        every = [place for part in parts for place in part]
        return any(
            all(
                any(first <= place < first + clause["within"] and sentence in (None, at) for at, place in part)
                for part in parts
            )
            for _, first in every
        )


def _choices(part: Any) -> list[Any]:
    return part["any"] if isinstance(part, dict) and "any" in part else [part]


terms: st.SearchStrategy[Any] = st.one_of(
    st.sampled_from(PHRASES),
    st.sampled_from([*ACTORS]).map(lambda actor: {"actor": actor}),
    st.just({"actor": "ttp", "parts": True}),
    st.just({"kind": "armed-group"}),
)
nears = st.builds(
    lambda parts, within: {"near": parts, "within": within},
    st.lists(terms | st.lists(terms, min_size=1, max_size=2).map(lambda some: {"any": some}), min_size=2, max_size=3),
    st.integers(2, 6),
)
barring = st.lists(terms | nears, min_size=1, max_size=2).map(lambda some: {"none": some})
in_sentences = st.lists(terms | nears | barring, min_size=2, max_size=3).map(lambda some: {"same_sentence": some})
clauses = st.recursive(
    terms | nears | in_sentences | barring,
    lambda inner: st.builds(
        lambda key, some: {key: some}, st.sampled_from(["all", "any"]), st.lists(inner, min_size=1, max_size=3)
    ),
    max_leaves=6,
)
written = st.fixed_dictionaries(
    {
        "all": st.lists(clauses, max_size=2),
        "any": st.lists(clauses, max_size=3),
        "none": st.lists(terms | nears, max_size=1),
    },
    optional={"filters": st.sampled_from([{"languages": ["ur"]}, {"sources": ["dawn"], "tiers": [1, 2]}])},
)
articles = st.builds(
    Words,
    st.lists(
        st.lists(st.sampled_from([*PHRASES, *ACTORS.values(), *FILLERS]), min_size=1, max_size=6).map(tuple),
        min_size=2,
        max_size=5,
    ).map(tuple),
    st.sampled_from(["ur", "en"]),
)


def is_met(watch: Mapping[str, Any], words: Words) -> bool:
    reader = Reader(words)
    return (
        all(reader.holds(clause) for clause in watch["all"])
        and (not watch["any"] or any(reader.holds(clause) for clause in watch["any"]))
        and not any(reader.holds(clause) for clause in watch["none"])
        and (words.language == "ur" or "languages" not in watch.get("filters", {}))
    )


@settings(max_examples=40, deadline=None)
@given(st.lists(written, min_size=1, max_size=8), articles)
def test_all_watches_together_are_met_as_each_is_by_itself(several: Sequence[dict[str, Any]], words: Words) -> None:
    read = [(Watch.model_validate({"id": f"w{number}", **watch}), watch) for number, watch in enumerate(several)]
    good = [(watch, asked) for watch, asked in read if not list(find_problems(watch, KNOWN))]
    compiled = Watches.compile([watch for watch, _ in good], KNOWN, "d")
    of = words.article()

    expected = [watch.id for watch, asked in good if is_met(asked, words)]
    assert [mention.watch.id for mention in match_watches(of, compiled, NOON)] == expected
    for watch, _ in good:
        explained = Explainer(watch, KNOWN).explain(of)
        assert explained.met == (watch.id in expected)
        assert bool(explained.misses) != explained.met


@settings(max_examples=150, deadline=None)
@given(nears, st.booleans(), articles)
def test_near_is_met_by_every_window_that_is_narrow_enough(near: dict[str, Any], in_one: bool, words: Words) -> None:
    clause = {"same_sentence": [near, {"none": ["music"]}]} if in_one else near
    mentions = match_watches(words.article(), watches({"id": "a", "any": [clause]}), NOON)

    assert bool(mentions) == Reader(words).holds(clause)


def test_words_are_compiled_anew_only_where_they_changed() -> None:
    first = watches({"id": "a", "phrases": ["convoy"]}, {"id": "b", "actors": ["ttp"]})
    same = Watches.compile([*first.listed, Watch.model_validate({"id": "c", "actors": ["iskp"]})], KNOWN, "d", first)
    other = Watches.compile([Watch.model_validate({"id": "a", "phrases": ["raid"]})], KNOWN, "d", first)

    assert same.vocabulary.searched is first.vocabulary.searched
    assert other.vocabulary.searched is not first.vocabulary.searched
    (mention,) = match_watches(tagged(article("The convoy left", "It rained.")), same, NOON)
    assert mention.watch.id == "a"


def test_watches_of_one_source_come_into_question_only_by_what_else_they_ask_for() -> None:
    filters = {"sources": ["example-news"], "languages": ["en"]}
    compiled = watches(
        *({"id": f"w{number}", "actors": ["iskp", "pakistan"], "filters": filters} for number in range(9))
    )
    of = article("The TTP named", "It rained.")

    def candidates(*named: str) -> int:
        tags = [tag(of, actor, "armed-group", "TTP") for actor in named]
        return len(compiled.postings.candidates(Present(tagged(of, tags), compiled.vocabulary).found.keys()))

    assert (candidates("ttp"), candidates("ttp", "iskp")) == (0, 9)


def test_a_family_is_that_of_the_pack_in_force() -> None:
    larger = replace(KNOWN, parts={**KNOWN.parts, "jamaat-ul-ahrar": ("iskp",), "iskp": ("ttp",)})
    watch = Watch.model_validate({"id": "a", "actors": [{"id": "ttp", "parts": True}]})
    of = article("ISKP named", "It rained.")
    named = tagged(of, [tag(of, "iskp", "armed-group", "ISKP")])

    assert match_watches(named, Watches.compile([watch], KNOWN, "d"), NOON) == []
    assert len(match_watches(named, Watches.compile([watch], larger, "d"), NOON)) == 1


def test_a_watch_that_needs_nothing_is_refused() -> None:
    with pytest.raises(NothingRequired, match="'a' needs nothing"):
        watches({"id": "a", "none": ["convoy"]})
