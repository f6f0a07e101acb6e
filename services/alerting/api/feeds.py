"""Feeds: the alerts of a watch, or all that a token may see, where people read their news anyhow.

The newest fifty; an update takes the place of what was told before. Whoever has them already is told so (304) before
anything is rendered.
"""

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from email.utils import format_datetime
from http import HTTPStatus
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from schemas.event import Identifier
from services.alerting.api.access import Access
from services.alerting.api.feed_documents import (
    ATOM,
    JSON_FEED,
    MOST_ENTRIES,
    FeedOf,
    Told,
    atom_feed,
    changed_at,
    etag,
    json_feed,
)
from services.alerting.api.problems import problems
from services.alerting.api.refusal import Refusal, not_found
from services.alerting.api.selection import Filters, Selection
from services.alerting.api.store import Store

Format = Literal["atom", "json"]
_MADE: Final[dict[Format, tuple[Callable[[FeedOf, Sequence[Told]], bytes], str]]] = {
    "atom": (atom_feed, ATOM),
    "json": (json_feed, JSON_FEED),
}
_WATCH: Final = Path(description="`id` of a watch.")
_HOST: Final = re.compile(r"([A-Za-z0-9_.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(:\d{1,5})?", re.ASCII)
_TEXT: Final[Mapping[str, object]] = {"type": "string"}
_OBJECT: Final[Mapping[str, object]] = {"type": "object", "required": ["version", "title", "feed_url", "items"]}


def feeds_router(access: Access, store: Store, public_url: str | None = None) -> APIRouter:
    """The routes of the feeds.

    Args:
        access: lets callers in.
        store: has the alerts.
        public_url: under which people reach this API; where None, what they asked for.
    """
    router = APIRouter(tags=["feeds"])

    async def answer(request: Request, form: Format, watch: str | None) -> Response:
        caller = access.authorize(request, "feed")
        filters = Filters() if watch is None else Filters(watch=(watch,))
        page = await store.newest(Selection.of(caller.reach, filters, one_each=True), MOST_ENTRIES)
        told = [Told(record.alert(), record.at) for record in page.records]
        if watch is not None and not told and watch not in caller.reach.watches and not caller.reach.everything:
            raise not_found()
        base = (public_url or _asked_for(request)).rstrip("/")
        path = "" if watch is None else f"/watches/{watch}"
        feed = FeedOf(watch or "", _title(watch, told), f"{base}{path}/feed.atom", f"{base}{path}/feed.json")
        make, media_type = _MADE[form]
        headers = {
            "ETag": etag(feed, told),
            "Last-Modified": format_datetime(changed_at(told), usegmt=True),
            "Cache-Control": "private, no-cache",
            "Vary": "Authorization",
        }
        if _has_it(request.headers.get("if-none-match", ""), headers["ETag"]):
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        return Response(await asyncio.to_thread(make, feed, told), headers=headers, media_type=media_type)

    @router.get("/feed.atom", response_class=Response, responses=_described(ATOM, _TEXT))
    async def all_as_atom(request: Request) -> Response:
        """The newest alerts as an Atom feed."""
        return await answer(request, "atom", None)

    @router.get("/feed.json", response_class=Response, responses=_described(JSON_FEED, _OBJECT))
    async def all_as_json(request: Request) -> Response:
        """The newest alerts as a JSON feed."""
        return await answer(request, "json", None)

    @router.get("/watches/{watch}/feed.atom", response_class=Response, responses=_described(ATOM, _TEXT, 404))
    async def watch_as_atom(request: Request, watch: Annotated[Identifier, _WATCH]) -> Response:
        """The newest alerts of a watch as an Atom feed."""
        return await answer(request, "atom", watch)

    @router.get("/watches/{watch}/feed.json", response_class=Response, responses=_described(JSON_FEED, _OBJECT, 404))
    async def watch_as_json(request: Request, watch: Annotated[Identifier, _WATCH]) -> Response:
        """The newest alerts of a watch as a JSON feed."""
        return await answer(request, "json", watch)

    return router


def _described(media_type: str, schema: Mapping[str, object], *statuses: int) -> dict[int | str, dict[str, object]]:
    feed: dict[str, object] = {"description": "The feed.", "content": {media_type: {"schema": schema}}}
    return {200: feed, 304: {"description": "Nothing has changed."}, **problems(400, *statuses)}


def _asked_for(request: Request) -> str:
    """The address that somebody asked, as they say.

    Raises:
        Refusal: no address can be made of it.
    """
    host = request.headers.get("host", "")
    if not _HOST.fullmatch(host):
        fix = "ask by the address of this API; or set TOCSIN_PUBLIC_URL, which stands in feeds then"
        raise Refusal(HTTPStatus.BAD_REQUEST, "the header Host names no host", fix)
    return f"{request.scope['scheme']}://{host}"


def _title(watch: str | None, told: Sequence[Told]) -> str:
    if watch is None:
        return "Tocsin"
    return f"Tocsin: {told[0].alert.watch.name if told else watch}"


def _has_it(asked: str, tag: str) -> bool:
    """Whether If-None-Match names it. Source: RFC 9110, section 13.1.2 (compared weakly)."""
    return asked.strip() == "*" or tag in (each.strip().removeprefix("W/") for each in asked.split(","))
