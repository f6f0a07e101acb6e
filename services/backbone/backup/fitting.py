"""Whether a backup fits this release and this broker; a restore that was cut short is cleared away."""

import time
from importlib.metadata import version
from typing import Final

from services.backbone.backup.archive import Archive
from services.backbone.backup.beyond import is_of_team
from services.backbone.backup.broker import Broker, restore_group
from services.backbone.backup.contents import Place
from services.backbone.backup.errors import NotABackup, NotRestorable
from services.backbone.topics import ALERTS, TOPICS

SETTLE_SECONDS: Final = 30.0
PAUSE_SECONDS: Final = 0.05


def require_fit(archive: Archive, deployment: str) -> None:
    """See that it is of this release or an earlier one, of this deployment, and of topics as they are declared.

    Raises:
        NotABackup, NotRestorable: it is not.
    """
    _require_release(archive)
    _require_deployment(archive, deployment)
    _require_topics(archive)


def _require_release(archive: Archive) -> None:
    theirs, ours = archive.manifest.tocsin, version("tocsin")
    if _numbers(theirs) > _numbers(ours):
        raise NotABackup(
            f"{archive.path} was taken by Tocsin {theirs}, this is {ours}; restore it by {theirs} or later"
        )


def _numbers(release: str) -> tuple[int, ...]:
    return tuple(int(part) for part in release.split(".")[:3] if part.isdigit())


def _require_deployment(archive: Archive, deployment: str) -> None:
    if archive.manifest.deployment != deployment:
        raise NotRestorable(
            f"{archive.path} is of the deployment {archive.manifest.deployment!r}, this is {deployment!r}: no process "
            f"would find where it was; set TOCSIN_DEPLOYMENT={archive.manifest.deployment} here and for every process"
        )


def _require_topics(archive: Archive) -> None:
    declared_ = {topic.name: topic.partitions for topic in TOPICS}
    for name, taken in archive.manifest.topics.items():
        partitions = ALERTS.partitions if is_of_team(name) else declared_.get(name)
        if taken.partitions != partitions:
            now = "declares none of this name" if partitions is None else f"declares {partitions}"
            raise NotRestorable(
                f"{name} had {taken.partitions} partitions, this release {now}; restore it by Tocsin "
                f"{archive.manifest.tocsin}, then change releases as usual"
            )


def make_empty(broker: Broker, deployment: str, archive: Archive, *, start_again: bool) -> None:
    """See that nothing runs, and that no topic of ours holds anything.

    Raises:
        NotRestorable: something does.
    """
    groups = broker.groups()
    if running := sorted(
        name
        for name, has_members in groups.items()
        if has_members and (name.startswith(f"{deployment}.") or name in archive.cut.groups)
    ):
        raise NotRestorable(
            f"readers are at work ({', '.join(running)}); stop them, and start them once it is restored"
        )
    known = archive.manifest.topics.keys() | _DECLARED
    ours = {name: count for name, count in broker.topics().items() if name in known or is_of_team(name)}
    places = [Place(name, number) for name, count in ours.items() for number in range(count)]
    begins, ends = broker.begins(places), broker.ends(places)
    full = sorted({place.topic for place in places if ends[place] > begins[place]})
    if not full:
        return
    if restore_group(deployment) not in groups:
        raise NotRestorable(
            f"the broker is not empty: {', '.join(full)} hold records; restore to a new broker, or delete these topics "
            "by its own tools if nothing in them is wanted"
        )
    if not start_again:
        raise NotRestorable(
            f"an earlier restore was cut short, and has left records in {', '.join(full)}; run it once more with "
            "--start-again: it deletes Tocsin's topics on this broker first"
        )
    broker.delete_topics(ours)
    until = time.monotonic() + SETTLE_SECONDS
    while ours.keys() & broker.topics().keys():
        if time.monotonic() > until:
            raise NotRestorable(f"the broker has not deleted {', '.join(full)} yet; try again")
        time.sleep(PAUSE_SECONDS)


_DECLARED: Final = frozenset(topic.name for topic in TOPICS)
