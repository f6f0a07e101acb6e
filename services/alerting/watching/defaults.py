"""What the watches of one file have in common: `defaults:` at its top."""

from pydantic import BaseModel, ConfigDict

from schemas import Severity
from schemas.event import Identifier
from services.alerting.watching.policy import Cooldown, Digest, Group, Hours, Limit
from services.alerting.watching.watch import Watch
from services.backbone.durations import Duration


class Defaults(BaseModel):
    """Settings of each watch that does not say them itself; `hours: null` in a watch says that it has none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    owner: Identifier | None = None
    severity: Severity | None = None
    max_age: Duration | None = None
    hours: Hours | None = None
    group: Group | None = None
    cooldown: Cooldown | None = None
    digest: Digest | None = None
    limit: Limit | None = None
    topic: Identifier | None = None
    channels: tuple[Identifier, ...] | None = None


def with_defaults(watch: Watch, defaults: Defaults) -> Watch:
    """The watch with what it leaves out."""
    given = {key: value for key in defaults.model_fields_set if (value := getattr(defaults, key)) is not None}
    missing = {key: value for key, value in given.items() if key not in watch.model_fields_set}
    return watch.model_copy(update=missing) if missing else watch
