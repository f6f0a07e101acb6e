"""Names inside longer names: the longest match wins."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

Span = tuple[int, int]


def longest_wins(spans: Sequence[Span]) -> list[int]:
    """Which of the half-open spans stand, as indices in their given order.

    A span that overlaps a longer one falls; among overlapping spans of one length the first in the text stands. Equal
    spans share their fate.
    """
    standing = set[Span]()
    for cluster in _clusters(sorted(set(spans))):
        standing.update(cluster if len(cluster) == 1 else _longest_of(cluster))
    return [index for index, span in enumerate(spans) if span in standing]


def _clusters(spans: Iterable[Span]) -> Iterator[list[Span]]:
    """Runs of spans, sorted by their start, each of which begins before one before it in the run ends."""
    cluster: list[Span] = []
    reach = 0
    for span in spans:
        if cluster and span[0] >= reach:
            yield cluster
            cluster = []
        cluster.append(span)
        reach = max(reach, span[1]) if len(cluster) > 1 else span[1]
    if cluster:
        yield cluster


def _longest_of(cluster: Sequence[Span]) -> Iterator[Span]:
    first = cluster[0][0]
    taken = bytearray(max(end for _, end in cluster) - first)
    for start, end in sorted(cluster, key=lambda span: (span[0] - span[1], span)):
        if taken.find(1, start - first, end - first) < 0:
            taken[start - first : end - first] = b"\1" * (end - start)
            yield start, end
