from services.alerting.decide.carriers import Carriers


def test_an_article_is_carried_by_each_watch_once_until_that_is_removed() -> None:
    carriers = Carriers()
    for watch in (b"one", b"two", b"one", b"three", b"two"):
        carriers.add(b"art-1", watch)
    carriers.add(b"art-2", b"one")

    assert sorted(carriers.of(b"art-1")) == [b"one", b"three", b"two"]
    for watch, left in [
        (b"two", [b"one", b"three"]),
        (b"none", [b"one", b"three"]),
        (b"three", [b"one"]),
        (b"one", []),
    ]:
        carriers.remove(b"art-1", watch)
        assert sorted(carriers.of(b"art-1")) == left
    assert carriers.of(b"art-2") == (b"one",)
    assert len(carriers) == 1
