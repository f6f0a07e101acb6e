"""The definition of what is new in CONTRIBUTING.md, sentence by sentence: stories, rings and updates."""

import pytest

from schemas import Alert, Held, Reason
from services.alerting.decide.judge import judge, judge_revised
from services.alerting.decide.memory import STORY_WINDOW, Memory
from tests.alerting.decide.reports import (
    DAY,
    HOUR,
    LATER,
    MINUTE,
    SENTENCE,
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

# Stories


def test_n1_each_watch_decides_for_itself() -> None:
    assert reasons(report(watch="one-desk"), report(watch="other-desk")) == 2 * [Reason.FIRST_MENTION]


@pytest.mark.parametrize("source", ["herald", "mirror"])
def test_n2_an_article_stays_in_its_story_whatever_its_words_and_whoever_gives_it(source: str) -> None:
    month = NOON + 30 * DAY
    first, again = decided(report(), report(source=source, text=text_about("all new"), title="New words", at=month))

    assert first.alert is not None
    assert again.alert is not None
    assert (again.alert.id, again.alert.action) == (first.alert.id, "update")


def test_n3_another_article_joins_the_open_story_with_the_most_similar_text() -> None:
    words = WIRE.split()
    half = report("half", text=" ".join([*words[:65], text_about("own", 55)]))
    most = report("most", text=" ".join([text_about("others", 35), *words[35:]]))
    apart = report("apart")
    verdicts = [decided(*order, report("whole", "mirror", text=WIRE)) for order in ([half, apart], [half, most, apart])]
    joined = [next(v.alert for v in each if v.alert is not None and v.alert.action == "update") for each in verdicts]

    assert [alert.sources[0].article_id for alert in joined] == [half.article.id, most.article.id]
    assert [verdict.reason for verdict in verdicts[0]] == [
        Reason.FIRST_MENTION,
        Reason.NEW_STORY,
        Reason.FURTHER_SOURCE,
    ]


@pytest.mark.parametrize(("after", "reason"), [(0, Reason.COPY), (1, Reason.NEW_STORY)])
def test_n4_a_story_is_open_until_72_hours_after_something_last_joined_it(after: int, reason: Reason) -> None:
    joins = report("two", "mirror", text=WIRE, at=NOON + STORY_WINDOW)
    late = report("three", "gazette", text=WIRE, at=NOON + 2 * STORY_WINDOW + after * MINUTE)

    assert reasons(report("one", text=WIRE), joins, late) == [Reason.FIRST_MENTION, Reason.COPY, reason]


def test_n4_what_comes_out_of_order_closes_no_story_before_its_time() -> None:
    late, copy = NOON + 10 * HOUR, report("three", "gazette", text=WIRE, at=NOON + 10 * HOUR + STORY_WINDOW)

    assert reasons(report("one", text=WIRE, at=late), report("two", "mirror", text=WIRE), copy)[-1] is Reason.COPY


@pytest.mark.parametrize(
    ("title", "text", "reason"),
    [
        ("Officials named the group on Tuesday", "Few words.", Reason.COPY),
        ("Officials named the group on Tuesday", "Few other words.", Reason.NEW_STORY),
        ("Morning briefing", "Few words.", Reason.NEW_STORY),
    ],
    ids=["the same words", "other words", "the same words under everyone's title"],
)
def test_n5_a_text_too_short_for_a_sketch_joins_only_the_same_words(title: str, text: str, reason: Reason) -> None:
    first = report("one", title=title, text="Few words.")

    assert reasons(first, report("two", "mirror", title=title, text=text))[1] is reason


def test_n6_what_joins_no_story_opens_one_that_is_its_thread() -> None:
    first, second = (verdict.alert for verdict in decided(report("one"), report("two")))

    assert first is not None
    assert second is not None
    assert (first.thread, second.thread) == (first.id, second.id)
    assert first.id != second.id


# Rings


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        (["actor/ttp"], Reason.NEW_STORY),
        (["actor/iskp"], Reason.FIRST_MENTION),
        (["actor/iskp", "actor/ttp"], Reason.NEW_STORY),
        (["actor/iskp", "topic/safe-havens"], Reason.FIRST_MENTION),
    ],
)
def test_n7_what_opens_a_story_rings_as_first_mention_if_the_watch_met_nobody_of_it_before(
    names: list[str], reason: Reason
) -> None:
    alert = last(report("one", names=["actor/ttp", "topic/safe-havens"]), report("two", names=names))

    assert (alert.reason, alert.action, alert.sequence) == (reason, "ring", 0)


def test_n8_topics_take_the_place_of_names_where_nobody_is_named_and_make_no_news_inside_a_story() -> None:
    topic, two = report("one", names=["topic/raids"]), report("two", names=["topic/raids"])
    more = report("one", names=["topic/raids", "topic/courts"], text=WIRE, at=LATER)

    assert reasons(topic, two, more) == [Reason.FIRST_MENTION, Reason.NEW_STORY, Reason.NOTHING_NEW]


