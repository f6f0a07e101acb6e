import threading
from collections.abc import Callable

import pytest

from services.backbone.ending import Ending
from services.backbone.errors import TransactionStuck


def noting(made: list[str], name: str) -> Callable[[], None]:
    return lambda: made.append(name)


def test_the_calls_are_made_one_after_the_other() -> None:
    made: list[str] = []
    Ending(noting(made, "offsets"), noting(made, "commit")).within(5)
    assert made == ["offsets", "commit"]


def test_a_call_that_fails_is_the_last_and_its_error_is_raised() -> None:
    made: list[str] = []
    with pytest.raises(ZeroDivisionError):
        Ending(lambda: 1 / 0, noting(made, "commit")).within(5)
    assert made == []


def test_what_comes_late_is_not_committed() -> None:
    made, returned = list[str](), threading.Event()
    ending = Ending(lambda: returned.wait(20), noting(made, "commit"))
    with pytest.raises(TransactionStuck, match="did not end within"):
        ending.within(0.1)
    returned.set()
    ending.join(5)
    assert made == []
