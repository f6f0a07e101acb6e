"""Spans of the folded text, back in the text that the reader saw."""

from __future__ import annotations

import numpy as np

from services.matching.fold import IntArray


def original_spans(starts: IntArray, ends: IntArray, offsets: IntArray) -> tuple[IntArray, IntArray]:
    """Map spans of the folded text back to the text that the reader saw.

    A span ends where the next kept code point begins: marks that the fold deleted stay with the letter before them. A
    code point that the fold spelled out as several letters is never cut.

    Args:
        starts: int32 (n,): first folded code point of each span.
        ends: int32 (n,): one past the last; more than its start.
        offsets: int32 (m + 1,), never decreasing: where each of the m folded code points was, then the original's
            length.

    Returns:
        The same spans, half-open, in code points of the original (not bytes, not UTF-16 units).

    Raises:
        IndexError: a span reaches past the m folded code points: it is of another fold.

    Source: The Unicode Standard, section 3.6 (a combining character sequence is not cut).
    """
    return offsets.take(starts), np.maximum(offsets.take(ends), offsets.take(ends - 1) + 1)
