from schemas import Alert, Mention, Reason
from services.alerting.decide.judge import judge, judge_revised
from services.alerting.decide.memory import Memory
from tests.alerting.decide.reports import DAY, HOUR, decided, report, revised, text_about
from tests.alerting.examples import NOON

WIRE = text_about("the wire")


def test_an_alert_takes_everything_of_its_article_from_its_mention() -> None:
    mention = report(figures={"killed": 3}, names=["actor/ttp", "topic/raids"])
    (verdict,) = decided(mention)
    alert = verdict.alert

    assert alert is not None
    shared = set(Mention.model_fields) & set(Alert.model_fields) - {"id"}
    assert {name: getattr(alert, name) for name in shared} == {name: getattr(mention, name) for name in shared}
    assert alert.rang_at == mention.met_at
    assert [(one.source, one.article_id, one.url, one.title) for one in alert.sources] == [
        (mention.article.source, mention.article.id, mention.article.url, mention.article.title)
    ]


def test_an_alert_can_be_written_and_read_again() -> None:
    memory = Memory()
    verdicts = [
        judge(report(text=WIRE, figures={"killed": 3}), memory),
        judge(report("two", "mirror", names=["actor/iskp"], text=WIRE, figures={"killed": 5}), memory),
        judge(report(title="Other", text=WIRE, figures={"killed": 6}, at=NOON + HOUR), memory),
        *judge_revised(revised(is_withdrawn=True, at=NOON + DAY), memory),
    ]

    alerts = [verdict.alert for verdict in verdicts if verdict.alert is not None]
    assert [alert.reason for alert in alerts] == [
        Reason.FIRST_MENTION,
        Reason.NEW_ENTITY,
        Reason.CORRECTED,
        Reason.WITHDRAWN,
    ]
    assert [Alert.read(alert.write()) for alert in alerts] == alerts


def test_the_same_mentions_make_the_same_alerts() -> None:
    mentions = [
        report(f"{n % 7}", f"source-{n % 3}", names=[f"actor/{n % 5}"], text=text_about(f"{n % 4}")) for n in range(50)
    ]

    assert decided(*mentions) == decided(*mentions)


def test_a_ring_that_failed_to_be_remembered_is_made_again_with_the_same_id() -> None:
    first, again = decided(report())[0].alert, decided(report(at=NOON + HOUR))[0].alert

    assert first is not None
    assert again is not None
    assert first.event_id == again.event_id


def test_a_revision_concerns_each_watch_that_it_no_longer_meets() -> None:
    memory = Memory()
    decided(*(report(watch=watch) for watch in ("one", "two", "three")), memory=memory)
    verdicts = judge_revised(revised(met=["two"], at=NOON + HOUR), memory)

    assert [verdict.alert.watch.id for verdict in verdicts if verdict.alert is not None] == ["one", "three"]


def test_a_mention_that_comes_after_a_later_withdrawal_changes_nothing() -> None:
    memory = Memory()
    decided(report(), memory=memory)
    (gone,) = judge_revised(revised(is_withdrawn=True, at=NOON + 2 * HOUR), memory)
    late = judge(report(title="Between", seen_at=NOON + HOUR, at=NOON + 3 * HOUR), memory)

    assert (gone.reason, late.reason) == (Reason.WITHDRAWN, Reason.SAME_ARTICLE)


def test_the_sources_that_carried_a_watch_are_remembered_with_their_last_time() -> None:
    memory = Memory()
    decided(report("one"), report("two", "mirror", at=NOON + DAY), report("three", at=NOON + DAY), memory=memory)
    watch = memory.watch("kabul-desk")

    assert watch is not None
    assert watch.sources == {"herald": NOON + DAY, "mirror": NOON + DAY}
    assert watch.names == {"herald": "Herald", "mirror": "Mirror"}
    assert (watch.began_at, watch.summary) == (NOON, report().watch)
