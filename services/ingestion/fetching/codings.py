"""Content codings, decoded piece by piece: however far a few bytes would swell, no more is held than there is room for.

gzip (one member or several), deflate (zlib, or bare as some hosts send it), br, zstd (one frame or several). One coding
of an answer is undone and no second: a nested bomb stays folded.

Sources: RFC 1950 to 1952, 7932, 8878; RFC 9659 (a zstd window in HTTP is at most 8 MiB).
"""

import zlib
from typing import Protocol

import brotli  # type: ignore[import-untyped]
import zstandard

ACCEPTED = "gzip, deflate, br, zstd"
GZIP_MAGIC = b"\x1f\x8b\x08"

_ZSTD_WINDOW = 8 * 1024 * 1024
_ZSTD_STEP = 128
"""Bytes at a time: zstandard takes no bound on what comes out, and four bytes can give 128 KiB."""
_BROTLI_STEP = 64 * 1024
_MAX_PARTS = 1000
"""gzip members or zstd frames; more of them cost more to begin than they hold."""


class CodingBroken(Exception):
    """The data is not of its coding, or the coding is none that was asked for."""


class Decoder(Protocol):
    """Undoes one coding."""

    complete: bool
    """Whether the data ended where the coding says that it ends."""

    def decode(self, piece: bytes, room: int) -> bytes:
        """Decode a piece; once `room` bytes have come out, or a few more, the rest is lost.

        Raises:
            CodingBroken: the data is not of this coding.
        """


def decoder_for(content_encoding: str) -> Decoder | None:
    """What undoes this `Content-Encoding`; None where nothing is to be undone.

    Raises:
        CodingBroken: a coding that was not asked for, or more than one.
    """
    codings = [coding for part in content_encoding.split(",") if (coding := part.strip().lower()) not in _NOTHING]
    if not codings:
        return None
    if len(codings) > 1 or codings[0] not in _DECODERS:
        raise CodingBroken(f"encoded as {content_encoding[:60]!r}, which was not asked for")
    return _DECODERS[codings[0]]()


class Inflate:
    """gzip, zlib, or bare deflate data."""

    def __init__(self) -> None:
        self.complete = False
        self._inflate = zlib.decompressobj(zlib.MAX_WBITS | 32)
        self._begun = False
        self._parts = 1

    def decode(self, piece: bytes, room: int) -> bytes:
        """See Decoder."""
        decoded = bytearray()
        while piece and len(decoded) < room:
            if self.complete:
                if piece[0] != GZIP_MAGIC[0]:
                    break  # padding
                self._parts = _one_more(self._parts)
                self._inflate = zlib.decompressobj(zlib.MAX_WBITS | 16)
            decoded += self._decompress(piece, room - len(decoded))
            self.complete = self._inflate.eof
            piece = self._inflate.unused_data
        return bytes(decoded)

    def _decompress(self, piece: bytes, room: int) -> bytes:
        begun, self._begun = self._begun, True
        try:
            return self._inflate.decompress(piece, room)
        except zlib.error as error:
            if begun:
                raise CodingBroken(f"the compressed data is damaged: {error}") from None
        self._inflate = zlib.decompressobj(-zlib.MAX_WBITS)
        return self._decompress(piece, room)


class _Unbrotli:
    def __init__(self) -> None:
        self.complete = False
        self._decompressor = brotli.Decompressor()

    def decode(self, piece: bytes, room: int) -> bytes:
        decoded = bytearray()
        try:
            decoded += self._decompressor.process(piece, output_buffer_limit=_BROTLI_STEP)
            while len(decoded) < room and not self._decompressor.can_accept_more_data():
                decoded += self._decompressor.process(b"", output_buffer_limit=_BROTLI_STEP)
        except brotli.error as error:
            raise CodingBroken(f"the compressed data is damaged: {error}") from None
        self.complete = self._decompressor.is_finished()
        return bytes(decoded)


class _Unzstd:
    _FRAME_BEGINS = frozenset({0x28, *range(0x50, 0x60)})
    """The first byte of a frame, and of one to skip."""

    def __init__(self) -> None:
        self.complete = False
        self._frame = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).decompressobj()
        self._parts = 1

    def decode(self, piece: bytes, room: int) -> bytes:
        decoded = bytearray()
        at = 0
        while at < len(piece) and len(decoded) < room:
            if self.complete:
                if piece[at] not in self._FRAME_BEGINS:
                    break  # padding
                self._parts = _one_more(self._parts)
                self._frame = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).decompressobj()
            step = piece[at : at + _ZSTD_STEP]
            try:
                decoded += self._frame.decompress(step)
            except zstandard.ZstdError as error:
                raise CodingBroken(f"the compressed data is damaged: {error}") from None
            self.complete = self._frame.eof
            at += len(step) - len(self._frame.unused_data)
        return bytes(decoded)


def _one_more(parts: int) -> int:
    if parts == _MAX_PARTS:
        raise CodingBroken(f"the compressed data is in more than {_MAX_PARTS} parts")
    return parts + 1


_NOTHING = ("", "identity")
_DECODERS: dict[str, type[Decoder]] = {
    "gzip": Inflate,
    "x-gzip": Inflate,
    "deflate": Inflate,
    "br": _Unbrotli,
    "zstd": _Unzstd,
}
