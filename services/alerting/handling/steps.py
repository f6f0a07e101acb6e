"""What somebody did about an alert, or says of it, as an event. Pure: the time is given.

Names and notes come from anywhere, and are shown in terminals, mails, feeds and pages: they are plain text on one line,
without controls, marks that turn the direction of what follows, or letters that nobody sees.
"""

import unicodedata
from datetime import datetime, timedelta
from typing import Final, Literal

from schemas import Acknowledgement, Feedback, FeedbackVerdict
from schemas.handling import Via
from schemas.ids import feedback_id, step_id

StepAction = Literal["acknowledge", "release", "assign", "note"]

MOST_NAME_CHARACTERS: Final = 100
MOST_NOTE_CHARACTERS: Final = 2_000
EARLIEST: Final = timedelta(days=7)
"""How long after it was first asked for a step is known to be the same one."""
_JOINERS: Final = frozenset("\u200c\u200d")
"""Persian, Urdu and the Indic scripts are not written right without them."""
_BLANK: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters and signs that show nothing."""


class BadStep(ValueError):
    """What was asked for is no step, or no word on an alert.

    Attributes:
        field: what is wrong: `by`, `to`, `note`, `asked_at`.
        what: how.
        fix: what to do.
    """

    def __init__(self, field: str, what: str, fix: str) -> None:
        super().__init__(f"{field}: {what}; {fix}")
        self.field, self.what, self.fix = field, what, fix


def step(
    alert_id: str,
    watch: str,
    action: StepAction,
    by: str,
    at: datetime,
    via: Via,
    *,
    to: str | None = None,
    note: str = "",
    asked_at: datetime | None = None,
) -> Acknowledgement:
    """One step that somebody took.

    Args:
        alert_id: of the alert.
        watch: that rang.
        action: what is done.
        by: who.
        at: when.
        via: which way it came.
        to: of `assign`: to whom; None or blank: nobody's any more.
        note: what there is to say.
        asked_at: when it was asked for first, where it may be asked for again: the same of the same second is one step.

    Raises:
        BadStep: it is none.
    """
    who, words = _name("by", by), _note(note)
    whom = _name("to", to) if action == "assign" and to is not None and clean(to) else None
    if action == "note" and not words:
        raise BadStep("note", "an empty note", "write what there is to say")
    if action != "assign" and to is not None and clean(to):
        raise BadStep("to", f"{action} is to nobody", "leave it out, or assign the alert")
    id_ = step_id(alert_id, action, who, whom, words, _first(asked_at, at))
    return Acknowledgement(
        id=id_, alert_id=alert_id, watch=watch, action=action, by=who, to=whom, note=words, at=at, via=via
    )


def word(
    alert_id: str,
    watch: str,
    verdict: FeedbackVerdict,
    by: str,
    at: datetime,
    via: Via,
    *,
    note: str = "",
    asked_at: datetime | None = None,
) -> Feedback:
    """What somebody says of an alert; the arguments are those of `step`.

    Raises:
        BadStep: it is none.
    """
    who, words = _name("by", by), _note(note)
    id_ = feedback_id(alert_id, verdict, who, words, _first(asked_at, at))
    return Feedback(id=id_, alert_id=alert_id, watch=watch, verdict=verdict, by=who, note=words, at=at, via=via)


def clean(text: str) -> str:
    """The text on one line, in composed letters, without what steers a display or shows nothing."""
    kept = "".join(_kept(char) for char in unicodedata.normalize("NFC", text))
    return " ".join(kept.split()).strip("\u200c\u200d ")


def _kept(char: str) -> str:
    category = unicodedata.category(char)
    if category in ("Cc", "Zl", "Zp", "Zs"):
        return " "
    is_hidden = char in _BLANK or category == "Cs" or (category == "Cf" and char not in _JOINERS)
    return "" if is_hidden else char


def _name(field: str, given: str) -> str:
    name = clean(given)
    if not any(char.isalnum() for char in name):
        raise BadStep(field, "no name", "give a name of at least one letter")
    if len(name) > MOST_NAME_CHARACTERS:
        fix = f"give one of at most {MOST_NAME_CHARACTERS} characters"
        raise BadStep(field, f"a name of {len(name)} characters", fix)
    return name


def _note(given: str) -> str:
    note = clean(given)
    if len(note) > MOST_NOTE_CHARACTERS:
        fix = f"give one of at most {MOST_NOTE_CHARACTERS} characters"
        raise BadStep("note", f"a note of {len(note)} characters", fix)
    return note


def _first(asked_at: datetime | None, at: datetime) -> datetime:
    """The second that a step's id is from."""
    if asked_at is None:
        return at
    if not at - EARLIEST <= asked_at <= at + timedelta(minutes=1):
        raise BadStep("asked_at", "not of the last seven days", "say when it was asked for first, or leave it out")
    return asked_at
