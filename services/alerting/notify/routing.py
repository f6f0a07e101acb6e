"""Which alert goes to which channel."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from services.alerting.notify.channels.channel import Channel, Unusable
from services.alerting.notify.installation import Installation, load_installation
from services.alerting.watching.watches import load_watches
from services.backbone.errors import ConfigurationError, Defect


@dataclass(frozen=True, slots=True)
class Routes:
    """The channels, ready to be opened, and the watches' choices among them."""

    channels: Mapping[str, Channel]
    by_watch: Mapping[str, tuple[str, ...]]
    """Only of watches that name their channels."""
    default: tuple[str, ...]
    digest: str

    def channels_of(self, watch_id: str) -> tuple[str, ...]:
        """Where the alerts of a watch go; a watch that is no longer there has no choice of its own."""
        return self.by_watch.get(watch_id, self.default)


def load_routes(folder: Path, environment: Mapping[str, str] = os.environ) -> Routes:
    """Read the channels with their secrets, and the watches.

    Raises:
        ConfigurationError: with every defect; a secret that is not there is one.
    """
    watches, installation = load_watches(folder), load_installation(folder)
    return Routes(
        channels=_channels(installation, folder, environment),
        by_watch={watch.id: watch.channels for watch in watches.listed if watch.channels is not None},
        default=installation.default_channels,
        digest=sha256(f"{watches.digest} {installation.digest}".encode()).hexdigest()[:12],
    )


def _channels(installation: Installation, folder: Path, environment: Mapping[str, str]) -> dict[str, Channel]:
    channels: dict[str, Channel] = {}
    defects: list[Defect] = []
    for config, file, path in installation.channels:
        try:
            channels[config.id] = config.channel(folder, environment)
        except Unusable as error:
            defects.append(Defect(file.locate((*path, error.key)), error.what, error.fix))
    if defects:
        raise ConfigurationError(defects)
    return channels
