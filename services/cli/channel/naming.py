"""A channel by the name that it has in `tocsin.yaml`."""

from services.alerting.notify.channels.channel import ChannelConfig
from services.alerting.notify.installation import Installation
from services.backbone.configuration import nearest
from services.backbone.errors import Location, TocsinError


class UnknownChannel(TocsinError):
    """No channel has this id."""

    def __init__(self, name: str, installation: Installation) -> None:
        near = nearest(name, installation.channel_ids, "tocsin channel list shows them all")
        super().__init__(f"no channel has the id {name!r}; {near}")


def described(name: str, installation: Installation) -> tuple[ChannelConfig, Location]:
    """The channel of this id, and where it is described.

    Raises:
        UnknownChannel: there is none.
    """
    for config, file, path in installation.channels:
        if config.id == name:
            return config, file.locate(path)
    raise UnknownChannel(name, installation)
