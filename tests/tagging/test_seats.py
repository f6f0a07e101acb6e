"""A capital or a seat stands for its government by what it does, else for the place."""

import pytest

from tests.tagging.desk import named, words


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("Islamabad said it would respond in kind.", "pakistan"),
        ("On Monday Islamabad repeatedly denied the charge.", "pakistan"),
        ("Kabul's envoy left the hall early.", "afghanistan"),
        ("Ties with Moscow have cooled since spring.", "russia"),
        ("The Tehran-backed militia withdrew.", "iran"),
        ("The governor accused Kabul of sheltering gunmen.", "afghanistan"),
        ("Talks between Kabul and Islamabad ended without a text.", "afghanistan"),
        ("Kabul and Islamabad agreed to reopen the gate.", "afghanistan"),
        ("Москва заявила, что ответит на новые санкции.", "russia"),
        ("Официальный Кабул отверг эти обвинения.", "afghanistan"),
        ("По мнению Исламабада, граница должна остаться закрытой.", "pakistan"),
        ("اسلام آباد نے کہا کہ سرحد بند رہے گی۔", "pakistan"),
        ("کابل کا موقف ہے کہ یہ الزام غلط ہے۔", "afghanistan"),
        ("تهران اعلام کرد که مرز باز می‌شود.", "iran"),
        ("روابط میان کابل و همسایه‌اش سرد است.", "afghanistan"),
        ("واتهمت كابول جارتها بقصف القرى.", "afghanistan"),
        ("काबुल ने आरोप लगाया कि सीमा पर गोलीबारी हुई।", "afghanistan"),
        ("喀布尔表示不接受指责。", "afghanistan"),
        ("The Kremlin declined to comment.", "russia"),
    ],
)
def test_a_capital_that_acts_is_its_government(text: str, state: str) -> None:
    assert state in named(text)
    assert "kabul" not in named(text)


@pytest.mark.parametrize(
    "text",
    [
        "He was born in Moscow and studied in Tehran.",
        "Islamabad police arrested two men.",
        "Flights to New Delhi resumed.",
        "The meeting in Moscow said little.",
        "Washington is cold in January.",
        "Жители Москвы вышли на улицы.",
        "В Москве прошла выставка.",
        "اسلام آباد میں بارش ہوئی۔",
        "اسلام آباد سے ماسکو کی پرواز منسوخ ہو گئی۔",
        "در تهران باران بارید.",
        "رئیس پلیس تهران گفت ترافیک سنگین است.",
        "وصل الوفد إلى طهران مساء.",
        "他在莫斯科表示感谢。",
    ],
)
def test_a_capital_that_is_a_place_names_no_state(text: str) -> None:
    assert named(text) == set()


@pytest.mark.parametrize(
    ("text", "kabul"),
    [
        ("A blast shook Kabul airport.", True),
        ("Rights groups condemn Kabul school blast.", True),
        ("KABUL, Afghanistan (AP) — Shops reopened.", True),
        ("Кабул проснулся под снегом.", True),
        ("کابل کے ہوائی اڈے پر پروازیں معطل ہیں۔", True),
        ("Kabul rejected the report.", False),
    ],
)
def test_kabul_is_the_place_unless_it_acts(text: str, kabul: bool) -> None:
    assert ("kabul" in named(text)) is kabul


def test_a_dateline_names_the_place_and_the_state_that_is_written() -> None:
    assert named("KABUL, Afghanistan (AP) — Shops reopened on Monday.") == {"kabul", "afghanistan"}
    assert named("KABUL (AP) — Shops reopened on Monday.") == {"kabul"}
    assert named("MOSCOW, 14 Nov (PTI) — Shops reopened on Monday.") == set()


def test_each_place_of_a_capital_is_judged_by_itself() -> None:
    text = "In Kabul it snowed. Kabul denied the report."
    assert (words("kabul", text), words("afghanistan", text)) == (["Kabul"], ["Kabul"])
