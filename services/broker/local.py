"""A broker on this machine: start it, stop it, kill it, start it again on the same data."""

import atexit
import contextlib
import errno
import os
import random
import socket
import struct
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

from services.backbone.errors import PortTaken
from services.broker import running
from services.broker.errors import BrokerDidNotStart, OtherBrokerRuns
from services.broker.running import Running

LOG_FILE = "broker.log"
START_SECONDS = 60.0
_LAST_LINES = 15
_POLL_SECONDS = 0.05
_BELOW_THOSE_OF_CONNECTIONS = range(20_000, 32_768)
"""Systems give ports from 32768 (Linux) or 49152 (RFC 6335) on to connections that go out."""
_daemons: list[subprocess.Popen[bytes]] = []
"""Python warns of a child that it loses sight of; these are meant to outlive whoever holds their broker."""


@atexit.register
def _let_go() -> None:
    """It would warn at its own end, too."""
    for child in _daemons:
        if child.poll() is None:
            child.returncode = 0


class LocalBroker(ABC):
    """A broker that listens on 127.0.0.1 and keeps what it needs in one folder.

    As a context manager it is there for the block only, and ends with this process however that ends.
    """

    kind: ClassVar[str]

    def __init__(self, data: Path, port: int) -> None:
        self.data = data
        self.port = port
        self._child: subprocess.Popen[bytes] | None = None
        self._leash: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """What a client takes as bootstrap servers."""
        return f"127.0.0.1:{self.port}"

    @abstractmethod
    def install(self) -> None:
        """Get what must be there before the first start; quick when it is there already.

        Raises:
            BrokerNotInstalled: it cannot be had; the message says what to install.
        """

    @abstractmethod
    def _version(self) -> str:
        """The version of the broker that is installed."""

    @abstractmethod
    def _command(self) -> list[str]:
        """Write the files that a start needs; the command line, to be run in the data folder."""

    @abstractmethod
    def _environment(self) -> Mapping[str, str]:
        """The environment of the command."""

    def _ports(self) -> list[int]:
        """Every port that clients may come to."""
        return [self.port]

    def start(self, *, daemon: bool = True, seconds: float = START_SECONDS) -> Running:
        """Start the broker and wait until it answers. Does nothing when it runs already on this data folder.

        Args:
            daemon: whether it outlives this process.
            seconds: how long it may take.

        Raises:
            BrokerNotInstalled: see `install`.
            BrokerDidNotStart: it ended or did not answer in time, and has been killed.
            OtherBrokerRuns: the folder's running broker is of another kind.
            PortTaken: another program listens on the port.
        """
        with running.claim(self.data) as lock:
            if lock is None:
                return self._already_running(time.monotonic() + seconds)
            for port in self._ports():
                _refuse_taken(port)
            self.install()
            command = self._command()
            self._reap()  # the last one may have crashed
            self._child = child = self._spawn(command, lock)
            if daemon:
                _daemons.append(child)
            try:
                found = Running(self.kind, self._version(), self.port, child.pid, str(self.data))
                running.record(lock, found)
                if not daemon:
                    self._leash = _leash(child.pid)
                self._await_answer(child, time.monotonic() + seconds)
            except BaseException:
                self._reap()
                raise
            return found

    def stop(self) -> Running | None:
        """End the broker and wait for its end.

        Returns:
            The broker that ran; None when none did.
        """
        found = running.stop(self.data)
        self._reap()
        return found

    def kill(self) -> Running | None:
        """End the broker with kill -9 and wait for its end; `start` goes on with the same data.

        Returns:
            The broker that ran; None when none did.
        """
        found = running.kill(self.data)
        self._reap()
        return found

    def running(self) -> Running | None:
        """Tell which broker runs on this data folder."""
        return running.find(self.data)

    def __enter__(self) -> Self:
        self.start(daemon=False)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._leash is not None:
            self.stop()

    def _already_running(self, until: float) -> Running:
        found = running.find(self.data)
        if found is None:
            raise BrokerDidNotStart(f"another start is under way in {self.data}; wait for it: tocsin broker status")
        if found.kind != self.kind:
            raise OtherBrokerRuns(
                f"a broker of kind {found.kind} runs at {found.address} on {self.data}; "
                "stop it first (tocsin broker stop) or choose another folder by --data"
            )
        while not answers(found.port):  # another start may not be through
            if time.monotonic() > until:
                raise BrokerDidNotStart(f"the broker of pid {found.pid} runs and does not answer; {self._last_words()}")
            time.sleep(_POLL_SECONDS)
        self.port = found.port
        return found

    def _spawn(self, command: list[str], lock: int) -> subprocess.Popen[bytes]:
        log = self.data / LOG_FILE
        if log.exists():
            log.replace(log.with_suffix(".log.1"))
        with log.open("wb") as output:
            return subprocess.Popen(
                command,
                cwd=self.data,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=[lock],
            )

    def _await_answer(self, child: subprocess.Popen[bytes], until: float) -> None:
        while not all(answers(port) for port in self._ports()):
            if (status := child.poll()) is not None:
                raise BrokerDidNotStart(f"the broker ended with status {status}; {self._last_words()}")
            if time.monotonic() > until:
                raise BrokerDidNotStart(f"the broker did not answer in time; {self._last_words()}")
            time.sleep(_POLL_SECONDS)

    def _last_words(self) -> str:
        log = self.data / LOG_FILE
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
        told = [line for line in lines if not line.startswith("\tat ")]  # the frames of a Java stack trace
        return "\n    ".join([f"the end of {log}:", *told[-_LAST_LINES:]])

    def _reap(self) -> None:
        if self._leash is not None:
            self._leash.kill()
            self._leash.communicate()
            self._leash = None
        if self._child is not None:
            self._child.kill()  # it has ended, unless its data folder was taken away under it
            self._child.wait()
            self._child = None


def answers(port: int, seconds: float = 2.0) -> bool:
    """Whether a Kafka broker answers on 127.0.0.1, which is more than an open port: it must reply to ApiVersions.

    Source: Kafka protocol guide, request header v1 and ApiVersions (key 18) v0.
    """
    correlation = 7
    body = struct.pack(">hhih", 18, 0, correlation, -1)
    try:
        with socket.create_connection(("127.0.0.1", port), seconds) as connection:
            connection.sendall(struct.pack(">i", len(body)) + body)
            with connection.makefile("rb") as stream:
                reply = stream.read(10)
    except OSError:
        return False
    return len(reply) == 10 and struct.unpack(">ih", reply[4:]) == (correlation, 0)


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on now, and that no connection will be given before someone does.

    Raises:
        PortTaken: there is none.
    """
    for port in random.sample(_BELOW_THOSE_OF_CONNECTIONS, len(_BELOW_THOSE_OF_CONNECTIONS)):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise PortTaken("no port of 127.0.0.1 is free from 20000 to 32767; end what listens there")


def _refuse_taken(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            why = "another program listens there" if error.errno == errno.EADDRINUSE else error.strerror
            raise PortTaken(f"cannot use port {port}: {why}; choose another by --port") from None


def _leash(pid: int) -> subprocess.Popen[bytes]:
    """A shell that ends `pid` when this process is gone, however it went: then the shell's input is at its end."""
    return subprocess.Popen(
        ["/bin/sh", "-c", 'read -r _; kill "$1"', "leash", str(pid)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={"PATH": os.defpath},
        start_new_session=True,
    )
