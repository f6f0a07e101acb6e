"""What routes ask of alerts."""

import pytest
from pydantic import ValidationError

from schemas import Alert, AlertItem, Reason, Source
from services.alerting.routing.labels import KEYS, Conditions, disagreement, labels_of
from tests.alerting.examples import NOON, alert


def rang() -> Alert:
    """An alert of the watch `ttp`, which is of owner `kabul`; it met the TTP and is about safe havens."""
    return alert(owner="kabul", severity="high")


def in_short(alert: Alert, source: str, country: str | None, language: str | None) -> AlertItem:
    return AlertItem(
        alert_id=alert.id,
        reason=Reason.NEW_STORY,
        title="Another title",
        url="",
        source=Source(id=source, name=source, country=country),
        language=language,
        names=("TTP",),
        rang_at=NOON,
    )


def disagreed(match: dict[str, object], unless: dict[str, object], alert: Alert) -> str | None:
    return disagreement(
        Conditions.model_validate(match).asked, Conditions.model_validate(unless).asked, labels_of(alert)
    )


def test_every_key_that_a_route_may_ask_for_is_a_label() -> None:
    assert tuple(labels_of(rang())) == KEYS


@pytest.mark.parametrize(
    "match",
    [
        pytest.param({}, id="nothing is asked"),
        pytest.param({"watch": "ttp"}, id="its watch"),
        pytest.param({"owner": ["isb", "kabul"]}, id="one of two owners"),
        pytest.param({"severity": "high"}, id="its severity"),
        pytest.param({"kind": "armed-group"}, id="a kind of actor"),
        pytest.param({"entity": "ttp"}, id="an actor by its id"),
        pytest.param({"entity": "actor/ttp"}, id="an actor by its label"),
        pytest.param({"topic": "safe-havens"}, id="a topic of the article that the watch does not ask for"),
        pytest.param({"language": "en"}, id="a language"),
        pytest.param({"source": "example-news"}, id="a source"),
        pytest.param({"reason": "first-mention", "action": "ring"}, id="why it rang, and that it did"),
    ],
)
def test_an_alert_agrees_with_what_it_has(match: dict[str, object]) -> None:
    assert disagreed(match, {}, rang()) is None


@pytest.mark.parametrize(
    ("match", "unless", "key"),
    [
        pytest.param({"owner": "kabul", "severity": ["low", "critical"]}, {}, "severity", id="one key of two"),
        pytest.param({"country": "AF"}, {}, "country", id="what the alert lacks"),
        pytest.param({}, {"topic": ["sport", "safe-havens"]}, "unless topic", id="one value that it must not have"),
        pytest.param({"owner": "isb"}, {"topic": "safe-havens"}, "owner", id="what is asked is looked at first"),
    ],
)
def test_the_first_key_that_disagrees_is_told(match: dict[str, object], unless: dict[str, object], key: str) -> None:
    assert disagreed(match, unless, rang()) == key


def test_an_alert_for_several_has_the_sources_countries_and_languages_of_all() -> None:
    one = rang()
    items = (in_short(one, "dawn", "PK", "ur-Arab-PK"), in_short(one, "unknown", None, None))
    labels = labels_of(one.model_copy(update={"items": items}))

    assert labels["source"] == {"example-news", "dawn", "unknown"}
    assert labels["country"] == {"PK"}
    assert labels["language"] == {"en", "ur"}


def test_an_alert_of_no_article_has_none() -> None:
    labels = labels_of(rang().model_copy(update={"article": None, "matches": (), "topics": ()}))

    assert labels["source"] == labels["language"] == labels["entity"] == frozenset()
    assert labels["watch"] == {"ttp"}


@pytest.mark.parametrize(
    ("written", "told"),
    [
        pytest.param({"severity": "hihg"}, "Input should be 'low', 'normal', 'high' or 'critical'", id="severity"),
        pytest.param({"country": "Afghanistan"}, "not a country's code of two capital letters", id="country"),
        pytest.param({"language": "en-GB"}, "not a language's code; write it like ps", id="language"),
        pytest.param({"owner": []}, "an empty list; name one at least", id="nobody"),
        pytest.param({"action": "rings"}, "Input should be 'ring' or 'update'", id="action"),
    ],
)
def test_what_no_alert_can_have_is_refused(written: dict[str, object], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Conditions.model_validate(written)
