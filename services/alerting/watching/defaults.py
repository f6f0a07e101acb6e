"""What the watches of one file have in common: `defaults:` at its top."""

from pydantic import BaseModel, ConfigDict

from schemas import Severity
from schemas.event import Identifier
from services.alerting.watching.policy import Cooldown, Digest, Group, Hours, Limit
from services.alerting.watching.watch import Watch
from services.backbone.durations import Duration


class Defaults(BaseModel):
    """Settings of each watch that does not say them itself; `hours: null` in a watch says that it has none."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    owner: Identifier | None = None
    """Whose they are."""
    severity: Severity | None = None
    """How much they matter."""
    max_age: Duration | None = None
    """What was published longer ago tells nobody."""
    hours: Hours | None = None
    """When people are told."""
    group: Group | None = None
    """What is told in one alert."""
    cooldown: Cooldown | None = None
    """How long nothing further is told after an alert."""
    digest: Digest | None = None
    """Tell at these times only, all at once."""
    limit: Limit | None = None
    """The most alerts in a time."""
    topic: Identifier | None = None
    """Also write their alerts to the topic `alerts.<topic>`."""
    channels: tuple[Identifier, ...] | None = None
    """Where their alerts go."""


def with_defaults(watch: Watch, defaults: Defaults) -> Watch:
    """The watch with what it leaves out."""
    given = {key: value for key in defaults.model_fields_set if (value := getattr(defaults, key)) is not None}
    missing = {key: value for key, value in given.items() if key not in watch.model_fields_set}
    return watch.model_copy(update=missing) if missing else watch
