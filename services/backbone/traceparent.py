"""W3C Trace Context: which trace a record, or a request, is part of. Version 00, 55 characters of lower case.

00-<trace id, 32 hex>-<span id, 16 hex>-<flags>     flags 01: whoever wrote it recorded its span; 00: nobody did
"""

import re
import secrets
from collections.abc import Iterable
from typing import Final

HEADER: Final = "traceparent"

_TRACEPARENT = re.compile(rb"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


def read(value: bytes | None) -> str | None:
    """What a header says; None where it is not there or malformed."""
    return value.decode() if value is not None and _TRACEPARENT.fullmatch(value) else None


def stated(headers: Iterable[tuple[str, bytes]] | None) -> str | None:
    """What a record's headers say; None where that is nothing, or malformed."""
    return read(next((value for name, value in headers or () if name == HEADER), None))


def new() -> str:
    """The first of a trace that nobody records."""
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-00"


def trace_id(trace: str | None) -> str | None:
    """Of a `traceparent`."""
    return trace[3:35] if trace is not None else None


def is_recorded(trace: str) -> bool:
    """Whether it says that its span was recorded (section 3.2.2.5.1)."""
    return bool(int(trace[-2:], 16) & 1)
