"""`GET /alerts` and `GET /alerts/{id}`: the alerts that are kept, page by page, and all that is known of one.

order=newest    pages go back in time
order=oldest    pages go forth by position, as the stream does: `cursor=<position>` misses nothing and repeats nothing
"""

import json
from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from schemas import Alert, Feedback, Handling
from services.alerting.api.access import Access
from services.alerting.api.positions import MOST_CHARACTERS, Cursor, NotAPosition, Position
from services.alerting.api.problems import problems
from services.alerting.api.queries import Overtaken, Page, Stored
from services.alerting.api.refusal import Refusal, not_found
from services.alerting.api.resuming import Resuming, overtaken
from services.alerting.api.rfc3339 import Moment
from services.alerting.api.selection import ACKNOWLEDGED, OPEN, Filters, Selection
from services.alerting.api.store import Store

MOST_RECORDS: Final = 500
_JSON: Final = "application/json"


class ListAsked(Filters):
    """The parameters of the list."""

    acknowledged: bool | None = None
    """Only alerts that somebody cares for, or only those that nobody does."""
    one_each: bool = False
    """Of each alert only its newest record."""
    since: Moment | None = None
    """Only what was written at this time or later."""
    until: Moment | None = None
    """Only what was written before this time."""
    limit: Annotated[int, Field(ge=1, le=MOST_RECORDS)] = 50
    """Records of a page, at most."""
    order: Literal["newest", "oldest"] = "newest"
    """Which come first."""
    cursor: Annotated[str, Field(max_length=MOST_CHARACTERS)] | None = None
    """`next` of the page before; with `oldest`, any position."""

    def selection(self) -> tuple[str, ...]:
        """The labels of which an alert needs one, beyond those of the filters; empty: it needs none."""
        return () if self.acknowledged is None else (ACKNOWLEDGED if self.acknowledged else OPEN,)


class AlertPage(BaseModel):
    """Some of the alerts."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    alerts: list[Alert]
    """Records of the topic `alerts`, as they stand there. An alert has several where it was updated."""
    next: str | None
    """The cursor of the next page; null where there is none at the moment."""
    position: str
    """With `Last-Event-ID: <position>` the stream goes on where this page was made: with `newest` after all that there
    was when it was asked for, with `oldest` after what this page holds."""


class OneAlert(BaseModel):
    """All that is known of one alert."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    alert: Alert
    """Its newest record."""
    records: list[Alert]
    """All its records, oldest first; of very many the newest."""
    handling: Handling
    """What people did about it."""
    feedback: list[Feedback]
    """The newest word of each person on it."""


def alerts_router(access: Access, store: Store, resuming: Resuming) -> APIRouter:
    """The routes of what is kept."""
    router = APIRouter(tags=["alerts"])

    @router.get("/alerts", responses={200: {"model": AlertPage}, **problems(400, 410)})
    async def alerts(request: Request, asked: Annotated[ListAsked, Query()]) -> Response:
        """Alerts that are selected, a page at a time."""
        caller = access.authorize(request, "read")
        selection = Selection.of(caller.reach, asked, one_each=asked.one_each)
        if labels := asked.selection():
            selection = selection.also(*labels)
        if asked.order == "newest":
            page = await store.newest(
                selection, asked.limit, before=_cursor(asked.cursor), since=asked.since, until=asked.until
            )
        else:
            begin = await _begin(asked, store, resuming)
            try:
                page = await store.oldest(selection, asked.limit, begin, until=asked.until)
            except Overtaken:
                raise overtaken(str(begin)) from None
        return _page(page)

    @router.get("/alerts/{alert_id}", responses={200: {"model": OneAlert}, **problems(404)})
    async def alert(
        request: Request, alert_id: Annotated[str, Path(description="`id` of an alert.", max_length=200)]
    ) -> Response:
        """One alert: its newest record, those before, and what people did and said about it."""
        caller = access.authorize(request, "read")
        found = await store.alert(alert_id, caller.reach)
        if found is None:
            raise not_found()
        handling = found.handling.model_dump_json().encode()
        feedback = b", ".join(word.write() for word in found.feedback)
        return _json(
            b'{"alert": %b, "records": [%b], "handling": %b, "feedback": [%b]}'
            % (found.records[-1].body, _joined(found.records), handling, feedback)
        )

    return router


async def _begin(asked: ListAsked, store: Store, resuming: Resuming) -> Position:
    """Where `oldest` begins: behind the cursor, and not before `since`."""
    floor = (await store.span()).floor if asked.since is None else await store.position_at(asked.since)
    return floor if asked.cursor is None else floor | await resuming.position(asked.cursor)


def _cursor(text: str | None) -> Cursor | None:
    try:
        return None if text is None else Cursor.parse(text)
    except NotAPosition as error:
        fix = "send `next` of the page before, with the same order"
        raise Refusal(HTTPStatus.BAD_REQUEST, str(error), fix) from None


def _page(page: Page) -> Response:
    """The records are written as they are kept: nothing is read and written anew for it."""
    next_page = json.dumps(None if page.next is None else str(page.next)).encode()
    position = json.dumps(str(page.position)).encode()
    return _json(b'{"alerts": [%b], "next": %b, "position": %b}' % (_joined(page.records), next_page, position))


def _joined(records: Sequence[Stored]) -> bytes:
    return b", ".join(record.body for record in records)


def _json(body: bytes) -> Response:
    return Response(body, media_type=_JSON)
