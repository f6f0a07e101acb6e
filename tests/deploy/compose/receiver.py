"""Whom a desk's webhook tells: a server on this machine that containers reach, which verifies what comes."""

import json
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook

from tests.serving import serving


class Receiver:
    """What it was sent; requests whose signature does not hold are refused, and known."""

    def __init__(self, secret: str) -> None:
        self.bodies: dict[str, list[dict[str, Any]]] = defaultdict(list)
        """What came under each webhook-id."""
        self.refused: list[str] = []
        verifier, receiver = Webhook(secret), self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                try:
                    verifier.verify(body, headers)
                except Exception as error:
                    receiver.refused.append(repr(error))
                    self.send_response(401)
                else:
                    receiver.bodies[headers["webhook-id"]].append(json.loads(body))
                    self.send_response(200)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Tests read what came, not logs."""

        self._server = ThreadingHTTPServer(("0.0.0.0", 0), Handler)  # noqa: S104 - containers come by a bridge
        self._server.daemon_threads = True
        self.port = self._server.server_port

    @contextmanager
    def open(self) -> Iterator["Receiver"]:
        """Serve for the block."""
        with serving(self._server):
            yield self
