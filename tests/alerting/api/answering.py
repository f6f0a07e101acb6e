"""The answers to people as they are served: real HTTP on loopback, and a real Kafka behind it."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx
from aiokafka.structs import ConsumerRecord
from fastapi import FastAPI
from pydantic import SecretStr

from schemas import Acknowledgement, Alert, Feedback, Handling
from services.alerting.api.access import Access
from services.alerting.api.hardened import Hardened
from services.alerting.api.known_alerts import KnownAlert
from services.alerting.api.page import page_router
from services.alerting.api.publish import Publisher
from services.alerting.api.refusal import Refusal, refused
from services.alerting.api.responses import responses_router
from services.alerting.api.tokens import Reach, Token, Tokens, new_token
from services.alerting.handling.links import LinkKey, Links
from services.backbone.clients import Writer
from services.backbone.http_server import listen, serving
from services.backbone.provision import provision
from services.backbone.record import decode
from services.backbone.settings import KafkaSettings, Settings
from services.backbone.topics import ACKNOWLEDGEMENTS, FEEDBACK, declared
from tests.alerting.examples import alert
from tests.backbone.on_kafka import running, stands_in

UNHANDLED = Handling()
SECRET = "a-secret-of-tests-that-nobody-else-knows"


@dataclass
class Answering:
    """An API that answers people, and what a test says and sees of it."""

    settings: Settings
    url: str
    alerts: dict[str, KnownAlert] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)
    loop: asyncio.AbstractEventLoop | None = field(default=None, repr=False)

    async def known(self, alert_id: str, reach: Reach) -> KnownAlert | None:
        """As the store of the API does."""
        found = self.alerts.get(alert_id)
        watch = found.alert.watch if found is not None else None
        return found if watch is not None and reach.includes(watch.id, watch.owner) else None

    def rings(self, handling: Handling = UNHANDLED, **more: Any) -> Alert:
        """An alert that rang just now."""
        rang = alert(**more).model_copy(update={"rang_at": datetime.now(UTC)})
        return self.knows(rang, handling)

    def knows(self, rang: Alert, handling: Handling = UNHANDLED) -> Alert:
        """An alert that the store has."""
        self.alerts[rang.id] = KnownAlert(rang, handling)
        return rang

    def lets_in(self, id_: str, **more: Any) -> dict[str, str]:
        """The header that lets somebody in from now on."""
        secret, sha256 = new_token(id_)
        values = {"id": id_, "sha256": sha256, "scopes": ["respond"], "all": not {"watches", "owners"} & set(more)}
        self.tokens[id_] = Token.model_validate(values | more)
        return {"Authorization": f"Bearer {secret}"}

    def link(self, to: Alert) -> str:
        """The address that a message of the alert gives."""
        links = Links.of(to, "desk-mail", self.settings)
        assert links is not None
        return links.alert

    def steps(self, of: Alert) -> list[Acknowledgement]:
        """What stands on the topic of an alert, in its order."""
        found = self._stands_in(ACKNOWLEDGEMENTS.name)
        return [step for step in (decode(ACKNOWLEDGEMENTS, record) for record in found) if step.alert_id == of.id]

    def words(self, of: Alert) -> list[Feedback]:
        """What was said of an alert."""
        found = self._stands_in(FEEDBACK.name)
        return [word for word in (decode(FEEDBACK, record) for record in found) if word.alert_id == of.id]

    def _stands_in(self, topic: str) -> list[ConsumerRecord]:
        """In the server's loop: a browser that is driven from here has this thread's."""
        assert self.loop is not None
        return asyncio.run_coroutine_threadsafe(stands_in(self.settings, topic), self.loop).result(30)


@contextmanager
def answering(bootstrap_servers: str, folder: Path, seconds: float = 5.0) -> Iterator[Answering]:
    """Serve for the block, in a thread."""
    settings = Settings(
        config=folder,
        deployment="answers",
        port=0,
        link_secret=SecretStr(SECRET),
        kafka=KafkaSettings(bootstrap_servers=bootstrap_servers, session_timeout_seconds=6),
    )
    listener = listen("127.0.0.1", 0, "")
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    served = Answering(settings.model_copy(update={"public_url": url}), url)
    ready, stop = threading.Event(), threading.Event()

    async def serve() -> None:
        served.loop = asyncio.get_running_loop()
        await provision(settings.kafka, declared())
        async with running(settings, "api") as process:
            publisher = Publisher(await Writer.start(process), process.stage, seconds)
            access = Access(lambda: Tokens(tuple(served.tokens.values())))
            app = FastAPI(openapi_url=None)
            app.add_exception_handler(Refusal, lambda _, error: refused(_refusal(error)))
            app.include_router(responses_router(access, served, publisher))
            app.include_router(page_router(LinkKey.of(settings), served, publisher))
            async with serving(Hardened(app), listener):  # type: ignore[arg-type]
                ready.set()
                await asyncio.to_thread(stop.wait)

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    try:
        assert ready.wait(30), "it does not serve"
        yield served
    finally:
        stop.set()
        thread.join()


def _refusal(error: Exception) -> Refusal:
    assert isinstance(error, Refusal)
    return error


def asked(answer: httpx.Response, status: HTTPStatus) -> dict[str, Any]:
    """The body of an answer that must have this status."""
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert isinstance(body, dict)
    return body
