"""The base of everything that travels between services.

Events are CloudEvents 1.0 (https://github.com/cloudevents/spec, Kafka protocol binding, binary mode): the attributes
go into record headers, the value is the JSON of the model alone.
"""

from datetime import UTC, datetime
from typing import Annotated, ClassVar, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, StringConstraints


def _to_utc(moment: datetime) -> datetime:
    if moment.tzinfo is UTC:
        return moment
    try:
        return moment.astimezone(UTC)
    except OverflowError:  # the first or last day of the calendar, in another zone
        raise ValueError("outside of the years 1 to 9999 in UTC") from None


UtcDatetime = Annotated[AwareDatetime, AfterValidator(_to_utc)]
"""An instant: naive values are refused, others are brought to UTC."""

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=100)]
"""An id that people write in configuration: lower case letters, digits and hyphens."""


class Value(BaseModel):
    """A part of an event: frozen, and strict about what we write.

    Reading is tolerant: `read` ignores fields that a newer release added.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True)


class Event(Value):
    """One record on a topic."""

    ce_type: ClassVar[str]
    """CloudEvents `type`. The number at its end changes only when a reader of the old form would break."""

    @property
    def event_id(self) -> str:
        """CloudEvents `id`: the same input gives the same id, so a repeat can be seen as one."""
        raise NotImplementedError

    @property
    def key(self) -> str:
        """The record's key: what is ordered with what."""
        raise NotImplementedError

    @classmethod
    def read(cls, value: bytes) -> Self:
        """Decode a record's value as a newer or older release wrote it.

        Raises:
            pydantic.ValidationError: the value is not JSON, or lacks what this release needs.
        """
        return cls.model_validate_json(value, extra="ignore")

    def write(self) -> bytes:
        """The record's value: JSON in UTF-8."""
        return self.__pydantic_serializer__.to_json(self)
