"""How far a client comes towards the broker, and what stands in its way: each obstacle told apart, with the fix.

name > port > TLS > speaks Kafka > version > asks for a password > takes ours

A client library says of all of them that it could not connect. Here each step is taken by itself.
"""

import asyncio
import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from aiokafka.conn import create_conn
from aiokafka.errors import (
    IllegalSaslStateError,
    KafkaError,
    SaslAuthenticationFailed,
    UnsupportedSaslMechanismError,
)

from services.backbone.broker_version import OLDEST, lacks
from services.backbone.certificate_trouble import certificate_trouble
from services.backbone.settings import KafkaSettings
from services.backbone.wire import ApiVersions, Closed, Talk, Unintelligible

_ILLEGAL_SASL_STATE: Final = 34
_ADDRESS: Final = "TOCSIN_KAFKA_BOOTSTRAP_SERVERS"
_PROTOCOL: Final = "TOCSIN_KAFKA_SECURITY_PROTOCOL"


@dataclass(frozen=True, slots=True)
class Reached:
    """A broker that lets us in."""

    server: str
    """host:port."""
    versions: ApiVersions
    seconds: float
    """From the first packet to the last."""


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What stands in the way."""

    step: int
    """How far it went: from 0, the name, on."""
    what: str
    fix: str
    waiting_helps: bool = False
    """Whether it may go by itself: a broker that starts, a name that comes up."""


async def reach(kafka: KafkaSettings, seconds: float = 5.0, *, sign_in: bool = True) -> Reached | Obstacle:
    """Go to the bootstrap servers, all at once, as a client would.

    Returns:
        The first in the order of the settings that lets us in; else the obstacle of the one where it went farthest.
    """
    servers = kafka.bootstrap_servers.split(",")
    found = await asyncio.gather(*(_one(kafka, server, seconds, sign_in) for server in servers))
    obstacles: list[Obstacle] = []
    for each in found:
        if isinstance(each, Reached):
            return each
        obstacles.append(each)
    return max(obstacles, key=lambda obstacle: obstacle.step)


async def _one(kafka: KafkaSettings, server: str, seconds: float, sign_in: bool) -> Reached | Obstacle:
    loop, began = asyncio.get_running_loop(), asyncio.get_running_loop().time()
    host, _, port = server.rpartition(":")
    visit = _Visit(kafka, host.strip("[]"), int(port), server)
    try:
        async with asyncio.timeout(seconds):
            found = await visit.go(sign_in)
    except TimeoutError:
        return visit.silent(seconds)
    except _Stopped as stopped:
        return stopped.obstacle
    return Reached(server, found, loop.time() - began)


class _Stopped(Exception):
    def __init__(self, step: int, what: str, fix: str, *, waiting_helps: bool = False) -> None:
        super().__init__(what)
        self.obstacle = Obstacle(step, what, fix, waiting_helps)


class _Visit:
    """One server, step by step."""

    def __init__(self, kafka: KafkaSettings, host: str, port: int, server: str) -> None:
        self._kafka = kafka
        self._host = host
        self._port = port
        self._server = server
        self._step = 0
        self._is_tls = kafka.security_protocol.endswith("SSL")
        self._is_sasl = kafka.security_protocol.startswith("SASL")

    async def go(self, sign_in: bool) -> ApiVersions:
        """All the way, or to where a password is asked for."""
        await self._resolve()
        self._step = 1
        await self._knock()
        self._step = 2
        async with await self._talk() as talk:
            self._step = 3
            versions = await self._versions(talk)
            self._step = 4
            self._judge_versions(versions)
            self._step = 5
            await self._judge_sign_in(talk, versions)
        if self._is_sasl and sign_in:
            self._step = 6
            await self._sign_in()
        return versions

    def silent(self, seconds: float) -> Obstacle:
        """What it means that no answer came in time."""
        at = ("the DNS", self._server)[self._step > 0]
        fix = (
            "look at the resolver of this machine"
            if self._step == 0
            else f"look for a firewall in between, or correct {_ADDRESS}"
            if self._step == 1
            else "look at the broker's log: it listens and does not answer"
        )
        return Obstacle(self._step, f"{at} does not answer within {seconds:.0f} s", fix, waiting_helps=True)

    async def _resolve(self) -> None:
        try:
            await asyncio.get_running_loop().getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise _Stopped(
                0, f"the name {self._host} does not resolve ({error.strerror})",
                f"correct {_ADDRESS} or the DNS of this machine; in Compose the name is that of the service, and both "
                "must be on one network", waiting_helps=True,
            ) from None  # fmt: skip

    async def _knock(self) -> None:
        try:
            _, writer = await asyncio.open_connection(self._host, self._port)
        except OSError as error:
            refused = isinstance(error, ConnectionRefusedError) or "refused" in str(error).lower()
            raise _Stopped(
                1, f"nothing listens at {self._server}" if refused else f"{self._server}: {error.strerror or error}",
                f"start the broker (tocsin broker start, or docker compose up -d kafka), or correct {_ADDRESS}",
                waiting_helps=True,
            ) from None  # fmt: skip
        writer.close()

    async def _talk(self) -> Talk:
        if not self._is_tls:
            return await Talk.open(self._host, self._port, None)
        try:
            context = self._kafka.ssl_context()
        except (OSError, ValueError) as error:
            raise _Stopped(
                2, f"the certificates of this client cannot be used: {error}",
                "correct TOCSIN_KAFKA_SSL_CAFILE, ..._CERTFILE, ..._KEYFILE and ..._KEY_PASSWORD: PEM files",
            ) from None  # fmt: skip
        try:
            return await Talk.open(self._host, self._port, context)
        except ssl.SSLCertVerificationError as error:
            raise _Stopped(2, *certificate_trouble(error, self._server, self._host, self._kafka.ssl_cafile)) from None
        except OSError as error:
            if await self._speaks(None):
                raise _Stopped(
                    2, f"{self._server} speaks no TLS, and {_PROTOCOL} is {self._kafka.security_protocol}",
                    f"write {_PROTOCOL}={self._kafka.security_protocol.replace('SSL', 'PLAINTEXT')}, or the port of "
                    f"the listener that does into {_ADDRESS}",
                ) from None  # fmt: skip
            raise _Stopped(
                2, f"{self._server} ends the TLS handshake: {_reason(error)}",
                "see the broker's log; where it asks for a client's certificate, set TOCSIN_KAFKA_SSL_CERTFILE and "
                "..._KEYFILE", waiting_helps=isinstance(error, ConnectionError),
            ) from None  # fmt: skip

    async def _versions(self, talk: Talk) -> ApiVersions:
        try:
            return await talk.api_versions()
        except Unintelligible as error:
            if not self._is_tls and await self._speaks_tls():
                raise self._wants_tls() from None
            raise _Stopped(
                3, f"{self._server} is no Kafka broker: it answers {error.head!r}",
                f"correct the port in {_ADDRESS}",
            ) from None  # fmt: skip
        except (Closed, OSError) as error:
            if not self._is_tls and await self._speaks_tls():
                raise self._wants_tls() from None
            if self._is_tls:
                raise _Stopped(
                    3, f"{self._server} closes the connection after the TLS handshake: {_reason(error)}",
                    "where it asks for a client's certificate, set TOCSIN_KAFKA_SSL_CERTFILE and ..._KEYFILE to one "
                    "that it trusts",
                ) from None  # fmt: skip
            raise _Stopped(
                3, f"{self._server} closes the connection at the first request",
                f"look at the broker's log; it may be starting or stopping, or {_ADDRESS} leads to no broker",
                waiting_helps=True,
            ) from None  # fmt: skip

    def _wants_tls(self) -> _Stopped:
        wanted = self._kafka.security_protocol.replace("PLAINTEXT", "SSL")
        return _Stopped(
            3, f"{self._server} speaks TLS only, and {_PROTOCOL} is {self._kafka.security_protocol}",
            f"write {_PROTOCOL}={wanted}, and TOCSIN_KAFKA_SSL_CAFILE where its authority is your own",
        )  # fmt: skip

    def _judge_versions(self, versions: ApiVersions) -> None:
        if lacking := lacks(versions):
            raise _Stopped(
                4, f"a broker of the wrong version at {self._server}: {'; '.join(lacking)}",
                f"run Apache Kafka {OLDEST} or later, or a service that is compatible with it",
            )  # fmt: skip

    async def _judge_sign_in(self, talk: Talk, versions: ApiVersions) -> None:
        """Whether a name and a password are asked for, and whether in a way that we know."""
        asked = await talk.sasl_mechanisms(self._kafka.sasl_mechanism)
        if not self._is_sasl:
            if asked.mechanisms and not await self._serves_strangers(versions):
                raise _Stopped(
                    5, f"{self._server} asks for a name and a password, and {_PROTOCOL} is "
                    f"{self._kafka.security_protocol}",
                    f"write {_PROTOCOL}=SASL_{self._kafka.security_protocol}, TOCSIN_KAFKA_SASL_USERNAME, "
                    f"..._PASSWORD_FILE, and TOCSIN_KAFKA_SASL_MECHANISM ({' or '.join(asked.mechanisms)})",
                )  # fmt: skip
        elif asked.error == _ILLEGAL_SASL_STATE:
            raise _Stopped(
                5, f"{self._server} asks for no password, and {_PROTOCOL} is {self._kafka.security_protocol}",
                f"write {_PROTOCOL}={self._kafka.security_protocol.removeprefix('SASL_')}, or the port of the listener "
                f"that asks for one into {_ADDRESS}",
            )  # fmt: skip
        elif asked.mechanisms and self._kafka.sasl_mechanism not in asked.mechanisms:
            raise _Stopped(
                5, f"{self._server} lets nobody in by {self._kafka.sasl_mechanism}; by {', '.join(asked.mechanisms)}",
                f"write TOCSIN_KAFKA_SASL_MECHANISM={asked.mechanisms[0]}",
            )  # fmt: skip

    async def _serves_strangers(self, versions: ApiVersions) -> bool:
        with suppress(OSError, Closed, Unintelligible):
            context = self._kafka.ssl_context() if self._is_tls else None
            async with await Talk.open(self._host, self._port, context) as talk:
                await talk.metadata(versions)
                return True
        return False

    async def _sign_in(self) -> None:
        arguments = self._kafka.aiokafka()
        del arguments["bootstrap_servers"]
        user = self._kafka.sasl_username
        try:
            connection = await create_conn(self._host, self._port, **arguments)
        except (SaslAuthenticationFailed, ValueError) as error:
            said = f" ({error.args[0]})" if error.args and isinstance(error.args[0], str) and error.args[0] else ""
            raise _Stopped(
                6, f"{self._server} refuses the name or the password of {user}{said}",
                "correct TOCSIN_KAFKA_SASL_USERNAME and the password (TOCSIN_KAFKA_SASL_PASSWORD or the file in "
                "..._PASSWORD_FILE), or make that user on the broker",
            ) from None  # fmt: skip
        except (UnsupportedSaslMechanismError, IllegalSaslStateError) as error:
            raise _Stopped(6, f"{self._server}: {error}", "correct TOCSIN_KAFKA_SASL_MECHANISM") from None
        except (KafkaError, OSError) as error:
            raise _Stopped(
                6, f"{self._server} closes the connection at the sign-in of {user}: {_reason(error)}",
                "look at the broker's log", waiting_helps=True,
            ) from None  # fmt: skip
        connection.close()

    async def _speaks(self, context: ssl.SSLContext | None) -> bool:
        with suppress(OSError, Closed, Unintelligible):
            async with await Talk.open(self._host, self._port, context) as talk:
                await talk.api_versions()
                return True
        return False

    async def _speaks_tls(self) -> bool:
        """Whether it takes a TLS handshake; whom it belongs to is of no interest here, and nothing is told to it."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        try:
            async with await Talk.open(self._host, self._port, context):
                return True
        except ssl.SSLError as error:
            return "CERTIFICATE_REQUIRED" in str(error).upper()
        except OSError:
            return False


def _reason(error: Exception) -> str:
    if isinstance(error, ssl.SSLError):
        return error.reason or str(error)
    return str(error) or type(error).__name__
