"""What people did about an alert stands on its later updates."""

from datetime import timedelta

from schemas import Acknowledgement, Alert, ArticleRevised, Event, Handling, Mention
from services.alerting.decide.decider import AlertDecider
from services.alerting.decide.policies import Policies
from services.alerting.handling.follower import HandledAlerts
from services.alerting.holding.coverage import Incidents
from services.alerting.holding.silences import Silences
from services.alerting.watching.watch import Watch
from services.backbone.librdkafka import ReadRecord
from services.backbone.record import encode
from services.backbone.topics import ALERTS, MENTIONS, alert_topic
from tests.alerting.examples import NOON, mention

WATCH = Watch.model_validate({"id": "ttp", "any": [{"actor": "ttp"}], "topic": "desk"})


def decides(handled: HandledAlerts) -> AlertDecider:
    policies = Policies({"ttp": WATCH}, Silences())
    decider = AlertDecider(
        "decide", lambda: policies, Incidents, lambda _: None, lambda _: None, lambda: NOON, handled.of
    )
    decider.restore(0, [])
    return decider


def written(decider: AlertDecider, event: Event) -> list[Alert]:
    """The alerts that are written for a mention, or for an article that was revised."""
    sent = encode(MENTIONS.name, event, "match")
    outputs = decider.decide(ReadRecord(MENTIONS.name, 0, 7, sent.key, sent.value, sent.headers))
    assert [output.topic for output in outputs] == [ALERTS.name, alert_topic("desk").name]
    return [Alert.read(output.value or b"") for output in outputs]


def withdrawn(met: Mention) -> ArticleRevised:
    """Its article was taken back."""
    article = met.article.model_copy(update={"revision": "0ther", "seen_at": NOON + timedelta(hours=1)})
    return ArticleRevised(
        article=article, replaces=met.article.revision, withdrawn=True, met=(), revised_at=article.seen_at
    )


def test_an_update_says_who_cares_for_its_alert_in_both_topics_and_a_ring_says_nothing() -> None:
    handled = HandledAlerts()
    decider = decides(handled)
    untouched, cared_for = (mention(slug=slug, topic="desk") for slug in ("one", "two"))
    rings = written(decider, untouched) + written(decider, cared_for)
    handled.take(
        Acknowledgement(
            id="ack-1", alert_id=rings[-1].id, watch="ttp", action="acknowledge", by="Zarmina", at=NOON, via="cli"
        )
    )
    again = written(decides(handled), cared_for)
    nobody, zarmina = written(decider, withdrawn(untouched)), written(decider, withdrawn(cared_for))

    assert {(each.action, each.handling) for each in rings + again} == {("ring", None)}
    assert {(each.action, each.id, each.handling) for each in nobody} == {("update", rings[0].id, None)}
    assert [(each.action, each.id) for each in zarmina] == [("update", rings[-1].id)] * 2
    assert [each.handling for each in zarmina] == [Handling(acknowledged_by="Zarmina", acknowledged_at=NOON)] * 2
