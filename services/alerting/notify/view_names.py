"""The names that a template may use. All are there always, whatever the message is of; what is not, is empty."""

from typing import Literal, TypedDict

from schemas import Severity
from services.alerting.notify.neutral import Direction

Kind = Literal["alert", "collective", "group", "channel"]
"""`alert`: of one article. `collective`: a watch's alert that stands for several, or a digest. `group`: what waited for
the same moment at this channel. `channel`: a channel is in trouble, or out of it."""


class Part(TypedDict):
    """Words in a row."""

    text: str
    is_watched: bool
    """They are what the watch asks for."""


class Sentence(TypedDict):
    """Something as published."""

    parts: list[Part]
    text: str
    """The same without distinction."""
    dir: Direction
    lang: str
    """BCP 47 tag, or empty."""


class Outlet(TypedDict):
    """An outlet that has the story."""

    name: str
    title: Sentence
    language: str
    url: str
    is_withdrawn: bool


class Item(TypedDict):
    """One alert of several."""

    watch: str
    """Only in groups: those of a collective alert are of its watch."""
    severity: str
    """Likewise."""
    is_update: bool
    title: Sentence
    outlet: str
    language: str
    url: str
    names: str
    why: str
    at: str
    outlets: int


class Blind(TypedDict):
    """A source that could not be heard."""

    name: str
    trouble: str
    since: str


class Covered(TypedDict):
    """What a digest could know."""

    text: str
    heard: int
    carried: int
    since: str
    until: str
    blind: list[Blind]
    more: int
    """Blind sources that are not listed."""


class Trouble(TypedDict):
    """Of a channel."""

    channel: str
    is_over: bool
    since: str
    reason: str
    fix: str
    waiting: int


class NoteLine(TypedDict):
    """A word about an alert."""

    by: str
    at: str
    text: str


class Care(TypedDict):
    """What people did about it."""

    text: str
    acknowledged_by: str
    assigned_to: str
    notes: list[NoteLine]


class View(TypedDict):
    """The names that a template may use."""

    kind: Kind
    channel: str
    """The channel's id that it goes to."""
    is_test: bool
    is_update: bool
    is_withdrawn: bool
    is_escalated: bool
    severity: Severity
    watch: str
    """The watch's name; empty of groups and channels."""
    about: str
    """Who was met; or what it stands for, or is about."""
    reason: str
    """`first-mention`, ... (`schemas.Reason`); of groups `hours` or `ceiling`, of channels `dead`, `disabled` or
    `missing`."""
    why: str
    """The same in words."""
    title: Sentence
    sentences: list[Sentence]
    """Of the text, without the title."""
    outlet: str
    language: str
    """By its name."""
    url: str
    at: str
    age: str
    """How long after publication it rang; or empty."""
    note: str
    held: str
    changes: list[str]
    figures: list[str]
    remarks: list[str]
    topics: list[str]
    more_topics: int
    outlets_text: str
    """How many outlets have it; empty for one."""
    outlets: list[Outlet]
    items: list[Item]
    stands_for: int
    more_items: int
    coverage: Covered | None
    trouble: Trouble | None
    handling: Care | None
    acknowledge_url: str
    alert_url: str
