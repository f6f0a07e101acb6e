"""`/a/<token>`: the page of one alert, for whoever was told of it: no account, no cookie, no script.

GET, HEAD   show the alert, what people did about it, and a form; mail scanners follow links, so they change nothing
POST        does what the form says, and shows the page as it is then

The link leaves the page in no Referer. The moment at which the form was shown goes with it, so that a form that is sent
twice counts once.
"""

import time
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256
from http import HTTPStatus
from importlib.resources import files
from typing import Final

from fastapi import APIRouter
from jinja2 import Environment, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from schemas import Acknowledgement, Alert, Feedback, Handling
from services.alerting.api.form import Form, event_of, is_from_elsewhere, read_form
from services.alerting.api.known_alerts import KnownAlert, KnownAlerts
from services.alerting.api.limits import Rates, peer_of
from services.alerting.api.publish import Publisher
from services.alerting.api.refusal import Refusal, too_many
from services.alerting.api.tokens import Reach
from services.alerting.handling.links import Link, LinkExpired, LinkForged, LinkKey
from services.alerting.handling.steps import BadStep
from services.alerting.notify.message import Message
from services.alerting.notify.view import view_of
from services.backbone.telemetry import logger

REQUESTS_PER_MINUTE: Final = 120
"""Of one alert's page: whoever has its link asks rarely."""
RESPONSES_PER_MINUTE: Final = 30
"""To one alert: what is written stays for 90 days."""
FAILURES_PER_MINUTE: Final = 60
"""Links that are none, by peer."""
MOST_REMEMBERED: Final = 10_000

_PACKAGE: Final = files("services.alerting.api") / "templates"
_STYLE: Final = (_PACKAGE / "page.css").read_text(encoding="utf-8")
_TEMPLATE: Final = Environment(
    autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
).from_string((_PACKAGE / "page.html.j2").read_text(encoding="utf-8"))
_STYLE_HASH: Final = b64encode(sha256(_STYLE.encode()).digest()).decode()
_HEADERS: Final[Mapping[str, str]] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}

log = logger()


@dataclass(frozen=True, slots=True)
class _Page:
    """What a page shows."""

    status: HTTPStatus = HTTPStatus.OK
    title: str = ""
    known: KnownAlert | None = None
    channel: str = ""
    form: Form = field(default_factory=Form)
    done: str = ""
    """What came of a form."""
    problem: str = ""
    fix: str = ""
    wrong: str = ""
    """The field that the problem is with."""
    headers: Mapping[str, str] | None = None


class _NoPage(Exception):
    """There is no alert to show: another page says why."""

    def __init__(self, page: _Page) -> None:
        super().__init__(page.title)
        self.page = page


def page_router(
    key: LinkKey | None,
    known: KnownAlerts,
    publisher: Publisher,
    *,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    monotonic: Callable[[], float] = time.monotonic,
) -> APIRouter:
    """The page's routes.

    Args:
        key: reads links; None where the installation has no secret: then every link is wrong.
        known: the alerts.
        publisher: takes what people do.
        clock: the time.
        monotonic: seconds that never go back.
    """
    router = APIRouter(include_in_schema=False)
    pages = _Pages(key, known, publisher, clock, monotonic)
    router.add_api_route("/a/{token}", pages.show, methods=["GET", "HEAD"], response_class=HTMLResponse)
    router.add_api_route("/a/{token}", pages.respond, methods=["POST"], response_class=HTMLResponse)
    return router


