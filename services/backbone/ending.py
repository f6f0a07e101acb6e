"""Calls that end a transaction, in a thread of their own, because librdkafka can block in them for ever.

`send_offsets_to_transaction` passes over its time-out once the broker was away (librdkafka's issue 5456). A thread that
comes late does not commit: the next session has fenced its producer, or is about to.
"""

import threading
from collections.abc import Callable

from services.backbone.errors import TransactionStuck


class Ending(threading.Thread):
    """One call after the other, and none any more once nobody waits."""

    def __init__(self, *calls: Callable[[], object]) -> None:
        super().__init__(daemon=True, name="transaction")
        self._calls = calls
        self._abandoned = False
        self._failure: Exception | None = None

    def within(self, seconds: float) -> None:
        """Make the calls.

        Raises:
            KafkaException: the result is doubtful, or the transaction was refused.
            TransactionStuck: they did not return in time.
        """
        self.start()
        self.join(seconds)
        self._abandoned = self.is_alive()
        if self._abandoned:
            raise TransactionStuck(f"the transaction did not end within {seconds:.0f} s; was the broker away?")
        if self._failure is not None:
            raise self._failure

    def run(self) -> None:
        """In the thread."""
        try:
            for call in self._calls:
                if not self._abandoned:
                    call()
        except Exception as error:
            self._failure = error
