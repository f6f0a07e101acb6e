from datetime import timedelta

from schemas import Alert
from services.backbone.topics import (
    ALERTING_STATE,
    ALERTS,
    BROKER_RECORD_BYTES,
    MAX_RECORD_BYTES,
    MENTIONS,
    TOPICS,
    declared,
)

KEPT = {
    "articles": 7,
    "articles.tagged": 30,
    "mentions": 7,
    "alerts": 90,
    "canary": 1,
    "sources.incidents": 90,
    "ingestion.state": None,
    "alerting.state": None,
    "deliveries": 30,
    "dead-letters": 30,
    "watches": None,
    "configuration.changes": 90,
    "acknowledgements": 90,
    "feedback": 90,
    "notifications": 30,
    "channels.state": None,
    "channels.incidents": 90,
}
"""Days, as the table of topics in the design says, and of some that came later; None: compacted."""


def test_the_topics_are_kept_as_long_as_the_design_says() -> None:
    assert {topic.name: topic.retention and topic.retention.days for topic in TOPICS} == KEPT
    assert {topic.name for topic in TOPICS if topic.cleanup == "compact"} == {
        name for name, days in KEPT.items() if days is None
    }


def test_the_broker_is_told_in_its_own_words() -> None:
    assert MENTIONS.config() == {
        "cleanup.policy": "delete",
        "retention.ms": str(7 * 24 * 60 * 60 * 1000),
        "max.message.bytes": str(4 * 1024 * 1024),
    }
    assert ALERTING_STATE.config() == {
        "cleanup.policy": "compact",
        "max.message.bytes": str(4 * 1024 * 1024),
        "segment.bytes": str(32 * 1024 * 1024),
        "min.cleanable.dirty.ratio": "0.2",
    }


def test_state_stands_in_the_partition_of_its_mentions() -> None:
    assert ALERTING_STATE.partitions == MENTIONS.partitions


def test_a_record_over_our_limit_passes_the_broker_so_that_it_can_be_seen_and_set_aside() -> None:
    assert BROKER_RECORD_BYTES >= 2 * MAX_RECORD_BYTES


def test_a_watch_may_name_a_topic_of_its_own() -> None:
    topics = declared(["desk", "bureau", "desk"])
    names = [topic.name for topic in topics]
    assert names[len(TOPICS) :] == ["alerts.bureau", "alerts.desk"]
    assert len(set(names)) == len(names)
    own = topics[-1]
    assert (own.model, own.partitions, own.retention) == (Alert, ALERTS.partitions, timedelta(days=90))


def test_each_name_is_one_that_kafka_takes() -> None:
    """At most 249 characters; `.` and `_` are one in its metrics, so no name has both."""
    for topic in declared(["a" * 100]):
        assert 0 < len(topic.name) <= 249
        assert set(topic.name) <= set("abcdefghijklmnopqrstuvwxyz0123456789.-")
