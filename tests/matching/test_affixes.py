import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from services.matching.affixes import AffixTable
from services.matching.fold import code_points

SETS = [frozenset({"", "а", "ами"}), frozenset({"های", "ы"}), frozenset({""})]
letters = st.text(alphabet="аымиهای 𠀀x", max_size=12)


@given(st.lists(st.tuples(letters, st.integers(0, 2), st.integers(0, 12), st.integers(0, 6)), min_size=1, max_size=6))
def test_an_affix_is_allowed_where_its_set_has_it(asked: list[tuple[str, int, int, int]]) -> None:
    text = " ".join(text for text, _, _, _ in asked) + " "
    sets, starts, ends = [], [], []
    for _, number, start, length in asked:
        sets.append(number)
        starts.append(min(start, len(text)))
        ends.append(min(start + length, len(text)))
    found = AffixTable(SETS).allows(
        np.array(sets, dtype=np.int32),
        code_points(text),
        np.array(starts, dtype=np.int64),
        np.array(ends, dtype=np.int64),
    )
    assert found.tolist() == [text[a:b] in SETS[n] for n, a, b in zip(sets, starts, ends, strict=True)]
