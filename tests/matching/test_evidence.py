import re
from unicodedata import combining

import numpy as np
import pytest
from hypothesis import given

from services.matching.evidence import SpanOutsideText, original_spans
from services.matching.fold import fold
from tests.strategies import news_text


def spans_of(*spans: tuple[int, int]) -> "np.ndarray[tuple[int, int], np.dtype[np.int32]]":
    return np.array(spans, dtype=np.int32).reshape(-1, 2)


@given(news_text)
def test_evidence_reads_as_what_was_matched(text: str) -> None:
    folded = fold(text)
    words = [match.span() for match in re.finditer("[^ ]+", folded.text)]
    for (start, end), (a, b) in zip(original_spans(spans_of(*words), folded.offsets), words, strict=True):
        assert fold(text[start:end]).text.strip() == folded.text[a:b]
        following = text[end : end + 1]
        assert not (combining(following or " ") and fold(f"e{following}").text == " e "), "an accent was cut off"


def test_a_deleted_mark_stays_with_its_letter() -> None:
    folded = fold("Cafe\u0301 Kabul")
    assert original_spans(spans_of((1, 5)), folded.offsets).tolist() == [[0, 5]]


def test_a_ligature_is_never_cut() -> None:
    folded = fold("ﻻ")
    assert folded.text == " لا "
    assert original_spans(spans_of((1, 2), (2, 3)), folded.offsets).tolist() == [[0, 1], [0, 1]]


@pytest.mark.parametrize(
    "span", [(2, 2), (3, 1), (-1, 2), (1, 99)], ids=["empty", "reversed", "before", "past the end"]
)
def test_spans_of_another_text_are_refused(span: tuple[int, int]) -> None:
    with pytest.raises(SpanOutsideText, match="same fold"):
        original_spans(spans_of(span), fold("Kabul").offsets)


def test_no_spans_map_to_no_spans() -> None:
    assert original_spans(spans_of(), fold("Kabul").offsets).tolist() == []
