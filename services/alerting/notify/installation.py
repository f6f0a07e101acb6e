"""`tocsin.yaml`: the channels, where the alerts go of watches that name none, and what holds for all watches."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path as FolderPath
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Discriminator, StringConstraints, Tag

from schemas.event import Identifier
from services.alerting.match.inhibition import Inhibition
from services.alerting.notify.channels.terminal import TerminalConfig
from services.alerting.notify.channels.webhook import WebhookConfig
from services.backbone.configuration import Part, duplicates, nearest, read_part
from services.backbone.errors import ConfigurationError, Defect, Location
from services.backbone.yaml_file import Path, YamlFile


def _type_of(channel: object) -> object:
    return channel.get("type") if isinstance(channel, dict) else getattr(channel, "type", None)


AnyChannel = Annotated[
    Annotated[WebhookConfig, Tag("webhook")] | Annotated[TerminalConfig, Tag("terminal")],
    Discriminator(
        _type_of,
        custom_error_type="channel_type",
        custom_error_message="a channel of no known type; write type: terminal or type: webhook",
    ),
]
"""A channel as configured: a new kind of channel is listed here."""


class InstallationFile(BaseModel):
    """What `tocsin.yaml` may hold."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    channels: tuple[AnyChannel, ...] = ()
    """The ways out."""
    default_channels: tuple[Identifier, ...] = ()
    """Where the alerts go of watches that name no channels."""
    watch_folders: tuple[Annotated[str, StringConstraints(min_length=1, max_length=1_000)], ...] = ()
    """Further folders of watches, so that teams keep their own; relative to this one, or absolute."""
    inhibitions: tuple[Inhibition, ...] = ()
    """Which watches hide which lesser ones that the same article meets."""


@dataclass(frozen=True, slots=True)
class Installation:
    """The file, checked, with the place of everything in it."""

    part: Part[InstallationFile]

    @property
    def digest(self) -> str:
        return self.part.digest

    @property
    def channels(self) -> Iterator[tuple[AnyChannel, YamlFile, Path]]:
        """Each channel with its file and its path there."""
        return self.part.items("channels")

    @property
    def channel_ids(self) -> frozenset[str]:
        """What watches may name."""
        return frozenset(channel.id for channel, _, _ in self.channels)

    @property
    def default_channels(self) -> tuple[str, ...]:
        """Each once."""
        return tuple(dict.fromkeys(name for name, _, _ in self.part.items("default_channels")))

    @property
    def watch_folders(self) -> Iterator[tuple[str, Location]]:
        """Each as it is written, and where."""
        for written, file, path in self.part.items("watch_folders"):
            yield written, file.locate(path)

    @property
    def inhibitions(self) -> tuple[Inhibition, ...]:
        """The rules, in their order."""
        return tuple(rule for rule, _, _ in self.part.items("inhibitions"))


def load_installation(folder: FolderPath) -> Installation:
    """Read `tocsin.yaml`; a folder without one has no channels.

    Raises:
        ConfigurationError: with every defect.
    """
    installation = Installation(read_part(folder, "settings", InstallationFile))
    known = installation.channel_ids
    defects = [
        *duplicates(installation.channels),
        *(
            unknown_channel(file.locate(path), name, known)
            for name, file, path in installation.part.items("default_channels")
            if name not in known
        ),
    ]
    if defects:
        raise ConfigurationError(defects)
    return installation


def unknown_channel(where: Location, name: str, known: frozenset[str]) -> Defect:
    """The defect of a name that no channel has."""
    return Defect(where, f"unknown channel {name!r}", nearest(name, known, "describe it in tocsin.yaml under channels"))
