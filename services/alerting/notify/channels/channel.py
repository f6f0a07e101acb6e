"""What all channels have in common: how one is configured, how it is reached."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from schemas.event import Identifier
from services.alerting.notify.channels.answer import Answer
from services.alerting.notify.message import Message
from services.alerting.notify.retry import DEFAULT_SCHEDULE
from services.backbone.durations import Duration

Send = Callable[[Message], Awaitable[Answer]]
"""One attempt. It ends within a bounded time and raises nothing that the channel or the network can cause."""


class Channel(Protocol):
    """A channel with all that it needs. Two that are equal do the same."""

    @property
    def config(self) -> "ChannelConfig": ...

    def connect(self) -> AbstractAsyncContextManager[Send]:
        """Open it without waiting for anybody: that it cannot be reached is an answer. It works until the end."""
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


class SecretUnset(Unusable):
    """Its secret is not there: so it is, too, wherever the configuration is looked at but nothing is sent."""


class _Described(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Ceiling(_Described):
    """The most that a channel is told in a time. What is more is held and told once, grouped."""

    alerts: Annotated[int, Field(ge=1, le=100_000)]
    """How many messages."""
    per: Annotated[Duration, Field(gt=timedelta(0), le=timedelta(days=7))]
    """In any stretch of this length."""


class TemplateFile(_Described):
    """`{file: PATH}`"""

    file: Path
    """The file that holds the template; relative to the configuration folder."""


Written = Annotated[str, StringConstraints(max_length=100_000)] | TemplateFile
"""A template as it stands in the configuration: the text itself, or where it is."""


class Templates(_Described):
    """What a channel shows instead of the texts that come with it; what is left out stays as it comes."""

    subject: Written | None = None
    """One line: of a mail its subject, of a chat message its title."""
    text: Written | None = None
    """Plain text."""
    html: Written | None = None
    """HTML; values are escaped."""
    markdown: Written | None = None
    """Markdown, for chats."""


class ChannelConfig(_Described):
    """What every channel may say in `tocsin.yaml`."""

    id: Identifier
    """What routes and watches call it."""
    retry_seconds: Annotated[tuple[Annotated[float, Field(gt=0, le=7 * 24 * 3600)], ...], Field(max_length=100)] = (
        DEFAULT_SCHEDULE
    )
    """How long to wait after each failed attempt. When they are used up the alert has failed at this channel."""
    concurrency: Annotated[int, Field(ge=1, le=64)] = 16
    """Attempts at a time."""
    order: Literal["none", "watch"] = "none"
    """`watch`: the alerts of a watch go one after the other, as they rang; one that is tried again holds up those
    behind it. `none`: each goes as soon as it can."""
    ceiling: Ceiling | None = None
    """The most that it is told in a time; null: all."""

    @property
    def digest(self) -> str:
        """Changes with the description."""
        return sha256(self.model_dump_json().encode()).hexdigest()[:12]

    def channel(self, folder: Path, environment: Mapping[str, str]) -> Channel:
        """The channel itself.

        Args:
            folder: the configuration folder; relative paths begin there.
            environment: where secrets are that the configuration names.

        Raises:
            Unusable: something that it needs is not there.
        """
        raise NotImplementedError


class TextChannelConfig(ChannelConfig):
    """What a channel may say besides that shows texts."""

    templates: Templates = Templates()
    """Texts of one's own."""
