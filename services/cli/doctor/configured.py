"""The configuration folder: whether it is sound, and what of it can never work though it is."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from services.alerting.notify.installation import load_installation
from services.alerting.routing.labels import Conditions
from services.alerting.routing.route import Route, name_of
from services.backbone.configuration import PARTS
from services.backbone.errors import ConfigurationError, Defect
from services.cli.check import defects_of
from services.cli.doctor.finding import Finding, counted, error, ok, warning

MOST_SHOWN = 5


def look_at_configuration(folder: Path) -> Iterable[Finding]:
    """Read the folder as every service would."""
    if not folder.is_dir():
        what = f"there is no folder {folder}"
        return [error("configuration", what, "name it by --config or TOCSIN_CONFIG, or mount it into the container")]
    defects = list(dict.fromkeys(defects_of(folder)))
    files = {part: len(list(folder.glob(pattern))) for part, pattern in PARTS.items()}
    findings = list(judge_configuration(folder, files["sources"], files["watches"], defects))
    if not defects:
        findings += judge_installation(folder)
    return findings


def judge_configuration(folder: Path, sources: int, watches: int, defects: Sequence[Defect]) -> Iterator[Finding]:
    """What is wrong with it.

    Args:
        folder: where it stands.
        sources: how many files of sources there are.
        watches: how many files of watches there are.
        defects: each once.
    """
    for defect in defects[:MOST_SHOWN]:
        yield error("configuration", f"{defect.where}: {defect.what}", defect.fix)
    if more := len(defects[MOST_SHOWN:]):
        yield error("configuration", f"{more} more in {folder}", "tocsin check shows them all")
    if not defects:
        files = f"{counted(sources, 'file')} of sources, {counted(watches, 'file')} of watches"
        yield ok("configuration", f"{folder} is sound: {files}")


def judge_installation(folder: Path) -> Iterator[Finding]:
    """What `tocsin.yaml` says that leads nowhere."""
    try:
        installation = load_installation(folder)
    except ConfigurationError:
        return  # told already
    for path in unreached(installation.routes):
        yield warning(
            "routes",
            f"no alert ever comes to route {path}: one before it takes all and does not say continue",
            "move it up, or write continue: true into the one before it; tocsin route test shows the way of an alert",
        )
    if not installation.channel_ids:
        yield warning(
            "channels",
            "no channel is described: alerts stand on the topic alerts and in the api, and nobody is told",
            "describe one in tocsin.yaml; if that is meant, nothing is to be done",
        )
    elif not installation.trouble_channels:
        yield warning(
            "channels",
            "no trouble_channels and no default_channels: nobody is told when a channel takes nothing any more",
            "name trouble_channels in tocsin.yaml",
        )


def unreached(routes: Sequence[Route], around: str = "") -> list[str]:
    """The routes behind one that takes everything, at every level, as people call them."""
    found: list[str] = []
    shut = False
    for number, route in enumerate(routes):
        name = f"{around}{name_of(route, number)}"
        if shut:
            found.append(name)
            continue
        found += unreached(route.routes, f"{name} > ")
        shut = not route.continues and route.match == Conditions() and route.unless == Conditions()
    return found
