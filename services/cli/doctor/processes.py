"""What the processes say of themselves, where their health port can be reached from here."""

import asyncio
import http.client
import json
import socket
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from services.backbone.settings import Settings
from services.cli.doctor.finding import Finding, error, named, ok, warning
from services.cli.run import BODIES

STAGES: Final = tuple(stage.value for stage in BODIES)
INSIDE_PORT: Final = 8080
"""Of every process in a container."""
SECONDS: Final = 2.0
_START: Final = "start it: tocsin run {stage}, tocsin run all, or docker compose up -d --wait"


@dataclass(frozen=True, slots=True)
class Report:
    """The body of `/readyz`."""

    url: str
    body: Mapping[str, Any]

    @property
    def stage(self) -> str:
        return str(self.body.get("stage"))

    @property
    def is_ready(self) -> bool:
        return bool(self.body.get("ready"))

    @property
    def refused(self) -> list[str]:
        """Defects of the configuration that it works without."""
        parts = self.body.get("configuration") or {}
        return [str(defect) for part in parts.values() for defect in part.get("refused", ())]


async def ask_processes(settings: Settings, urls: Sequence[str], *, contained: bool) -> list[Report]:
    """Ask every process that answers, all at once.

    Args:
        settings: say where `tocsin run all` would have its health ports.
        urls: where to ask instead, as http://host:port.
        contained: whether this runs in a container, where Compose gives each process a name.
    """
    places = list(urls) or places_of(settings, contained=contained)
    found = await asyncio.gather(*(asyncio.to_thread(_ask, url) for url in places))
    return [report for report in found if report is not None]


def places_of(settings: Settings, *, contained: bool) -> list[str]:
    """Where the six may be found."""
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104 - what is listened on
    compose = [f"http://{stage}:{INSIDE_PORT}" for stage in STAGES] if contained else []
    return compose + [f"http://{host}:{settings.port + index}" for index in range(len(STAGES)) if settings.port]


def well(reports: Iterable[Report]) -> frozenset[str]:
    """The stages that are ready and refuse nothing of their configuration."""
    return frozenset(report.stage for report in reports if report.is_ready and not report.refused)


def judge_processes(reports: Sequence[Report], members: Mapping[str, int] | None) -> Iterator[Finding]:
    """Who runs, and what those wait for who do not work.

    Args:
        reports: of those that answer.
        members: how many members the group of each stage has; None where the broker was not asked.
    """
    for report in reports:
        yield from _of(report)
    heard = {report.stage for report in reports}
    joined = {stage for stage, number in (members or {}).items() if number}
    missing = [stage for stage in STAGES if stage not in heard | joined and (stage in (members or {}) or heard)]
    if not heard and not joined:
        if members is not None:
            yield warning("processes", "none runs", "start them: docker compose up -d --wait, or tocsin run all")
        else:
            yield ok("processes", "none answers here")
        return
    for stage in missing:
        yield warning("processes", f"{stage} does not run, or not where it is looked for", _START.format(stage=stage))
    if well(reports) | (joined - heard) == heard | joined and not missing:
        by_group = f"; {named(sorted(joined - heard))} by membership of the group" if joined - heard else ""
        ready = f"{named(sorted(heard), len(STAGES))} ready" if heard else "none answers here"
        yield ok("processes", f"{ready}{by_group}")


def _of(report: Report) -> Iterator[Finding]:
    stage, body = report.stage, report.body
    if stalled := body.get("stalled"):
        yield error("processes", f"{stage} does not move: {named(stalled)}", "see its log; it will end and begin anew")
    elif not report.is_ready:
        why = body.get("why") or "see its log; one that has just begun is ready in a moment"
        yield warning("processes", f"{stage} waits for: {body.get('waiting_for')}", str(why))
    elif away := body.get("broker"):
        yield error("processes", f"{stage} has lost its broker: {away}", "it goes on by itself once the broker is back")
    if report.refused:
        what = f"{stage} works without what is wrong in the configuration: {report.refused[0]}"
        yield error("processes", what, "mend it; tocsin check shows all, and it is taken over within seconds")


def _ask(url: str) -> Report | None:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=SECONDS)
    try:
        connection.request("GET", "/readyz")
        body = json.loads(connection.getresponse().read(1024 * 1024))
    except (OSError, http.client.HTTPException, ValueError, socket.gaierror):
        return None
    finally:
        connection.close()
    return Report(url, body) if isinstance(body, dict) and body.get("stage") in STAGES else None
