from prometheus_client import REGISTRY

from services.backbone.lag import Lag


def shown(partition: str) -> float | None:
    labels = {"stage": "notify", "consumer": "notify.desk", "topic": "notifications", "partition": partition}
    return REGISTRY.get_sample_value("tocsin_consumer_lag_records", labels)


def test_what_is_another_instances_is_taken_back() -> None:
    lag = Lag("notify", "notify.desk")
    lag.show(("notifications", 0), 7)
    lag.show(("notifications", 1), 0)
    assert (shown("0"), shown("1")) == (7, 0)
    lag.keep([("notifications", 1), ("notifications", 2)])
    assert (shown("0"), shown("1"), shown("2")) == (None, 0, None)
    lag.keep([])
    assert shown("1") is None
