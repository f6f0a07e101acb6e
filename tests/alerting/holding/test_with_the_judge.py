"""What is judged and then held, together: one record has one name, and sequences of an alert never go back."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import Alert, ArticleRevised, ArticleSummary, Figure, Match, Mention, Source
from schemas.ids import mention_id
from services.alerting.decide.judge import judge, judge_revised
from services.alerting.holding.hold import hold
from tests.alerting.holding.desk import HOUR, MINUTE, NOON, SECOND, Desk, silence, watch
from tests.alerting.holding.test_nothing_is_lost import policies, silences

articles = st.sampled_from(["one", "two", "three"])
sources = st.sampled_from(["example-news", "other-news", "wire"])
revisions = st.integers(1, 3)
steps = st.one_of(
    st.tuples(
        st.just("mention"),
        articles,
        sources,
        revisions,
        st.lists(st.sampled_from(["ttp", "iskp", "aq"]), min_size=1, max_size=3, unique=True),
        st.sampled_from([None, 3, 9]),
    ),
    st.tuples(st.just("withdrawn"), articles, sources),
    st.tuples(st.just("wait"), st.sampled_from([SECOND, MINUTE, HOUR, 9 * HOUR])),
    st.tuples(st.just("reload"), policies, silences),
    st.just(("restart",)),
)


def summary(article: str, source: str, revision: str, desk: Desk) -> ArticleSummary:
    return ArticleSummary(
        id=article,
        revision=revision,
        url=f"https://news.example/{article}",
        title=f"Title {article} {revision}",
        source=Source(id=source, name=source),
        published_at=NOON,
        seen_at=desk.now,
    )


def mention(step: tuple[Any, ...], desk: Desk) -> Mention:
    _, article, source, revision, named, killed = step
    return Mention(
        id=mention_id("kabul-desk", article, str(revision), named),
        watch=(desk.watches.get("kabul-desk") or watch()).summary(),
        article=summary(article, source, str(revision), desk),
        matches=tuple(
            Match(id=name, name=name.upper(), kind="armed-group", confidence=1, evidence=()) for name in named
        ),
        topics=(),
        passages=(),
        figures=() if killed is None else (figure(killed),),
        met_at=desk.now,
        config_digest="d1ge57",
    )


def figure(killed: int) -> Figure:
    return Figure.model_validate(
        {
            "kind": "killed",
            "least": killed,
            "most": killed,
            "evidence": {"field": "text", "start": 0, "end": 1, "words": "x", "fired": "x"},
        }
    )


def alerts_of(taken: Sequence[tuple[Any, ...]], desk: Desk) -> list[Alert]:
    alerts: list[Alert] = []
    for step in taken:
        desk.now += SECOND
        judged: list[Alert | None] = []
        of = None
        match step[0]:
            case "mention":
                of = mention(step, desk)
                judged = [judge(of, desk.memory).alert]
            case "withdrawn":
                gone = summary(step[1], step[2], "gone", desk)
                revised = ArticleRevised(article=gone, replaces=None, withdrawn=True, met=(), revised_at=desk.now)
                judged = [verdict.alert for verdict in judge_revised(revised, desk.memory)]
            case "wait":
                alerts += desk.wait(step[1])
            case "reload":
                desk.reload(watch(**step[1]), [silence(id_, hours, desk.now, **fits) for id_, hours, fits in step[2]])
            case "restart":
                desk.restart()
        in_force = desk.watches["kabul-desk"]
        alerts += [hold(one, of, in_force, desk.silences, desk.memory, desk.now) for one in judged if one is not None]
    desk.reload(watch())
    return alerts + desk.wait(SECOND) + desk.wait(timedelta(days=9))


@settings(max_examples=100, deadline=None)
@given(st.lists(steps, max_size=30))
def test_each_record_has_a_name_of_its_own_and_comes_after_those_before_it(taken: Sequence[tuple[Any, ...]]) -> None:
    desk = Desk()
    last: dict[str, int] = {}
    alerts = alerts_of(taken, desk)
    for alert in alerts:
        assert alert.sequence == last.get(alert.id, -1) + 1, alert
        last[alert.id] = alert.sequence
        assert not (alert.sequence == 0 and alert.action == "update"), "nobody can be told of what they never saw"
    assert desk.memory.queues() == []


@settings(max_examples=100, deadline=None)
@given(st.lists(steps, max_size=30))
def test_whoever_is_told_of_an_update_was_told_of_the_story(taken: Sequence[tuple[Any, ...]]) -> None:
    told: set[str] = set()
    for alert in alerts_of(taken, Desk()):
        if not alert.tells:
            continue
        if alert.action == "update":
            assert alert.thread in told, alert
        told |= {alert.thread, *(item.alert_id for item in alert.items)}
