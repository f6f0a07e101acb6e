"""Why a mention rang or did not, and why nobody is told of an alert."""

from enum import StrEnum


class Reason(StrEnum):
    """Why a mention rang, or why it did not. The same word stands in the alert, the log and the metric."""

    FIRST_MENTION = "first-mention"
    """The watch has not rung for any of what it met: it rings."""
    NEW_STORY = "new-story"
    """The watch rang for what it met before, but this is another story: it rings."""
    NEW_ENTITY = "new-entity"
    """A story that rang now names someone whom the watch asks for and who was not in it: it rings."""

    FURTHER_SOURCE = "further-source"
    """An update: a source of its own origin joins the story."""
    COPY = "copy"
    """An update: another outlet's copy joins the story; the count grows, nobody is told."""
    FIGURE_CHANGED = "figure-changed"
    """An update: a number that the story states is another one now."""
    CORRECTED = "corrected"
    """An update: the title, or a sentence that the alert rests on, reads differently now."""
    WITHDRAWN = "withdrawn"
    """An update: the article was taken back, or the passage that the alert rests on is gone."""

    GROUP = "group"
    """A collective alert: what came within the group's wait or interval."""
    COOLDOWN_OVER = "cooldown-over"
    """A collective alert: what the cooldown held back."""
    FLOOD = "flood"
    """A collective alert: what was more than the watch's limit."""
    HOURS_BEGIN = "hours-begin"
    """A collective alert: what came outside of the watch's hours."""
    SILENCE_OVER = "silence-over"
    """A collective alert: what a silence held back."""
    DIGEST = "digest"
    """A collective alert: all since the last digest; an empty one says so."""

    SAME_ARTICLE = "same-article"
    """Silent: this revision, or a later one of its source, was decided already."""
    NOTHING_NEW = "nothing-new"
    """Silent: a further revision or copy without anything that is told."""
    NOT_RUNG_FOR = "not-rung-for"
    """Silent: an article was revised that the watch never met."""


class Held(StrEnum):
    """Why nobody is told of an alert that stands on the topic."""

    FIRST_PASS = "first-pass"  # noqa: S105 - no password
    """It was there already when its source or its watch was new."""
    TOO_OLD = "too-old"
    """It was published longer ago than the watch's `max_age` when it was first seen."""
    NO_WATCH = "no-watch"
    """The watch was removed, or switched off, before it was decided."""
    SILENCED = "silenced"
    """A silence held it; it is told of when the silence ends."""
    INHIBITED = "inhibited"
    """A more severe watch rings for the same article."""
    OUTSIDE_HOURS = "outside-hours"
    """It waits for the watch's hours."""
    DIGEST = "digest"
    """It waits for the digest."""
    GROUPED = "grouped"
    """It waits for its group."""
    COOLDOWN = "cooldown"
    """It waits for the end of the cooldown."""
    LIMITED = "limited"
    """It is more than the watch's limit; a summary stands for it."""
