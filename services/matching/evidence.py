"""Spans of the folded text, back in the text that the reader saw."""

from __future__ import annotations

import numpy as np

from services.matching.fold import IntArray


class SpanOutsideText(ValueError):
    """A span is empty, reversed, or reaches past the text that it was found in."""


def original_spans(spans: IntArray, offsets: IntArray) -> IntArray:
    """Map spans of the folded text back to the text that the reader saw.

    A span ends where the next kept code point begins: marks that the fold deleted stay with the letter before them. A
    code point that the fold spelled out as several letters is never cut.

    Args:
        spans: int32 (n, 2), n >= 0: half-open [start, end) in folded code points.
        offsets: int32 (m + 1,), never decreasing: where each of the m folded code points was, then the original's
            length.

    Returns:
        int32 (n, 2): half-open, in code points of the original (not bytes, not UTF-16 units).

    Raises:
        SpanOutsideText: a span is empty, reversed, or reaches past m.

    Source: The Unicode Standard, section 3.6 (a combining character sequence is not cut).
    """
    if not len(spans):
        return spans
    if spans.min() < 0 or spans.max() >= len(offsets) or (spans[:, 0] >= spans[:, 1]).any():
        raise SpanOutsideText(f"spans must lie in [0, {len(offsets) - 1}]; map them with the offsets of the same fold")
    original = offsets[spans]
    last = offsets[spans[:, 1] - 1]
    cut = np.flatnonzero(original[:, 1] == last)  # the next folded letter belongs to the same code point
    original[cut, 1] = last[cut] + 1
    return original
