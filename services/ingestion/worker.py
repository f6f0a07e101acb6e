"""A worker's own side: `python -m services.ingestion.worker CPU_SECONDS MEMORY_BYTES`.

Read a frame (8 bytes of length, then a pickled function with its arguments), call it, write a frame (whether it
returned, and what it returned or raised); end when the input ends, which it does too when the parent dies. The limits
are the kernel's, so that they also end a library that is stuck in C: SIGPROF after so much CPU time of one call, and
no more address space. Whatever a library prints goes to stderr, so it never mixes with the frames.
"""

import logging
import os
import pickle
import resource
import signal
import struct
import sys
import warnings
from typing import BinaryIO, Final

LENGTH: Final = struct.Struct("!Q")
OUT_OF_MEMORY: Final = 70
"""Exit status: the call asked for more memory than it may have."""


def serve(cpu_seconds: float, memory_bytes: int) -> None:
    """Answer calls until the input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches every process of a terminal; the parent ends us
    logging.disable()
    warnings.simplefilter("ignore")
    calls, replies = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    if sys.platform == "linux":  # elsewhere it is not enforced, or refused
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        while frame := _read(calls):
            reply = _answer(frame, cpu_seconds)
            del frame
            replies.write(LENGTH.pack(len(reply)))
            replies.write(reply)
            replies.flush()
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except BrokenPipeError:
        os._exit(0)  # the parent is gone


def _read(calls: BinaryIO) -> bytes:
    length = calls.read(LENGTH.size)
    return calls.read(LENGTH.unpack(length)[0]) if length else b""


def _answer(frame: bytes, cpu_seconds: float) -> bytes:
    try:
        function, args, named = pickle.loads(frame)  # noqa: S301 - from the parent; imports what the call needs
        signal.setitimer(signal.ITIMER_PROF, cpu_seconds)
        try:
            return pickle.dumps((True, function(*args, **named)))
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
    except MemoryError:
        raise
    except Exception as error:
        return _told(error)


def _told(error: Exception) -> bytes:
    """The error as it is, or its words where it does not survive pickling."""
    try:
        told = pickle.dumps((False, error))
        pickle.loads(told)  # noqa: S301 - our own, a moment old
    except Exception:
        told = pickle.dumps((False, RuntimeError(f"{type(error).__qualname__}: {error}")))
    return told


if __name__ == "__main__":
    serve(float(sys.argv[1]), int(sys.argv[2]))
