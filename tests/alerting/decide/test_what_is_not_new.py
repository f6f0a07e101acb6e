"""The definition of what is new in CONTRIBUTING.md, sentence by sentence: silence, remarks, and what always holds."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import Alert, Mention, Reason
from schemas.alert import Burst
from services.alerting.decide.judge import judge, judge_revised
from services.alerting.decide.memory import KEPT, Memory
from tests.alerting.decide.reports import (
    DAY,
    HOUR,
    LATER,
    MINUTE,
    WIRE,
    decided,
    last,
    reasons,
    report,
    revised,
    reworded,
    text_about,
)
from tests.alerting.examples import NOON

# Silence


@pytest.mark.parametrize(
    "again",
    [
        pytest.param(report(), id="delivered again"),
        pytest.param(report(seen_at=NOON, at=LATER), id="tagged again"),
        pytest.param(report(seen_at=LATER, at=LATER), id="polled again, the same revision"),
        pytest.param(report(title="Other", seen_at=NOON, at=LATER), id="another revision of the same moment"),
        pytest.param(
            report(title="Before", figures={"killed": 9}, seen_at=NOON - HOUR, at=LATER), id="an older revision"
        ),
    ],
)
def test_n19_a_revision_that_was_decided_or_an_older_one_is_silent(again: Mention) -> None:
    assert reasons(report(), again)[1] is Reason.SAME_ARTICLE


@pytest.mark.parametrize("seen_at", [NOON, LATER], ids=["an older one", "the same, tagged again"])
def test_n19_a_revision_that_is_not_newer_takes_no_passage_away(seen_at: datetime) -> None:
    memory = Memory()
    decided(report(seen_at=LATER), memory=memory)

    assert [verdict.alert for verdict in judge_revised(revised(seen_at=seen_at, at=LATER), memory)] == [None]


def test_n20_two_feeds_that_give_one_article_in_different_words_in_turn_are_told_of_once() -> None:
    def turn(number: int) -> list[Mention]:
        at = NOON + number * HOUR
        return [
            report(source="herald", title="First words", figures={"killed": 4}, at=at),
            report(source="mirror", title="Other words", figures={"killed": 3}, text=WIRE, at=at + MINUTE),
        ]

    told = [reason for reason in reasons(*turn(0), *turn(1), *turn(2)) if reason is not Reason.SAME_ARTICLE]
    assert told == [Reason.FIRST_MENTION, Reason.COPY]


def test_n20_a_wording_that_a_source_had_before_is_not_told_again() -> None:
    words = [
        report(title=f"Words of {which}", figures={"killed": killed}, text=text_about(which), at=NOON + n * HOUR)
        for n, (which, killed) in enumerate(4 * [("one", 5), ("two", 4)])
    ]

    assert [reason for reason in reasons(*words) if reason is not Reason.NOTHING_NEW] == [
        Reason.FIRST_MENTION,
        Reason.CORRECTED,
    ]


def test_n21_what_changes_nothing_of_this_is_silent() -> None:
    assert reasons(report(), report(text=text_about("one") + " and more", at=LATER))[1] is Reason.NOTHING_NEW


@pytest.mark.parametrize("is_withdrawn", [True, False])
def test_n22_a_watch_that_never_met_an_article_at_this_source_is_silent_when_it_is_revised(is_withdrawn: bool) -> None:
    memory = Memory()
    decided(report("one"), memory=memory)
    gone = [revised("two", is_withdrawn=is_withdrawn), revised("one", "mirror", is_withdrawn=is_withdrawn, at=LATER)]

    assert [verdict.alert for each in gone for verdict in judge_revised(each, memory)] == [None, None]


# Remarks


@pytest.mark.parametrize(("days", "quiet"), [(6, {}), (7, {"actor/ttp": 7}), (30, {"actor/ttp": 30})])
def test_n23_whoever_was_not_met_for_a_week_is_remarked_with_the_days(days: int, quiet: dict[str, int]) -> None:
    remark = last(report("one"), report("two", at=NOON + days * DAY)).remark

    assert remark is not None
    assert remark.quiet_days == quiet


def test_n24_whoever_the_watch_never_met_is_remarked() -> None:
    remark = last(report("one"), report("two", names=["actor/ttp", "actor/iskp"])).remark

    assert remark is not None
    assert remark.first_ever == ("actor/iskp",)


@pytest.mark.parametrize(
    ("before", "pairs"),
    [
        ([("actor/iskp",), ("actor/ttp",)], (("actor/iskp", "actor/ttp"),)),
        ([("actor/iskp",), ("actor/ttp", "actor/iskp")], ()),
        ([("actor/ttp",)], ()),
    ],
    ids=["both known, never together", "together before", "one not known"],
)
def test_n25_two_who_were_known_and_are_named_in_one_article_for_the_first_time_are_remarked(
    before: list[tuple[str, ...]], pairs: tuple[tuple[str, str], ...]
) -> None:
    known = [report(f"{number}", names=names) for number, names in enumerate(before)]
    remark = last(*known, report("both", names=["actor/ttp", "actor/iskp"])).remark

    assert remark is not None
    assert remark.first_together == pairs


def test_n26_far_more_stories_in_an_hour_than_is_ones_habit_are_remarked_as_a_burst() -> None:
    habit = [report(f"day-{day}", at=NOON + day * DAY) for day in range(20)]
    rush = [report(f"rush-{n}", at=NOON + 20 * DAY + n * MINUTE) for n in range(6)]
    bursts = [
        verdict.alert.remark.bursts for verdict in decided(*habit, *rush) if verdict.alert and verdict.alert.remark
    ]

    assert [len(each) for each in bursts] == 24 * [0] + 2 * [1]
    found: Burst = bursts[-1][0]
    assert (found.entity, found.seen) == ("actor/ttp", 6)
    assert found.expected == pytest.approx(1 / 24, rel=0.2)
    assert found.chance < 1e-4


@pytest.mark.parametrize("is_first_pass", [True, False], ids=["a first pass", "found late"])
def test_n26_what_was_published_before_counts_under_that_time_and_makes_no_burst(is_first_pass: bool) -> None:
    memory = Memory()
    decided(report("long ago", at=NOON - 60 * DAY), memory=memory)
    for number in range(30):
        mention = report(f"{number}", at=NOON + number * timedelta(seconds=1))
        published = NOON - (20 * HOUR if is_first_pass else 30 * DAY) + number * HOUR / 2
        article = mention.article.model_copy(update={"published_at": published})
        judge(mention.model_copy(update={"article": article, "first_pass": is_first_pass}), memory)
    (verdict,) = decided(report("new", at=NOON + MINUTE), memory=memory)

    assert verdict.alert is not None
    assert verdict.alert.remark is not None
    assert verdict.alert.remark.bursts == ()
    assert verdict.alert.remark.quiet_days == ({} if is_first_pass else {"actor/ttp": 29})


# Always

MANY = [
    report(
        slug, source, names=names, at=NOON + hours * HOUR, text=text_about(f"{slug} {hours}"), figures={"killed": hours}
    )
    for hours, (slug, source, names) in enumerate(
        [
            ("one", "herald", ["actor/ttp"]),
            ("one", "herald", ["actor/ttp", "actor/iskp"]),
            ("one", "mirror", ["actor/ttp", "phrase/Bagram"]),
            ("one", "mirror", ["actor/iskp"]),
            ("two", "herald", ["actor/iskp"]),
            ("two", "herald", ["actor/iskp"]),
            ("two", "gazette", ["topic/raids"]),
        ]
    )
]


@settings(deadline=None)
@given(st.lists(st.integers(0, len(MANY) - 1), max_size=30))
def test_n27_a_repeat_changes_nothing_wherever_it_comes(repeats: list[int]) -> None:
    once, memory = [verdict.alert for verdict in decided(*MANY)], Memory()
    alerts = []
    for number, mention in enumerate(MANY):
        alerts.append(judge(mention, memory).alert)
        for repeat in repeats:
            if repeat <= number:
                late = MANY[repeat].model_copy(update={"met_at": mention.met_at + MINUTE})
                assert judge(late, memory).alert is None

    assert [a and (a.id, a.sequence, a.reason) for a in alerts] == [a and (a.id, a.sequence, a.reason) for a in once]


STREAMS = {
    source: [
        report(f"{source}-1", source, names=["actor/ttp"], at=NOON),
        report(f"{source}-1", source, names=["actor/ttp", "actor/iskp"], title="Revised", at=NOON + HOUR),
        report(f"{source}-2", source, names=["actor/iskp"], at=NOON + 2 * HOUR),
        report(f"{source}-1", source, names=["phrase/Bagram"], title="Revised again", at=NOON + 3 * HOUR),
    ]
    for source in ("herald", "mirror", "gazette")
}
TURNS = [source for source, stream in STREAMS.items() for _ in stream]


@settings(deadline=None)
@given(st.permutations(TURNS), st.lists(st.integers(0, len(TURNS) - 1), max_size=10))
def test_n27_however_sources_come_in_turn_and_again_the_same_rings_have_the_same_ids(
    turns: list[str], repeats: list[int]
) -> None:
    left = {source: iter(stream) for source, stream in STREAMS.items()}
    order = [next(left[source]) for source in turns]
    again = [order[repeat] for repeat in sorted(repeats)]

    assert _ring_ids([*order, *again]) == _ring_ids([mention for stream in STREAMS.values() for mention in stream])


def _ring_ids(mentions: list[Mention]) -> list[str]:
    return sorted(v.alert.id for v in decided(*mentions) if v.alert is not None and v.alert.action == "ring")


@settings(deadline=None)
@given(st.permutations(MANY), st.lists(st.sampled_from(MANY), max_size=10))
def test_n28_in_any_order_each_story_is_opened_by_one_ring_and_each_name_rings_once(
    order: list[Mention], repeats: list[Mention]
) -> None:
    alerts = [verdict.alert for verdict in decided(*order, *repeats) if verdict.alert is not None]
    rings = [alert for alert in alerts if alert.action == "ring"]
    opened = [alert for alert in rings if alert.reason is not Reason.NEW_ENTITY]
    told = [(alert.thread, name) for alert in rings for name in _names(alert)]

    assert len({alert.thread for alert in opened}) == len(opened) == 2
    assert len(set(told)) == len(told)
    assert {name for _, name in told} >= {"actor/ttp", "actor/iskp", "phrase/Bagram"}
    assert len({alert.event_id for alert in alerts}) == len(alerts)


def _names(alert: Alert) -> list[str]:
    met = [f"{'actor' if match.kind == 'armed-group' else match.kind}/{match.id}" for match in alert.matches]
    return list(alert.new) if alert.reason is Reason.NEW_ENTITY else [name for name in met if name[:5] != "topic"]


COPIES = [
    report(f"{subject}-{n}", f"source-{n}", text=reworded(text_about(subject), 0.8 + n / 100), watch=watch)
    for watch in ("one-desk", "other-desk")
    for subject in ("raid", "court")
    for n in range(5)
]


@settings(deadline=None)
@given(st.permutations(COPIES))
def test_n28_a_hundred_shuffles_of_copies_give_one_ring_a_story_and_watch(order: list[Mention]) -> None:
    rings = [v.alert for v in decided(*order) if v.alert is not None and v.alert.action == "ring"]

    assert sorted(ring.watch.id for ring in rings) == 2 * ["one-desk"] + 2 * ["other-desk"]


def test_n29_what_was_not_used_for_90_days_is_forgotten_and_rings_as_if_it_had_never_been() -> None:
    memory, late = Memory(), NOON + KEPT + timedelta(days=2)
    decided(report(), memory=memory)
    memory.forget(late)

    assert [v.reason for v in decided(report(at=late, seen_at=late), memory=memory)] == [Reason.FIRST_MENTION]
