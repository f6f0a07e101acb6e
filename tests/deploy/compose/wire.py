"""Articles that are posted while a stack runs."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import httpx

TOKEN: Final = "a-token-of-this-test-0123456789"
PAUSE_SECONDS: Final = 0.15
_GIVE_UP_SECONDS: Final = 90.0


def article(number: int, who: str = "the TTP") -> dict[str, Any]:
    """An article of its own story that names somebody."""
    return {
        "id": f"report-{number}",
        "url": f"https://wire.example/report-{number}",
        "title": f"Report {number} of the wire",
        "text": f"Officials spoke of {who} in report {number} of {number * 7919}.",
        "language": "en",
    }


class Wire:
    """Posts one article after the other; what is not taken for good is posted again, as a sender does."""

    def __init__(self, port: int) -> None:
        self._address = f"http://127.0.0.1:{port}/articles"
        self.taken: list[str] = []
        """The addresses of those that the broker has."""

    def post(self, number: int) -> None:
        """Return when it is taken."""
        sent, end = article(number), time.monotonic() + _GIVE_UP_SECONDS
        while time.monotonic() < end:
            try:
                headers = {"authorization": f"Bearer {TOKEN}"}
                answer = httpx.post(self._address, json=sent, headers=headers, timeout=15, trust_env=False)
            except httpx.HTTPError:
                time.sleep(0.3)
                continue
            if answer.status_code == 202:
                self.taken.append(sent["url"])
                return
            assert answer.status_code in (429, 503), answer.text
            time.sleep(0.5)
        raise AssertionError(f"article {number} was not taken within {_GIVE_UP_SECONDS} s")

    @contextmanager
    def posting(self, begin: int) -> Iterator[None]:
        """Post from this number on for the block."""
        stop, failed = threading.Event(), list[BaseException]()

        def post() -> None:
            number = begin
            try:
                while not stop.is_set():
                    self.post(number)
                    number += 1
                    stop.wait(PAUSE_SECONDS)
            except BaseException as error:
                failed.append(error)

        thread = threading.Thread(target=post)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()
        assert not failed, failed
