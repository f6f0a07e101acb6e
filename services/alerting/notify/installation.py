"""`tocsin.yaml`: the channels, where the alerts go of watches that name none, and what holds for all watches."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path as FolderPath
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Discriminator, StringConstraints, Tag

from schemas.event import Identifier
from services.alerting.match.inhibition import Inhibition
from services.alerting.notify.channels.chat import ChatConfig
from services.alerting.notify.channels.command import CommandConfig
from services.alerting.notify.channels.file import FileConfig
from services.alerting.notify.channels.kafka import KafkaConfig
from services.alerting.notify.channels.mail import MailConfig
from services.alerting.notify.channels.terminal import TerminalConfig
from services.alerting.notify.channels.webhook import WebhookConfig
from services.alerting.routing.route import Route, check_routes, unknown_channel
from services.backbone.canary import is_reserved
from services.backbone.configuration import Part, duplicates, read_part
from services.backbone.errors import ConfigurationError, Defect, Location
from services.backbone.yaml_file import Path, YamlFile


def _type_of(channel: object) -> object:
    return channel.get("type") if isinstance(channel, dict) else getattr(channel, "type", None)


AnyChannel = Annotated[
    Annotated[WebhookConfig, Tag("webhook")]
    | Annotated[MailConfig, Tag("mail")]
    | Annotated[ChatConfig, Tag("chat")]
    | Annotated[KafkaConfig, Tag("kafka")]
    | Annotated[FileConfig, Tag("file")]
    | Annotated[CommandConfig, Tag("command")]
    | Annotated[TerminalConfig, Tag("terminal")],
    Discriminator(
        _type_of,
        custom_error_type="channel_type",
        custom_error_message=(
            "a channel of no known type; write type: webhook, mail, chat, kafka, file, command or terminal"
        ),
    ),
]
"""A channel as configured: a new kind of channel is listed here."""


class InstallationFile(BaseModel):
    """What `tocsin.yaml` may hold."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    channels: tuple[AnyChannel, ...] = ()
    """The ways out."""
    default_channels: tuple[Identifier, ...] = ()
    """Where alerts go that no route takes: the root of the tree."""
    routes: tuple[Route, ...] = ()
    """Which alerts go elsewhere, and when."""
    trouble_channels: tuple[Identifier, ...] = ()
    """Where it is told that another channel takes nothing any more; the default channels where none is named."""
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
    def routes(self) -> tuple[Route, ...]:
        """The children of the root, in their order."""
        return tuple(route for route, _, _ in self.part.items("routes"))

    @property
    def leads_somewhere(self) -> bool:
        """Whether any alert can go to any channel by it."""
        return bool(self.channel_ids) and bool(self.default_channels or self.routes)

    @property
    def says_where(self) -> bool:
        """Whether it says itself where alerts go, and be it nowhere."""
        return any("default_channels" in file.model_fields_set for _, file in self.part.files)

    @property
    def trouble_channels(self) -> tuple[str, ...]:
        """Who is told of a channel's trouble; each once."""
        named = tuple(dict.fromkeys(name for name, _, _ in self.part.items("trouble_channels")))
        return named or self.default_channels

    @property
    def watch_folders(self) -> Iterator[tuple[str, Location]]:
        """Each as it is written, and where."""
        for written, file, path in self.part.items("watch_folders"):
            yield written, file.locate(path)

    @property
    def inhibitions(self) -> tuple[Inhibition, ...]:
        """The rules, in their order."""
        return tuple(rule for rule, _, _ in self.part.items("inhibitions"))


def load_installation(folder: FolderPath, last: Installation | None = None) -> Installation:
    """Read `tocsin.yaml`; a folder without one has no channels.

    Args:
        folder: the configuration folder.
        last: what was in force. A file that is gone, empty or cut short since, as editors leave one for a moment, is
            a defect then: what rings meanwhile would be told to nobody.

    Raises:
        ConfigurationError: with every defect.
    """
    installation = Installation(read_part(folder, "settings", InstallationFile))
    if last is not None and (lost := _lost(installation, last)) is not None:
        raise ConfigurationError([lost])
    known = installation.channel_ids
    defects = [
        *duplicates(installation.channels),
        *(
            Defect(file.locate((*path, "id")), f"{channel.id!r} is the name of a channel of Tocsin's own", "rename it")
            for channel, file, path in installation.channels
            if is_reserved(channel.id)
        ),
        *(
            unknown_channel(file.locate(path), name, known)
            for key in ("default_channels", "trouble_channels")
            for name, file, path in installation.part.items(key)
            if name not in known
        ),
        *check_routes(installation.part.items("routes"), known),
    ]
    if defects:
        raise ConfigurationError(defects)
    return installation


def _lost(installation: Installation, last: Installation) -> Defect | None:
    """That the file says nothing any more of where alerts go."""
    if not last.leads_somewhere or installation.leads_somewhere or installation.says_where:
        return None
    where = next((file.locate(()) for file, _ in installation.part.files), Location("tocsin.yaml", 1))
    what = "no alert would go to any channel, and before this they did"
    return Defect(where, what, "write the file whole; default_channels: [] says that it is meant")