@pytest.mark.parametrize("slug", ["one", "two"], ids=["by a revision", "by another article"])
def test_n9_a_story_rings_again_in_its_thread_for_whom_it_did_not_name_before(slug: str) -> None:
    memory = Memory()
    first, _, second = decided(
        report("one", text=WIRE),
        report("copy", "mirror", text=WIRE),
        report(slug, names=["actor/ttp", "phrase/Bagram Airfield"], text=WIRE + " more", at=LATER),
        memory=memory,
    )
    assert first.alert is not None
    assert second.alert is not None
    assert second.reason is Reason.NEW_ENTITY
    assert (second.alert.action, second.alert.sequence) == ("ring", 0)
    assert second.alert.new == ("phrase/Bagram Airfield",)
    assert second.alert.thread == first.alert.id != second.alert.id
    third = report(slug, names=["phrase/Bagram Airfield"], text=WIRE + " still more", at=LATER + HOUR)
    assert judge(third, memory).reason is Reason.NOTHING_NEW


def test_n9_the_id_of_such_a_ring_does_not_depend_on_who_is_named_first() -> None:
    one, other = (
        last(report(), report(names=names, at=LATER, text=WIRE)).id
        for names in (["actor/iskp", "actor/aq"], ["actor/aq", "actor/iskp"])
    )

    assert one == other


def test_n10_a_revision_that_was_decided_rings_for_whom_it_names_by_a_new_alias() -> None:
    again = report(names=["actor/iskp"], seen_at=NOON, at=LATER)

    assert reasons(report(), again, again) == [Reason.FIRST_MENTION, Reason.NEW_ENTITY, Reason.SAME_ARTICLE]


# Updates


def test_n11_all_else_is_at_most_one_update_of_the_storys_alert_with_the_next_number() -> None:
    first, second, third = decided(
        report(text=WIRE),
        report(source="mirror", text=text_about("own words"), slug="two", names=["actor/ttp"]),
        report(title="Another title", text=WIRE, figures={"killed": 4}, at=LATER),
    )
    assert first.alert is not None
    assert third.alert is not None
    assert second.reason is Reason.NEW_STORY
    assert (third.reason, third.alert.action) == (Reason.CORRECTED, "update")
    assert (third.alert.id, third.alert.sequence) == (first.alert.id, 1)
    assert [change.after for change in third.alert.figure_changes] == [4]


@pytest.mark.parametrize("is_withdrawn", [True, False], ids=["taken back", "the passage is gone"])
def test_n12_what_is_taken_back_or_no_longer_meets_the_watch_is_told_once(is_withdrawn: bool) -> None:
    memory = Memory()
    (first,) = decided(report(), memory=memory)
    gone = revised(is_withdrawn=is_withdrawn, at=LATER)
    (verdict,), (again,) = judge_revised(gone, memory), judge_revised(gone, memory)

    assert first.alert is not None
    assert verdict.alert is not None
    assert (verdict.reason, verdict.alert.id, verdict.alert.sequence) == (Reason.WITHDRAWN, first.alert.id, 1)
    assert [source.withdrawn for source in verdict.alert.sources] == [True]
    assert verdict.alert.watch == first.alert.watch
    assert again.alert is None


def test_n12_an_article_that_is_taken_back_has_no_newer_words() -> None:
    memory = Memory()
    decided(report(), memory=memory)
    (verdict,) = judge_revised(revised(is_withdrawn=True, seen_at=NOON, at=LATER), memory)

    assert verdict.reason is Reason.WITHDRAWN


def test_n12_that_it_stands_again_is_a_correction_and_a_page_that_flickers_is_told_twice_at_most() -> None:
    memory, told = Memory(), list[tuple[Reason, bool]]()
    decided(report(), memory=memory)
    for turn in range(5):
        away, back = NOON + (2 * turn + 1) * HOUR, NOON + (2 * turn + 2) * HOUR
        verdicts = [*judge_revised(revised(is_withdrawn=True, at=away), memory), judge(report(at=back), memory)]
        told += [(v.reason, v.alert.sources[0].withdrawn) for v in verdicts if v.alert is not None]

    assert told == 2 * [(Reason.WITHDRAWN, True), (Reason.CORRECTED, False)]


