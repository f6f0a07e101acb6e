"""Wires `tocsin run api`: alerts over HTTP.

alerts, acknowledgements, feedback > reading > store > tail     every instance reads all of them into a file of its own
GET /alerts, /alerts/{id}         < store
GET /alerts/stream                < store, then tail
feeds                             < store
POST responses, the signed page   > acknowledgements, feedback
"""

import asyncio
import json
import resource
from contextlib import suppress
from typing import Any, Final

from fastapi import FastAPI

from services.alerting.api.access import Access
from services.alerting.api.alerts import alerts_router
from services.alerting.api.feeds import feeds_router
from services.alerting.api.hardened import Hardened
from services.alerting.api.openapi import DescribedApi
from services.alerting.api.page import page_router
from services.alerting.api.problems import answer_problems
from services.alerting.api.publish import Publisher
from services.alerting.api.reading import AlertsReading
from services.alerting.api.responses import responses_router
from services.alerting.api.resuming import Resuming
from services.alerting.api.store import Store, store_path
from services.alerting.api.stream import stream_router
from services.alerting.api.tail import Tail
from services.alerting.api.tokens import TokensReader
from services.alerting.handling.links import LinkKey
from services.backbone.audit import Audit
from services.backbone.clients import Writer
from services.backbone.http_server import Bounds, listen, serving
from services.backbone.live import Live
from services.backbone.process import Process
from services.backbone.provision import await_topics
from services.backbone.telemetry import logger

BOUNDS: Final = Bounds(connections=4_096, close_seconds=1.5)
SPARE_FILES: Final = 256
"""Beside those of connections."""

log = logger()


async def api_body(process: Process) -> None:
    """Read what there is, then serve it: nobody is answered from half a store."""
    settings = process.settings
    live = Live(
        "access",
        TokensReader(settings.config),
        contents=lambda tokens: tokens.contents,
        refused=lambda tokens: tokens.refused,
    )
    await await_topics(process)
    writer = await Writer.start(process, idempotent=True)
    store = Store(store_path(settings))
    process.stack.push_async_callback(store.close)
    reading = AlertsReading(process, store)
    process.progress.waiting("alerts")
    await reading.catch_up()
    if process.stopping.is_set():
        return
    access = Access(lambda: live.current)
    live.then(access.changed)
    app = application(
        access,
        store,
        reading.tail,
        Resuming(store, reading.ends),
        Publisher(writer, process.stage),
        LinkKey.of(settings),
        settings.public_url,
    )
    _allow_files(BOUNDS)
    listener = listen(settings.api_host, settings.api_port, "choose another by TOCSIN_API_PORT")
    async with serving(app, listener, BOUNDS):
        log.info("api.listening", port=listener.getsockname()[1])
        await asyncio.gather(reading.follow(), live.watch(process, Audit.of(process, writer)))


def application(
    access: Access,
    store: Store,
    tail: Tail,
    resuming: Resuming,
    publisher: Publisher,
    link_key: LinkKey | None = None,
    public_url: str | None = None,
) -> FastAPI:
    """The application: its routes, on what they stand on."""
    app = DescribedApi()
    app.include_router(stream_router(access, store, tail, resuming))  # before /alerts/{alert_id}
    app.include_router(alerts_router(access, store, resuming))
    app.include_router(responses_router(access, store, publisher))
    app.include_router(feeds_router(access, store, public_url))
    app.include_router(page_router(link_key, store, publisher))
    app.add_middleware(Hardened)
    answer_problems(app)
    return app


def openapi_document() -> str:
    """The OpenAPI document, for `schemas/generated`."""
    nothing: Any = None  # routes are described without what they stand on
    app = application(nothing, nothing, nothing, nothing, nothing)
    return json.dumps(app.openapi(), ensure_ascii=False, indent=2) + "\n"


def _allow_files(bounds: Bounds) -> None:
    """Let this process have as many files open as it takes connections, as far as it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = (bounds.connections or 0) + SPARE_FILES
    if soft < wanted:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard), hard))
