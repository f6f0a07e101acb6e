"""What all channels have in common: how one is configured, how it is reached."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Annotated, Protocol

from pydantic import BaseModel, ConfigDict, Field

from schemas import Alert
from schemas.event import Identifier
from services.alerting.notify.channels.answer import Answer
from services.alerting.notify.retry import DEFAULT_SCHEDULE

Send = Callable[[Alert], Awaitable[Answer]]
"""One attempt. It ends within a bounded time and raises nothing that the channel or the network can cause."""


class Channel(Protocol):
    """A channel with all that it needs. Two that are equal do the same."""

    @property
    def config(self) -> "ChannelConfig": ...

    def connect(self) -> AbstractAsyncContextManager[Send]:
        """Open it; the sender works until the context ends."""
        ...


class Unusable(ValueError):
    """A channel is well described, but what it needs is not there.

    Attributes:
        key: the key of the description that names what is not there.
        what: what is wrong.
        fix: what to do.
    """

    def __init__(self, key: str, what: str, fix: str) -> None:
        super().__init__(f"{what}; {fix}")
        self.key, self.what, self.fix = key, what, fix


class ChannelConfig(BaseModel):
    """What every channel may say in `tocsin.yaml`."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    id: Identifier
    """What watches call it."""
    retry_seconds: Annotated[tuple[Annotated[float, Field(gt=0, le=7 * 24 * 3600)], ...], Field(max_length=100)] = (
        DEFAULT_SCHEDULE
    )
    """How long to wait after each failed attempt. When they are used up the alert has failed at this channel."""

    def channel(self, folder: Path, environment: Mapping[str, str]) -> Channel:
        """The channel itself.

        Args:
            folder: the configuration folder; relative paths begin there.
            environment: where secrets are that the configuration names.

        Raises:
            Unusable: something that it needs is not there.
        """
        raise NotImplementedError
