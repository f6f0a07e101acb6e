"""Which of the names that are found are mentions: longer names, possessives, demonyms, bodies and parties."""

import pytest

from services.tagging.names import Name
from tests.tagging.desk import named, words


@pytest.mark.parametrize(
    ("text", "named_here"),
    [
        ("The Pakistani Taliban claimed it.", {"ttp"}),
        ("The Afghan Taliban claimed it.", {"taliban"}),
        ("Tehreek-e-Taliban Pakistan claimed it.", {"ttp"}),
        ("Islamic State in Iraq and Syria claimed it.", {"islamic-state"}),
        ("Islamic State Khorasan Province claimed it.", {"iskp"}),
        ("The Islamic Republic of Iran denied it.", {"iran"}),
        ("The UN Security Council met.", {"un-security-council"}),
        ("Пакистанский Талибан взял на себя ответственность.", {"ttp"}),
        ("تحریک طالبان پاکستان نے ذمہ داری قبول کی۔", {"ttp"}),
        ("طالبان پاکستانی مسئولیت را پذیرفتند.", {"ttp"}),
        ("巴基斯坦塔利班声称负责。", {"ttp"}),
    ],
)
def test_a_longer_name_hides_a_shorter(text: str, named_here: set[str]) -> None:
    assert named(text) == named_here


@pytest.mark.parametrize(
    ("text", "named_here"),
    [
        ("Pakistan's army closed the gate.", {"pakistan", "pakistan-army"}),
        ("The Taliban's Haqqani network closed the gate.", {"taliban", "haqqani-network"}),
        ("Afghanistan's Taliban government closed the gate.", {"afghanistan", "taliban"}),
        ("The Taliban’s foreign ministry closed its gate.", {"taliban", "afghan-foreign-ministry"}),
        ("The Pakistan Army closed the gate.", {"pakistan-army"}),
        ("МИД России закрыл вопрос.", {"russian-foreign-ministry"}),
    ],
)
def test_a_possessive_keeps_the_owner_and_what_is_owned(text: str, named_here: set[str]) -> None:
    assert named(text) == named_here


def test_a_haqqani_of_the_taliban_is_the_one_that_was_named() -> None:
    text = "Sirajuddin Haqqani spoke first. The Taliban's Haqqani left without a word."
    assert words("sirajuddin-haqqani", text) == ["Sirajuddin Haqqani", "Haqqani"]
    assert words("taliban", text) == ["Taliban"]
    assert named("The Taliban's Haqqani left without a word.") == {"taliban"}


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("Afghan refugees crossed the river.", "afghanistan"),
        ("A US-led patrol crossed the river.", "united-states"),
        ("The U.S. Navy crossed the river.", "united-states"),
        ("British Transport Police crossed the river.", "united-kingdom"),
        ("Пакистанские беженцы перешли реку.", "pakistan"),
        ("Китайцы перешли реку.", "china"),
        ("پاکستانی شہریوں نے دریا عبور کیا۔", "pakistan"),
        ("پناهجویان افغان از رودخانه گذشتند.", "afghanistan"),
        ("印度士兵过河。", "india"),
    ],
)
def test_a_demonym_names_its_state(text: str, state: str) -> None:
    assert named(text) >= {state} or (state == "india" and named(text) == {"indian-army"})


@pytest.mark.parametrize(
    "text",
    [
        "He flew with American Airlines to see the Indian Premier League.",
        "They rested in South America and on the Indian Ocean.",
        "She kept her savings with the Bank of China.",
        "В Латинской Америке дожди.",
        "جنوبی امریکا میں بارش ہوئی۔",
        "印度洋上有风。",
    ],
)
def test_a_brand_a_league_or_another_place_names_no_state(text: str) -> None:
    assert named(text) == set()


def test_a_decoy_is_no_ones() -> None:
    decoy = Name.decoy("Voice of America")
    assert (decoy.actor, decoy.is_certain) == (None, True)
