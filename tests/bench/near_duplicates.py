"""Near-duplicates found by sketches: recall on rewritten articles, precision on different ones, CPU, beside peers."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any, Final

from services.matching.sketch import SAME_STORY, keys, same_story, sketch
from tests.bench.corpus import Sample, samples
from tests.bench.cpu import cpu_of_each
from tests.bench.report import Cell, Table
from tests.bench.rewritten import Rewriter
from tests.bench.sketches import Method, methods

_FOUR_KB: Final = 4_096
_CPU_ARTICLES: Final = 60
_ALIKE: Final = 0.5
"""Share of labels that two articles on one event have in common, at least, and three labels."""

Row = tuple[Cell, ...]
Pair = tuple[Sample, Sample]


def near_duplicates() -> list[Table]:
    """The tables; none where the articles are not there."""
    given = samples()
    if not given:
        return []
    rewriter = Rewriter(given)
    rewritten = {kind: [(one, rewrite(one)) for one in given] for kind, rewrite in rewriter.kinds.items()}
    different = [(one, other) for one, other in combinations(given, 2) if one.language == other.language]
    one_event = [pair for pair in different if _on_one_event(*pair)]
    rows = [row for method in methods() for row in _rows(method, given, rewritten, different, one_event)]
    return [
        Table(
            "near_duplicates",
            f"Near-duplicates: {len(given)} articles in 8 languages, each rewritten in {len(rewritten)} ways; "
            f"{len(different):,} pairs of different ones, {len(one_event)} of them with the same actors and topics",
            ("method", "bytes", "threshold", *rewritten, "precision", "one event, most", "us per 4 KB"),
            rows,
            f"""Recall in % of each rewriting, and precision in %, at a threshold. `same_story` is ours as it is used:
            containment of {SAME_STORY}, of texts up to five times as long. In the other rows the threshold is the least
            that takes none of the different pairs: the best that a method can do here. Where all are as good, CPU
            decides, and that only bottom-k says which of two texts is a part of the other. SimHash of 64 bits is too
            coarse for parts; one that is not costs many times the CPU and has no keys that part and whole would share.
            CPU with the fold of the text.""",
        ),
        Table(
            "near_duplicate_keys",
            "Keys to look near-duplicates up by",
            ("what", "share a key: %"),
            list(_keys(rewritten, different)),
            """By bottom-k pairs; what shares no key is never compared. The keys of a part thin out with its share of
            the whole.""",
        ),
    ]


def _rows(
    method: Method,
    given: Sequence[Sample],
    rewritten: Mapping[str, Sequence[tuple[Sample, str]]],
    different: Sequence[Pair],
    one_event: Sequence[Pair],
) -> Iterator[Row]:
    made = {one.id: method.make(one.text) for one in given}
    alike = {kind: [(made[one.id], method.make(text)) for one, text in pairs] for kind, pairs in rewritten.items()}
    apart = [(made[one.id], made[other.id]) for one, other in different]
    on_one = max((method.likeness(made[one.id], made[other.id]) for one, other in one_event), default=0.0)
    least = max(method.likeness(*pair) for pair in apart) + 1e-9
    measured = given[:_CPU_ARTICLES]
    size = sum(len(one.text.encode()) for one in measured) / len(measured)
    cpu = cpu_of_each([one.text for one in measured], method.make, rounds=3) * _FOUR_KB / size
    decisions: list[tuple[str, float, Callable[[Any, Any], bool]]] = [
        (method.name, least, lambda one, other: method.likeness(one, other) > least)
    ]
    if method.make is sketch:
        decisions.insert(0, ("same_story", SAME_STORY, _is_same))
    for name, threshold, decide in decisions:
        taken = {kind: [decide(*pair) for pair in pairs] for kind, pairs in alike.items()}
        right, wrong = sum(map(sum, taken.values())), sum(decide(*pair) for pair in apart)
        recall = (100 * sum(hits) / len(hits) for hits in taken.values())
        yield name, method.size, threshold, *recall, 100 * right / (right + wrong), on_one, cpu


def _keys(rewritten: Mapping[str, Sequence[tuple[Sample, str]]], different: Sequence[Pair]) -> Iterator[Row]:
    of = {one.id: set(keys(made)) for pair in different for one in pair if (made := sketch(one.text)) is not None}
    for kind, pairs in rewritten.items():
        sketched = [(one, found) for one, text in pairs if (found := sketch(text)) is not None]
        shared = [bool(of[one.id] & set(keys(found))) for one, found in sketched]
        yield kind, 100 * sum(shared) / len(shared)
    yield "different articles", 100 * sum(bool(of[one.id] & of[other.id]) for one, other in different) / len(different)


def _is_same(one: str | None, other: str | None) -> bool:
    return one is not None and other is not None and same_story(one, other)


def _on_one_event(one: Sample, other: Sample) -> bool:
    labels, others = one.actors | one.topics, other.actors | other.topics
    shared = labels & others
    return bool(one.topics & other.topics) and len(shared) >= 3 and len(shared) >= _ALIKE * len(labels | others)
