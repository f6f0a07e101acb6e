"""Each case is one word or name in one text: found or not."""

import pytest

from services.matching.document import Document
from services.matching.lexicon import Entry, Lexicon


def found(phrase: str, text: str) -> list[str]:
    document = Document("", text)
    hits = Lexicon([Entry(None, phrase)]).find(document)
    return [document.joined[hit.occurrence.start : hit.occurrence.end] for hit in hits]


@pytest.mark.parametrize(
    ("phrase", "text", "words"),
    [
        # Latin: whole words, any dash, any apostrophe
        ("Kabul", "Kabul's markets", "Kabul"),
        ("Jamaat-ul-Ahrar", "fighters of Jamaat ul–Ahrar fled", "Jamaat ul–Ahrar"),
        ("al-Qa'ida", "al-Qaida", "al-Qaida"),
        ("al-Qa'ida", "Al Qa’ida", "Al Qa’ida"),
        ("Oʻzbekiston", "O‘zbekiston", "O‘zbekiston"),
        ("Erdogan", "ERDOĞAN said", "ERDOĞAN"),
        ("Cafe", "the Cafe\u0301 burned", "Cafe\u0301"),
        # wildcards
        ("safe haven*", "two safe havens there", "safe havens"),
        ("safe haven*", "a safe haven.", "safe haven"),
        ("terror* attack*", "terrorist attacks rose", "terrorist attacks"),
        ("террорист* атак*", "после террористической атаки", "террористической атаки"),
        ("محفوظ پناہ گاہ*", "محفوظ پناہ گاہوں میں", "محفوظ پناہ گاہوں"),
        # Russian cases, word by word
        ("Пакистан", "в Пакистане", "Пакистане"),
        ("Россия", "между Россией и Китаем", "Россией"),
        ("Лавров", "с Лавровым", "Лавровым"),
        ("Исламское государство", "боевики Исламского государства", "Исламского государства"),
        ("пакистанский", "пакистанскими", "пакистанскими"),
        ("убежище", "в убежищах", "убежищах"),
        ("талибы", "переговоры с талибами", "талибами"),
        # Arabic script: particles before, suffixes after, shapes of letters
        ("طالبان", "وطالبان", "طالبان"),
        ("طالبان", "طالبانو", "طالبانو"),
        ("طالبان", "طالبان‌ها", "طالبان"),
        ("باكستان", "الباكستانية", "باكستانية"),
        ("القاعدة", "للقاعدة", "للقاعدة"),
        ("القاعدة", "والقاعده", "القاعده"),
        ("پاکستان", "دپاکستان", "پاکستان"),
        ("افغانستان", "بِأَفْغانِسْتان", "أَفْغانِسْتان"),
        ("حزب الله", "ولحزب الله", "حزب الله"),
        # Chinese: no boundaries; Latin inside it has them
        ("塔利班", "阿富汗塔利班称", "塔利班"),
        ("TTP", "称TTP组织", "TTP"),
        ("IS呼罗珊", "“IS呼罗珊”分支", "IS呼罗珊"),
        # Hindi: vowel signs belong to the word
        ("पाकिस्तान", "पाकिस्तान ने कहा", "पाकिस्तान"),
    ],
)
def test_a_name_is_found_as_its_language_bends_it(phrase: str, text: str, words: str) -> None:
    assert found(phrase, text) == [words]


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("Kabul", "Kabuliwala"),
        ("bomb", "Bombay"),
        ("haven*", "shaven"),
        ("Китай", "кита"),
        ("Дели", "по делам"),
        ("Иран", "иранист"),
        ("НАТО", "натом"),
        ("كابل", "كابلات"),
        ("كابل", "أكابلكو"),
        ("هرات", "تظاهرات"),
        ("چین", "داچین"),
        ("हम", "हमास"),
    ],
)
def test_a_name_inside_another_word_is_not_found(phrase: str, text: str) -> None:
    assert found(phrase, text) == []


@pytest.mark.parametrize("phrase", ["", "*", "**", "—", "😀", "\ud800"])
def test_a_phrase_without_letters_finds_nothing(phrase: str) -> None:
    assert found(phrase, "* — 😀 Kabul \ud800") == []
