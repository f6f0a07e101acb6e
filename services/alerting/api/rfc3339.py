"""Times as somebody outside writes them: RFC 3339 and nothing else, as the contract says (`format: date-time`)."""

import re
from typing import Annotated, Final

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from schemas.event import UtcDatetime

_DATE_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII | re.IGNORECASE)
"""Source: RFC 3339, section 5.6."""


def _date_time(written: object) -> object:
    """A number would be seconds or milliseconds, whichever it looks like: nobody means that."""
    if isinstance(written, str) and _DATE_TIME.fullmatch(written):
        return written
    raise PydanticCustomError("datetime_rfc3339", "not a time as RFC 3339 writes it, with its zone")


Moment = Annotated[UtcDatetime, BeforeValidator(_date_time, json_schema_input_type=UtcDatetime)]
"""An instant in an address or a body."""