class _Pages:
    """Answers people."""

    def __init__(
        self,
        key: LinkKey | None,
        known: KnownAlerts,
        publisher: Publisher,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
    ) -> None:
        self._key = key
        self._known = known
        self._publisher = publisher
        self._clock = clock
        self._monotonic = monotonic
        self._asked, self._told, self._failed = (Rates(MOST_REMEMBERED) for _ in range(3))

    async def show(self, request: Request, token: str) -> HTMLResponse:
        """The page."""
        try:
            _, page = await self._found(request, token)
        except _NoPage as none:
            page = none.page
        return self._answer(page)

    async def respond(self, request: Request, token: str) -> HTMLResponse:
        """Do what the form says."""
        try:
            link, page = await self._found(request, token)
        except _NoPage as none:
            return self._answer(none.page)
        if is_from_elsewhere(request.headers):
            log.warning("page.refused", alert=link.alert_id, why="the form stands on a page of another origin")
            fix = "Open the link of the message, and use the form there."
            return self._answer(_problem(HTTPStatus.FORBIDDEN, "This form was sent from another page", fix))
        if wait := self._told.take(link.alert_id, RESPONSES_PER_MINUTE, self._monotonic()):
            return self._answer(_too_many(wait))
        try:
            form = await read_form(request)
            page = replace(page, form=form)
            event = event_of(form, link.alert_id, link.watch, self._clock())
            await self._publisher.publish(event)
        except BadStep as error:
            status = HTTPStatus.UNPROCESSABLE_ENTITY
            return self._answer(replace(page, status=status, problem=error.what, fix=error.fix, wrong=error.field))
        except Refusal as error:
            problem = replace(page, status=error.status, problem=error.error, fix="send the form again")
            return self._answer(replace(problem, headers=error.headers))
        return self._answer(_after(page, event))

    async def _found(self, request: Request, token: str) -> tuple[Link, _Page]:
        """The alert that a link leads to.

        Raises:
            _NoPage: it leads nowhere.
        """
        try:
            if self._key is None:
                raise LinkForged
            link = self._key.read(token, self._clock())
        except LinkForged:
            peer = peer_of(request.client.host if request.client is not None else None)
            if wait := self._failed.take(peer, FAILURES_PER_MINUTE, self._monotonic()):
                raise _NoPage(_too_many(wait)) from None
            fix = "Use the whole link of the message: it may have been cut."
            raise _NoPage(_problem(HTTPStatus.NOT_FOUND, "This link is not one of ours", fix)) from None
        except LinkExpired as error:
            fix = f"Links hold for seven days. Use a newer message, or: tocsin alerts acknowledge {error.alert_id}"
            raise _NoPage(_problem(HTTPStatus.GONE, "This link is over", fix)) from None
        if wait := self._asked.take(link.alert_id, REQUESTS_PER_MINUTE, self._monotonic()):
            raise _NoPage(_too_many(wait))
        try:
            known = await self._known.known(link.alert_id, Reach(watches=frozenset([link.watch])))
        except Refusal as error:
            raise _NoPage(_problem(error.status, error.error, error.fix)) from None
        if known is None:
            fix = "It may be too old: alerts are kept for 90 days."
            raise _NoPage(_problem(HTTPStatus.NOT_FOUND, "This alert is not known", fix))
        return link, _Page(known=known, channel=link.channel)

    def _answer(self, page: _Page) -> HTMLResponse:
        values: dict[str, object] = {
            "style": _STYLE,
            "alert": None,
            "page": page,
            "asked_at": (page.form.asked_at or self._clock()).isoformat(timespec="seconds"),
        }
        if page.known is not None:
            alert: Alert = page.known.alert.model_copy(update={"handling": page.known.handling})
            values["alert"] = view_of(Message.of(alert, page.channel))
        return HTMLResponse(_TEMPLATE.render(values), page.status, {**_HEADERS, **(page.headers or {})})


def _after(page: _Page, event: Acknowledgement | Feedback) -> _Page:
    """The page as it is when something was done."""
    known = page.known
    assert known is not None  # noqa: S101 - what was done was done about an alert
    state = known.handling
    if isinstance(event, Acknowledgement):
        is_told = any((note.by, note.text) == (event.by, event.note) for note in state.notes)
        state = state.after(event.model_copy(update={"note": ""}) if is_told else event)
    return replace(page, known=replace(known, handling=state), done=_done(event, state), form=Form(by=event.by))


def _done(event: Acknowledgement | Feedback, state: Handling) -> str:
    """What came of a form, in words."""
    if isinstance(event, Feedback):
        return "Thank you. It is counted for the watch and for the names that rang."
    match event.action:
        case "acknowledge" if state.acknowledged_by != event.by:
            return "It was acknowledged already."
        case "acknowledge":
            return "Acknowledged. Nobody else is called."
        case "release":
            return "Released. Nobody cares for it now."
        case "assign":
            return "Assigned." if event.to else "Assigned to nobody."
        case "note":
            return "The note is kept."


def _problem(status: HTTPStatus, title: str, fix: str) -> _Page:
    return _Page(status=status, title=title, fix=fix)


def _too_many(seconds: float) -> _Page:
    refusal = too_many(seconds, "Too many requests")
    return _Page(status=refusal.status, title=refusal.error, fix=f"{refusal.fix}.", headers=refusal.headers)
