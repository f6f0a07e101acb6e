from itertools import pairwise

import pytest
from hypothesis import given

from services.matching.sentences import sentence_starts
from tests.strategies import news_text


def sentences(text: str) -> list[str]:
    starts = [*sentence_starts(text).tolist(), len(text)]
    return [text[a:b].strip() for a, b in pairwise(starts)]


@pytest.mark.parametrize(
    "expected",
    [
        ["Kabul is quiet.", "Kandahar is not!", "Why?", "Nobody knows…", "So it goes."],
        ["“We will act.”", "He left.", "(They stayed.)", "All was calm."],
        ["The U.S. envoy met S. Jaishankar in Delhi.", "He then flew home."],
        ["Gen. Asim Munir and Lt. Gen. Khan spoke.", "It rained."],
        ["It cost approx. five, or 3.5 to be exact.", "Then it fell."],
        ["В Кабуле тихо.", "Им. Ленина здесь нет улицы?", "Нет."],
        ["یہ پہلا جملہ ہے۔", "یہ دوسرا ہے۔", "کیا یہ تیسرا ہے؟", "جی"],
        ["यह पहला वाक्य है।", "यह दूसरा है।"],
    ],
    ids=["marks", "quotes and brackets", "initials", "titles", "small letters", "Russian", "Urdu", "Hindi"],
)
def test_sentences_are_told_apart(expected: list[str]) -> None:
    assert sentences(" ".join(expected)) == expected


def test_chinese_needs_no_space_and_lines_end_sentences() -> None:
    assert sentences("喀布尔平静。坎大哈呢？不知道\n第三行") == ["喀布尔平静。", "坎大哈呢？", "不知道", "第三行"]


@given(news_text)
def test_starts_ascend_from_zero_within_the_text(text: str) -> None:
    starts = sentence_starts(text).tolist()
    assert starts[0] == 0
    assert starts == sorted(set(starts))
    assert starts[-1] < max(1, len(text))