@pytest.mark.parametrize(
    ("title", "sentences", "reason"),
    [
        ("Other words in the title", [SENTENCE], Reason.CORRECTED),
        (None, ["Officials did not name the group."], Reason.CORRECTED),
        (None, [SENTENCE, "The group denied it."], Reason.NOTHING_NEW),
        (None, ["The group denied it.", "It spoke to us.", SENTENCE], Reason.NOTHING_NEW),
        (None, ["Officials named the  group!"], Reason.NOTHING_NEW),
    ],
    ids=["the title", "a shown sentence", "one more sentence", "others come first", "blanks and punctuation"],
)
def test_n13_a_title_or_a_shown_sentence_that_reads_differently_at_its_source_is_a_correction(
    title: str | None, sentences: list[str], reason: Reason
) -> None:
    more = {} if title is None else {"title": title}

    assert reasons(report(), report(sentences=sentences, text=WIRE, at=LATER, **more))[1] is reason  # type: ignore[arg-type]


def test_n13_what_another_source_writes_corrects_nothing() -> None:
    other = report(source="mirror", title="Other words", sentences=["Other words."], text=WIRE, at=LATER)

    assert reasons(report(), other)[1] is Reason.COPY


def test_n14_a_number_above_all_that_were_told_is_told_and_a_lower_one_of_another_is_not() -> None:
    told = [
        last(*(report(f"{n}", f"source-{n}", text=WIRE, figures={"killed": k}) for n, k in enumerate(numbers)))
        for numbers in ([3, 5], [3, 5, 4, 6])
    ]

    assert [[(c.before, c.after) for c in alert.figure_changes] for alert in told] == [[(3, 5)], [(5, 6)]]
    assert [alert.reason for alert in told] == 2 * [Reason.FIGURE_CHANGED]


def test_n14_a_source_that_takes_back_the_number_that_was_told_is_told_also_if_it_is_lower() -> None:
    down = report(figures={"killed": 9}, text=WIRE + " fewer", at=LATER)
    copy_from_before = report("two", "mirror", figures={"killed": 12}, text=WIRE, at=LATER)
    verdicts = decided(report(figures={"killed": 12}, text=WIRE), down, copy_from_before)

    assert verdicts[1].alert is not None
    assert [(c.before, c.after) for c in verdicts[1].alert.figure_changes] == [(12, 9)]
    assert verdicts[2].reason is Reason.COPY


def test_n15_the_first_article_of_an_origin_of_its_own_is_a_further_source() -> None:
    alert = last(report("one", text=WIRE), report("two", "mirror", text=reworded(WIRE, 0.6)))

    assert (alert.reason, alert.source_count, alert.origin_count) == (Reason.FURTHER_SOURCE, 2, 2)
    assert [source.source.id for source in alert.sources] == ["herald", "mirror"]


def test_n16_another_outlets_copy_makes_the_count_grow_and_tells_nobody() -> None:
    alert = last(report("one", text=WIRE), report("two", "mirror", text=WIRE))

    assert (alert.reason, alert.source_count, alert.origin_count) == (Reason.COPY, 2, 1)
    assert not alert.tells


@pytest.mark.parametrize(
    ("agencies", "share", "origins"),
    [
        (("afp", "afp"), 0.6, ("agency:afp", "agency:afp")),
        (("afp", "dpa"), 1.0, ("agency:afp", "agency:dpa")),
        (("afp", None), 0.95, ("agency:afp", "agency:afp")),
        ((None, None), 0.95, ("source:herald", "source:herald")),
        ((None, None), 0.6, ("source:herald", "source:mirror")),
    ],
    ids=["one agency", "two agencies", "a print of an agency's text", "a print", "own words"],
)
def test_n17_an_origin_is_the_agency_credited_else_that_of_the_text_that_it_prints_else_its_source(
    agencies: tuple[str | None, str | None], share: float, origins: tuple[str, str]
) -> None:
    first, second = agencies
    one = report("one", text=WIRE, agency=first)
    other = report("two", "mirror", text=reworded(WIRE, share), agency=second)

    assert tuple(source.origin for source in last(one, other).sources) == origins


def test_n17_one_article_in_two_feeds_has_one_origin() -> None:
    assert last(report(text=WIRE), report(source="mirror", text=text_about("own"))).origin_count == 1


def test_n18_an_update_is_held_as_its_story_is_until_that_is_told() -> None:
    memory, alerts = Memory(), list[Alert | None]()
    decided(report("one", text=WIRE), memory=memory)
    for number, (told, held) in enumerate([(False, Held.SILENCED), (True, Held.SILENCED)]):
        found = memory.story_of("kabul-desk", report("one").article.id)
        assert found is not None
        marked = found[1].model_copy(update={"told": told, "held": held, "held_by": "eid"})
        memory.put_story("kabul-desk", found[0], marked, NOON)
        (verdict,) = decided(
            report("one", title=f"Title {number}", text=WIRE, at=NOON + number * HOUR + HOUR), memory=memory
        )
        alerts.append(verdict.alert)

    assert [(alert.held, alert.held_by) for alert in alerts if alert] == [(Held.SILENCED, "eid"), (None, None)]
