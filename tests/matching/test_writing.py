import pytest

from services.matching.document import Document
from services.matching.fold import code_points
from services.matching.punctuation import may_part
from services.matching.writing import is_parted


@pytest.mark.parametrize("between", [". ", ", ", "\n\n", " — ", "。", " (", "؟ "])
def test_hard_punctuation_parts_words(between: str) -> None:
    text = f"Пакистан{between}Taliban"
    assert is_parted(text, 0, len(text))
    assert may_part(code_points(text)).any()


@pytest.mark.parametrize("between", [" ", "-", "\n", "’"])
def test_soft_signs_do_not(between: str) -> None:
    text = f"پاکستان{between}Taliban"
    assert not is_parted(text, 0, len(text))


def test_a_document_knows_where_words_may_part() -> None:
    document = Document("A, b", "c. 🙂 d")
    assert {document.joined[place] for place in document.barriers.tolist()} == {",", "\n", "."}
