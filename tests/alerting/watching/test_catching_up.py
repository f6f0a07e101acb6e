"""Who decides and who routes reads a configuration anew that it has not seen, once."""

from services.alerting.watching.catching_up import MOST_DIGESTS, CaughtUp


def test_each_configuration_is_caught_up_with_once() -> None:
    caught_up = CaughtUp()

    assert [caught_up.is_new(digest) for digest in ("one", "two", "one", "two")] == [True, True, False, False]


def test_not_more_are_remembered_than_a_bound() -> None:
    caught_up = CaughtUp()
    for number in range(MOST_DIGESTS):
        caught_up.is_new(str(number))

    assert not caught_up.is_new("0")
    assert caught_up.is_new("one more")
    assert caught_up.is_new("0"), "all were let go"
