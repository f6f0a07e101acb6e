import re
from unicodedata import combining

import numpy as np
import pytest
from hypothesis import given

from services.matching.evidence import original_spans
from services.matching.fold import Folded, fold
from tests.strategies import news_text


def original(folded: Folded, *spans: tuple[int, int]) -> list[tuple[int, int]]:
    starts, ends = np.array(spans, dtype=np.int32).reshape(-1, 2).T
    found = original_spans(starts, ends, folded.offsets)
    return list(zip(*(column.tolist() for column in found), strict=True))


@given(news_text)
def test_evidence_reads_as_what_was_matched(text: str) -> None:
    folded = fold(text)
    words = [match.span() for match in re.finditer("[^ ]+", folded.text)]
    for (start, end), (a, b) in zip(original(folded, *words), words, strict=True):
        assert fold(text[start:end]).text.strip() == folded.text[a:b]
        following = text[end : end + 1]
        assert not (combining(following or " ") and fold(f"e{following}").text == " e "), "an accent was cut off"


def test_a_deleted_mark_stays_with_its_letter() -> None:
    folded = fold("Cafe\u0301 Kabul")
    assert original(folded, (1, 5)) == [(0, 5)]


def test_a_ligature_is_never_cut() -> None:
    folded = fold("ﻻ")
    assert folded.text == " لا "
    assert original(folded, (1, 2), (2, 3)) == [(0, 1), (0, 1)]


def test_a_span_of_a_longer_text_is_refused() -> None:
    with pytest.raises(IndexError):
        original(fold("Kabul"), (2, 99))


def test_no_spans_map_to_no_spans() -> None:
    assert original(fold("Kabul")) == []
