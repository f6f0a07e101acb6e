from collections.abc import Mapping, Sequence
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matching.expressions import (
    Expression,
    Occurrence,
    Phrase,
    Reference,
    Scope,
    Term,
)
from services.matching.index import ExpressionIndex, Match
from services.matching.presence import Presence, bits

RAID, CAMP, GUARD = Phrase("raid"), Phrase("camp"), Reference("kind", "armed-group")


def at(word: int, sentence: int) -> Occurrence:
    return Occurrence(start=word * 10, end=word * 10 + 5, sentence=sentence, place=word)


def stand(index: ExpressionIndex, found: Mapping[Term, Sequence[Occurrence]]) -> Presence:
    """The terms that an index knows; words are numbered by their place."""
    numbered = [(index.numbers[t], place) for t, places in found.items() for place in places if t in index.numbers]
    return Presence([number for number, _ in numbered], [place for _, place in numbered], int)


def met(expression: Expression, **found: Sequence[Occurrence]) -> list[int]:
    terms: dict[str, Term] = {"raid": RAID, "camp": CAMP, "guard": GUARD}
    index = ExpressionIndex([expression])
    return [
        sentence
        for met in index.met(stand(index, {terms[k]: v for k, v in found.items()}))
        for sentence in bits(met.sentences)
    ]


def firings(expression: Expression, found: Mapping[Term, Sequence[Occurrence]]) -> list[tuple[Match, ...]]:
    index = ExpressionIndex([expression])
    presence = stand(index, found)
    return [firing for met in index.met(presence) for firing in index.firings(met, presence)]


def test_all_terms_must_share_the_sentence() -> None:
    both = Expression(all=(RAID, CAMP))
    assert met(both, raid=[at(1, 1), at(20, 3)], camp=[at(9, 2), at(22, 3)]) == [3]


def test_one_of_any_is_enough() -> None:
    assert met(Expression(any=(RAID, CAMP)), raid=[at(1, 1)], camp=[at(9, 2)]) == [1, 2]
    assert met(Expression(all=(GUARD,), any=(RAID, CAMP)), guard=[at(2, 1)], camp=[at(9, 2)]) == []


def test_none_silences_its_own_sentence_only() -> None:
    assert met(Expression(any=(RAID,), none=(CAMP,)), raid=[at(1, 1), at(20, 3)], camp=[at(3, 1)]) == [3]


@pytest.mark.parametrize(("apart", "sentences"), [(4, [1]), (5, [])], ids=["five words with both ends", "six words"])
def test_within_counts_words_with_both_ends(apart: int, sentences: list[int]) -> None:
    assert met(Expression(all=(RAID, CAMP), within=5), raid=[at(1, 1)], camp=[at(1 + apart, 1)]) == sentences


def test_over_the_article_it_fires_once_at_its_first_sentence() -> None:
    everywhere = Expression(all=(RAID, CAMP), scope="article")
    assert met(everywhere, raid=[at(9, 2), at(30, 4)], camp=[at(12, 3)]) == [2]
    assert met(Expression(any=(RAID,), none=(CAMP,), scope="article"), raid=[at(9, 2)], camp=[at(99, 9)]) == []


def test_in_the_title_it_sees_the_title_alone() -> None:
    heading = Expression(any=(RAID,), none=(CAMP,), scope="title")
    assert met(heading, raid=[at(9, 2)]) == []
    assert met(heading, raid=[at(1, 0), at(9, 2)], camp=[at(12, 2)]) == [0]


def test_a_firing_names_one_occurrence_for_each_group() -> None:
    near = Expression(all=(GUARD,), any=(RAID, CAMP), within=3)
    (firing,) = firings(near, {GUARD: [at(1, 1), at(20, 1)], RAID: [at(9, 1)], CAMP: [at(22, 1)]})
    assert [(match.term, match.occurrence.place) for match in firing] == [(GUARD, 20), (CAMP, 22)]


def test_an_expression_is_compared_where_there_is_something_of_its_two_rarest_groups() -> None:
    border = Phrase("border")
    index = ExpressionIndex([Expression(all=(GUARD, border), any=(RAID, CAMP))])
    guard, post, camp = (index.numbers[term] for term in (GUARD, border, CAMP))
    assert index.candidates([guard, post]) == index.candidates([guard, camp]) == []
    assert index.candidates([post, camp]) == [0]


terms = st.sampled_from([Phrase("raid"), Phrase("camp"), *(Reference("concept", name) for name in "abc"), GUARD])
places = st.integers(0, 15).map(lambda word: at(word, word // 4))
scopes: st.SearchStrategy[Scope] = st.sampled_from(["sentence", "article", "title"])
groups = st.lists(terms, max_size=2).map(tuple)
expressions = st.builds(
    lambda required, others, barred, scope, within: Expression(required or (RAID,), others, barred, scope, within),
    groups, groups, st.lists(terms, max_size=1).map(tuple), scopes, st.none() | st.integers(1, 6),
)  # fmt: skip


def fires(expression: Expression, found: dict[Term, list[Occurrence]]) -> bool:
    """Whether an expression is met, straight from its definition."""
    sentences = {"article": [range(9)], "title": [range(1)], "sentence": [range(n, n + 1) for n in range(9)]}
    for place in sentences[expression.scope]:
        here = {term: [o for o in occurrences if o.sentence in place] for term, occurrences in found.items()}
        required = [here.get(term, []) for term in expression.all]
        if expression.any:
            required.append([o for term in expression.any for o in here.get(term, [])])
        near = any(
            expression.within is None or max(o.place for o in chosen) - min(o.place for o in chosen) < expression.within
            for chosen in product(*required)
        )
        if near and not any(here.get(term) for term in expression.none):
            return True
    return False


@given(st.lists(expressions, max_size=8), st.dictionaries(terms, st.lists(places, min_size=1, max_size=4)))
def test_the_index_finds_what_trying_every_expression_finds(
    many: list[Expression], found: dict[Term, list[Occurrence]]
) -> None:
    index = ExpressionIndex(many)
    met = [met.number for met in index.met(stand(index, found))]
    assert met == [number for number, expression in enumerate(many) if fires(expression, found)]


@given(expressions, st.dictionaries(terms, st.lists(places, min_size=1, max_size=4)))
def test_every_firing_shows_a_match_for_each_group_where_the_expression_is_met(
    expression: Expression, found: dict[Term, list[Occurrence]]
) -> None:
    index = ExpressionIndex([expression])
    presence = stand(index, found)
    for met in index.met(presence):
        shown = list(index.firings(met, presence))
        assert [min(match.occurrence.sentence for match in firing) for firing in shown] == list(bits(met.sentences))
        for firing in shown:
            assert all(match.term in group for match, group in zip(firing, expression.groups, strict=True))
            words = [match.occurrence.place for match in firing]
            assert expression.within is None or max(words) - min(words) < expression.within


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2_000)), max_size=30))
def test_a_long_document_is_masked_like_a_short_one(found: list[tuple[int, int]]) -> None:
    masks = Presence([term for term, _ in found], [at(0, sentence) for _, sentence in found], int).masks
    assert {term: set(bits(mask)) for term, mask in masks.items()} == {
        term: {sentence for other, sentence in found if other == term} for term, _ in found
    }
