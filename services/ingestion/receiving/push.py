"""`POST /articles`: articles from systems that have them already.

    Authorization: Bearer <token of a source of kind push>        the token says which source sends
    Content-Type: application/json                                 one article, or a list of up to 1,000
                  application/x-ndjson                             one article a line
    {"id": "...", "url": "...", "title": "...", "text": "..." or "html": "...", "language": "ur",
     "published_at": "2026-11-24T05:00:00Z", "updated_at": "...", "authors": ["..."], "media": ["https://..."]}
    {"id": "..." or "url": "...", "withdrawn": true}               it is taken back; a source takes back only its own

    202  all are taken, and the broker has them; so for each of them `id` and `revision`
    207  some are taken: `items`, in the order sent, say which
    422  none is taken; the body is as of 207
         {"accepted": 1, "refused": 1, "items": [{"status": 202, "id": "art-...", "revision": "...", "marks": [...]},
                                                 {"status": 422, "reason": "neither id nor url; ..."}]}

    otherwise nothing is taken, and the body is {"status": ..., "reason": "..."}:
    400  not JSON, with line and column        401  no token, or one that opens nothing        408  sent too slowly
    413  over 8 MiB or 1,000 articles          415  another media type, charset, or coding
    429  too many requests for this token      503  the broker does not answer, or too much waits for it
    With 429 and 503 comes Retry-After.

To send the same again is harmless: the same article gets the same ids. After a 503 do so.
"""

import asyncio
import hmac
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from hashlib import sha256
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse

from schemas import Article
from services.backbone import traceparent, tracing
from services.backbone.gate import Busy, Gate
from services.backbone.http_body import BodyRefused, read_body
from services.backbone.process import Process
from services.backbone.telemetry import RECORDS, logger
from services.backbone.token_bucket import TokenBucket
from services.ingestion.receiving.batch import BatchRefused, Refusal, media_type, read_articles
from services.ingestion.receiving.intake import Intake, NotTaken
from services.ingestion.receiving.receiver import Receiver
from services.ingestion.sources import Source

REQUESTS_PER_SECOND = 20.0
BURST = 100.0
RETRY_AFTER_SECONDS = 15
UNAUTHORIZED_LOGGED_EVERY_SECONDS = 60.0

log = logger()


class PushEndpoint:
    """Takes what is posted, and answers when the broker has it."""

    def __init__(self, process: Process, receiver: Receiver, intake: Intake, gate: Gate) -> None:
        self._process = process
        self._receiver = receiver
        self._intake = intake
        self._gate = gate
        self._senders: list[tuple[bytes, Source]] = []
        self._senders_of: Mapping[str, Source] | None = None
        self._buckets: dict[str, TokenBucket] = {}
        self._unauthorized_logged_at: float | None = None

    async def post(self, request: Request) -> JSONResponse:
        """Answer one request."""
        source = self._sender(request.headers.get("authorization", ""))
        if source is None:
            self._note_unauthorized(request)
            reason = "send the token of a push source: Authorization: Bearer ..."
            return _answer(HTTPStatus.UNAUTHORIZED, reason, {"WWW-Authenticate": "Bearer"})
        wait = self._buckets.setdefault(source.id, TokenBucket(REQUESTS_PER_SECOND, BURST)).take(_seconds())
        if wait:
            return _later(HTTPStatus.TOO_MANY_REQUESTS, "too many requests; send batches", 1 + int(wait))
        if self._process.stopping.is_set() or self._intake.is_full:
            return _later(HTTPStatus.SERVICE_UNAVAILABLE, "nothing is taken at the moment; send it again")
        try:
            kind = media_type(request.headers.get("content-type", ""))
            async with self._gate.entered():
                with self._traced(request, source) as span:
                    answer = await self._take(source, await read_body(request), kind)
                    span.tell({"http.response.status_code": answer.status_code})
                    return answer
        except (BatchRefused, BodyRefused) as error:
            return _answer(error.status, str(error))
        except (NotTaken, Busy) as error:
            return _later(HTTPStatus.SERVICE_UNAVAILABLE, str(error) or "busy; send it again")

    def _traced(self, request: Request, source: Source) -> AbstractContextManager[tracing.Span]:
        """The span of a request that may push, in its sender's trace: nobody else gets this far to name one."""
        stated = request.headers.getlist(traceparent.HEADER)
        parent = traceparent.read(stated[0].encode("latin-1")) if len(stated) == 1 else None
        about = {"http.request.method": "POST", "http.route": "/articles", "tocsin.source.id": source.id}
        return tracing.span("POST /articles", "server", parent=parent, attributes=about)

    async def _take(self, source: Source, body: bytes, kind: str) -> JSONResponse:
        read = await asyncio.to_thread(read_articles, body, kind, source, datetime.now(UTC))
        articles = [one for one in read if isinstance(one, Article)]
        refused = iter(await self._intake.take(source, articles, len(body)))
        too_large = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        settled = [
            Refusal(too_large, reason) if isinstance(one, Article) and (reason := next(refused)) else one
            for one in read
        ]
        return self._told(source, settled)

    def _told(self, source: Source, settled: Sequence[Article | Refusal]) -> JSONResponse:
        items = [_item(one) for one in settled]
        accepted = sum(isinstance(one, Article) for one in settled)
        refused = len(items) - accepted
        RECORDS.labels(self._process.stage, "refused").inc(refused)
        first = next((one.reason for one in settled if isinstance(one, Refusal)), None)
        event = log.warning if refused else log.debug
        event("push.taken", source=source.id, accepted=accepted, refused=refused, first=first)
        if not accepted:
            status = HTTPStatus.UNPROCESSABLE_ENTITY
        else:
            status = HTTPStatus.MULTI_STATUS if refused else HTTPStatus.ACCEPTED
        return JSONResponse({"accepted": accepted, "refused": refused, "items": items}, status)

    def _sender(self, authorization: str) -> Source | None:
        """The source whose token this is; every token is compared, whichever fits."""
        sources = self._receiver.sources()
        if sources is not self._senders_of:
            self._senders_of = sources
            self._senders = [
                (_digest(source.token), source)
                for source in sources.values()
                if source.kind == "push" and source.token is not None
            ]
            self._buckets = {name: bucket for name, bucket in self._buckets.items() if name in sources}
        scheme, _, token = authorization.partition(" ")
        shown = _digest(token.strip())
        fitting = [source for digest, source in self._senders if hmac.compare_digest(digest, shown)]
        return fitting[0] if fitting and scheme.lower() == "bearer" else None

    def _note_unauthorized(self, request: Request) -> None:
        now = _seconds()
        last = self._unauthorized_logged_at
        if last is None or now - last > UNAUTHORIZED_LOGGED_EVERY_SECONDS:
            self._unauthorized_logged_at = now
            log.warning("push.unauthorized", client=request.client.host if request.client else None)


def _item(one: Article | Refusal) -> dict[str, object]:
    if isinstance(one, Refusal):
        return {"status": one.status, "reason": one.reason}
    return {"status": HTTPStatus.ACCEPTED, "id": one.id, "revision": one.revision, "marks": one.marks}


def _answer(status: HTTPStatus, reason: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    return JSONResponse({"status": status, "reason": reason}, status, headers)


def _later(status: HTTPStatus, reason: str, seconds: int = RETRY_AFTER_SECONDS) -> JSONResponse:
    return _answer(status, reason, {"Retry-After": str(seconds)})


def _digest(token: str) -> bytes:
    return sha256(token.encode("utf-8", "surrogatepass")).digest()


def _seconds() -> float:
    return asyncio.get_running_loop().time()
