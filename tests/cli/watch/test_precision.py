"""How right watches and aliases are: arithmetic on what people said."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import Alert, AlertItem, Feedback, FeedbackVerdict, Held, Reason, Source
from services.alerting.handling.steps import word
from services.cli.watch.precision import Alias, Judged, Ledger, wilson
from tests.alerting.examples import NOON, alert

TTP, OFFICIALS = Alias("TTP", "Ttp"), Alias("Officials", "Safe-Havens")


def fired(of: Alert, *words: str) -> Alert:
    """The alert, rung by these words alone, each of a thing of its own."""
    match = of.matches[0]
    matches = tuple(
        match.model_copy(
            update={"name": each.title(), "evidence": (match.evidence[0].model_copy(update={"fired": each}),)}
        )
        for each in words
    )
    return of.model_copy(update={"matches": matches})


def said(of: Alert, verdict: str, by: str = "Zarmina", minutes: int = 0) -> Feedback:
    return word(of.id, of.watch.id, FeedbackVerdict(verdict), by, NOON + timedelta(minutes=minutes), "api")


def precision(*taken: Alert | Feedback, watch: str | None = None) -> Any:
    ledger = Ledger(watch)
    for each in taken:
        if isinstance(each, Alert):
            ledger.take(each)
        else:
            ledger.hear(each)
    return ledger.precision()


def test_each_alert_counts_once_for_its_watch_and_for_each_alias_that_fired() -> None:
    one, two, three, four = (fired(alert(slug=slug), "TTP") for slug in ("one", "two", "three", "four"))
    both = fired(alert(slug="both"), "TTP", "Kabul")
    other = fired(alert(watch="other", slug="one"), "Kabul")
    words = [said(one, "useful"), said(two, "false"), said(three, "duplicate"), said(both, "false")]
    found = precision(one, two, three, four, both, other, *words)
    assert found.watches == {"ttp": Judged(5, 1, 2, 1), "other": Judged(1, 0, 0, 0)}
    assert found.aliases == {Alias("TTP", "Ttp"): Judged(5, 1, 2, 1), Alias("Kabul", "Kabul"): Judged(2, 0, 1, 0)}
    assert found.watches["ttp"].unanswered == 1
    assert found.watches["ttp"].precision.value == 0.5, "what was known already was rightly met"
    assert found.watches["other"].precision is None, "nothing is known of it"


def test_the_newest_word_of_a_person_counts_and_most_people_decide() -> None:
    one = alert(slug="one")
    assert precision(one, said(one, "false"), said(one, "useful", minutes=1)).watches["ttp"] == Judged(1, 1, 0, 0)
    assert precision(one, said(one, "false"), said(one, "useful", "ZARMINA", 1)).watches["ttp"] == Judged(1, 1, 0, 0)
    three = said(one, "false", "A"), said(one, "false", "B", 1), said(one, "useful", "C", 2)
    assert precision(one, *three).watches["ttp"] == Judged(1, 0, 1, 0)
    assert precision(one, *three[1:]).watches["ttp"] == Judged(1, 1, 0, 0), "as many for each: the newest"
    again = said(one, "false", "A"), said(one, "useful", "B", 1), said(one, "false", "A", 2)
    assert precision(one, *again).watches["ttp"] == Judged(1, 0, 1, 0), "who says it again says it newly"


def test_what_nobody_was_told_of_does_not_count_until_somebody_is() -> None:
    held = alert(slug="held").model_copy(update={"held": Held.DIGEST})
    item = AlertItem(
        alert_id=held.id, reason=held.reason, title="", url="", names=("Ttp",), rang_at=NOON,
        source=Source(id="example-news", name="Example News"),
    )  # fmt: skip
    collective = alert(slug="all").model_copy(update={"reason": Reason.DIGEST, "items": (item,), "matches": ()})
    silenced = collective.model_copy(update={"held": Held.SILENCED})
    assert precision(held).watches == {}
    assert precision(held, silenced).watches == {}
    assert precision(held, collective).watches == {"ttp": Judged(1, 0, 0, 0)}
    assert precision(held, held.model_copy(update={"held": None, "sequence": 1})).watches["ttp"].told == 1
    assert precision(held, said(held, "false")).watches["ttp"] == Judged(1, 0, 1, 0), "somebody saw it all the same"


def test_an_update_is_no_alert_of_its_own_and_words_on_others_are_counted_apart() -> None:
    one = alert(slug="one")
    update = one.model_copy(update={"action": "update", "sequence": 1})
    found = precision(one, update, said(one, "useful"), said(alert(slug="long ago"), "false"))
    assert found.watches == {"ttp": Judged(1, 1, 0, 0)}
    assert found.elsewhere == 1
    assert precision(one, alert(watch="other"), watch="other").watches == {"other": Judged(1, 0, 0, 0)}


def test_what_makes_the_most_noise_stands_on_top() -> None:
    """By what is sure: three of three that are false are less than fifty of a hundred."""
    taken: list[Alert | Feedback] = []
    for name, told, false in (("Rare", 3, 3), ("Often", 100, 50), ("Right", 200, 0), ("Unjudged", 500, None)):
        rung = [fired(alert(slug=f"{name}-{number}"), name) for number in range(told)]
        taken += rung
        if false is not None:
            taken += [said(each, "false" if number < false else "useful") for number, each in enumerate(rung)]
    assert [alias.fired for alias in precision(*taken).aliases] == ["Often", "Rare", "Unjudged", "Right"]


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (5, 10, 0.2366, 0.7634), (81, 263, 0.2553, 0.3662)],
)
def test_a_share_of_a_few_is_told_with_what_it_may_be(hits: int, of: int, low: float, high: float) -> None:
    """The last row: R. G. Newcombe, Two-sided confidence intervals for the single proportion, 1998, table I."""
    share = wilson(hits, of)
    assert share.value == hits / of
    assert share.low == pytest.approx(low, abs=1e-4)
    assert share.high == pytest.approx(high, abs=1e-4)


@given(st.integers(1, 10_000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_a_share_lies_between_its_bounds(counted: tuple[int, int]) -> None:
    share = wilson(*counted)
    assert 0 <= share.low <= share.value + 1e-12
    assert share.value - 1e-12 <= share.high <= 1
