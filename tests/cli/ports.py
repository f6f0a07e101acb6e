"""The six processes, and room for them."""

import socket
from contextlib import ExitStack

from services.broker import free_port

SIX = ("ingestion", "tagging", "match", "decide", "notify", "api")


def six_free_ports() -> int:
    """The first of six ports in a row that nobody listens on."""
    while True:
        first = free_port()
        try:
            with ExitStack() as stack:
                for port in range(first, first + len(SIX)):
                    stack.enter_context(socket.socket()).bind(("127.0.0.1", port))
                return first
        except (OSError, OverflowError):
            continue
